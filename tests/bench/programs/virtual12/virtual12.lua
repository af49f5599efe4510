local function class()
    local c = {}
    c.__index = c
    return c
end

local Constant = class()
function Constant:value(i) return self.a end

local Sum = class()
function Sum:value(i) return self.a + self.b + i end

local Difference = class()
function Difference:value(i) return self.a - self.b + i end

local Product = class()
function Product:value(i) return self.a * self.b - i end

local Scaled = class()
function Scaled:value(i) return self.a * i end

local Offset = class()
function Offset:value(i) return i - self.a end

local Greater = class()
function Greater:value(i) return (i > self.a) and i or self.a end

local Smaller = class()
function Smaller:value(i) return (i < self.b) and i or self.b end

local Square = class()
function Square:value(i) return self.a * self.a + i end

local Mixed = class()
function Mixed:value(i) return self.a * 3 + self.b * 5 - i end

local Counter = class()
function Counter:value()
    self.state = self.state + 1
    return self.state
end

local Toggle = class()
function Toggle:value()
    self.state = 1 - self.state
    if self.state == 1 then return self.a end
    return self.b
end

local classes = {[0] = Constant, Sum, Difference, Product, Scaled, Offset,
    Greater, Smaller, Square, Mixed, Counter, Toggle}

local function workload(small)
    local rounds = small and 200 or 80000
    local nodes = {}
    local seed = 42
    for i = 1, 1000 do
        seed = seed * 16807 % 2147483647
        nodes[i] = setmetatable({a = seed % 100, b = seed % 77, state = 0}, classes[seed % 12])
    end
    local total = 0
    for round = 0, rounds - 1 do
        for i = 1, #nodes do total = total + nodes[i]:value(round) end
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
