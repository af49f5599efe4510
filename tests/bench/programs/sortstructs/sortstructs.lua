local function make_records(count)
    local records = {}
    local seed = 42
    for i = 1, count do
        seed = seed * 16807 % 2147483647
        local group = seed % 100
        seed = seed * 16807 % 2147483647
        records[i] = {group = group, score = seed % 100000 / 8, id = i - 1}
    end
    return records
end

local function by_group(a, b)
    if a.group ~= b.group then return a.group < b.group end
    if a.score ~= b.score then return a.score > b.score end
    return a.id < b.id
end

local function by_score(a, b)
    if a.score ~= b.score then return a.score < b.score end
    return a.id > b.id
end

local function sorted(records, before)
    local result = {}
    for i = 1, #records do result[i] = records[i] end
    table.sort(result, before)
    return result
end

local function checksum(records)
    local sum = 0
    for i = 1, #records do sum = (sum * 31 + records[i].id) % 1000003 end
    return sum
end

local function workload(small)
    local records = make_records(small and 1500 or 300000)
    local grouped, scored = sorted(records, by_group), sorted(records, by_score)
    return string.format("%d %d %d\n", checksum(records), checksum(grouped), checksum(scored))
end

local rounds = tonumber(arg[1] or 1)
local output = ""
for round = 1, math.max(rounds, 1) do
    local start = os.clock()
    local text = workload(rounds == 0)
    if arg[1] then io.stderr:write(string.format("%.0f\n", (os.clock() - start) * 1e9)) end
    if round > 1 and text ~= output then os.exit(1) end
    output = text
end
io.write(output)
