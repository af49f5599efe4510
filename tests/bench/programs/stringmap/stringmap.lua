local seed

local function next_random(bound)
    seed = seed * 16807 % 2147483647
    return seed % bound
end

local function make_word()
    local letters = {}
    for k = 1, 4 + next_random(9) do letters[k] = string.char(97 + next_random(26)) end
    return table.concat(letters)
end

local function workload(small)
    local count, rounds = small and 500 or 60000, small and 5 or 20
    local words, missing = {}, {}
    seed = 42
    for i = 1, count do
        words[i] = make_word()
        missing[i] = words[i] .. "!"
    end
    local map, size, absent = {}, 0, 0
    for _ = 1, rounds do
        for i = 0, count - 1 do
            local word = words[i * 7919 % count + 1]
            local value = map[word]
            if not value then
                size = size + 1
                value = 0
            end
            map[word] = value + i % 10
            if not map[missing[i + 1]] then absent = absent + 1 end
        end
    end
    local sum = 0
    for word, value in pairs(map) do sum = sum + #word * value end
    return string.format("%d words, %d absent, sum %d\n", size, absent, sum)
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
