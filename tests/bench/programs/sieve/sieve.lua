local function sieve(n)
    local composite = {}
    for i = 1, n do composite[i] = false end
    local count = 0
    for i = 2, n do
        if not composite[i] then
            count = count + 1
            for j = i * i, n, i do composite[j] = true end
        end
    end
    return count
end

local function workload(small)
    local out = {}
    for round = 0, 2 do out[#out + 1] = string.format("%d\n", sieve((small and 50000 or 5000000) + round)) end
    return table.concat(out)
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
