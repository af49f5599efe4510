local seed

local function next_random()
    seed = seed * 16807 % 2147483647
    return seed
end

local function workload(small)
    local count = small and 3000 or 500000
    local map, size = {}, 0
    seed = 42
    for i = 0, count - 1 do
        local key = next_random()
        if not map[key] then size = size + 1 end
        map[key] = i
        local shared = key % 1000
        if not map[shared] then size = size + 1 end
        map[shared] = (map[shared] or 0) + 1
    end
    local hits, sum = 0, 0
    for round = 0, 2 do
        seed = 42
        for _ = 1, count do
            local key = next_random()
            sum = sum + (map[key] or 0)
            if map[key + round] then hits = hits + 1 end
        end
    end
    seed = 42
    for i = 0, count - 1 do
        local key = next_random()
        if i % 3 == 0 then map[key] = nil end
    end
    local left, rest = 0, 0
    for key, value in pairs(map) do
        left = left + 1
        rest = rest + key % 1000 + value
    end
    return string.format("%d keys, %d hits, sum %d; %d left, sum %d\n", size, hits, sum, left, rest)
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
