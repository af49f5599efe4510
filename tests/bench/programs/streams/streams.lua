-- A stream without end is a function that returns its next element.

local function naturals()
    local n = 0
    return function()
        n = n + 1
        return n
    end
end

local function map(source, f)
    return function() return f(source()) end
end

local function filter(source, keep)
    return function()
        local x = source()
        while not keep(x) do x = source() end
        return x
    end
end

local function scan(source, initial, f)
    local state = initial
    return function()
        state = f(state, source())
        return state
    end
end

local function zip(a, b, f)
    return function() return f(a(), b()) end
end

local function sum_of(source, count)
    local sum = 0
    for _ = 1, count do sum = sum + source() end
    return sum
end

local function workload(small)
    local count, rounds = small and 1000 or 100000, small and 5 or 100
    local total = 0
    for round = 0, rounds - 1 do
        local residues = map(naturals(), function(x) return x * (round + 3) % 1009 end)
        local kept = filter(residues, function(x) return x % 3 ~= 0 end)
        local sums = scan(kept, round, function(a, x) return (a + x) % 65521 end)
        local even = filter(naturals(), function(x) return x % 2 == 0 end)
        total = total + sum_of(zip(sums, even, function(a, b) return a * 2 + b % 7 end), count)
    end
    return string.format("%d\n", total)
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
