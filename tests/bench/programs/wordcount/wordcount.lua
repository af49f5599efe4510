local VOCABULARY, WORDS = 5000, 500000
local floor = math.floor
local seed = 42

local function next_random(bound)
    seed = seed * 16807 % 2147483647
    return seed % bound
end

local function make_text()
    local vocabulary = {}
    for i = 0, VOCABULARY - 1 do
        local letters = {}
        for k = 1, 3 + next_random(8) do letters[k] = string.char(97 + next_random(26)) end
        vocabulary[i] = table.concat(letters)
    end
    local parts = {}
    for i = 1, WORDS do
        local a, b = next_random(VOCABULARY), next_random(VOCABULARY)
        parts[i] = vocabulary[floor(a * b / VOCABULARY)]
    end
    return table.concat(parts, " ")
end

local text = make_text()
local counts = {}
for word in text:gmatch("%S+") do counts[word] = (counts[word] or 0) + 1 end
local entries = {}
for word, count in pairs(counts) do entries[#entries + 1] = {word = word, count = count} end
table.sort(entries, function(a, b)
    if a.count ~= b.count then return a.count > b.count end
    return a.word < b.word
end)
print(string.format("%d bytes, %d distinct", #text, #entries))
for i = 1, 10 do print(entries[i].word .. " " .. entries[i].count) end
