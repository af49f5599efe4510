local VOCABULARY = 5000
local floor = math.floor
local seed

local function next_random(bound)
    seed = seed * 16807 % 2147483647
    return seed % bound
end

local function make_text(words)
    local vocabulary = {}
    for i = 0, VOCABULARY - 1 do
        local letters = {}
        for k = 1, 3 + next_random(8) do letters[k] = string.char(97 + next_random(26)) end
        vocabulary[i] = table.concat(letters)
    end
    local parts = {}
    for i = 1, words do
        local a, b = next_random(VOCABULARY), next_random(VOCABULARY)
        parts[i] = vocabulary[floor(a * b / VOCABULARY)]
    end
    return table.concat(parts, " ")
end

local function workload(small)
    seed = 42
    local text = make_text(small and 5000 or 500000)
    local counts = {}
    for word in text:gmatch("%S+") do counts[word] = (counts[word] or 0) + 1 end
    local entries = {}
    for word, count in pairs(counts) do entries[#entries + 1] = {word = word, count = count} end
    table.sort(entries, function(a, b)
        if a.count ~= b.count then return a.count > b.count end
        return a.word < b.word
    end)
    local out = {string.format("%d bytes, %d distinct\n", #text, #entries)}
    for i = 1, 10 do out[#out + 1] = entries[i].word .. " " .. entries[i].count .. "\n" end
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
