local Square = {}
Square.__index = Square
function Square.new(side) return setmetatable({side = side}, Square) end
function Square:cost(i) return self.side * self.side + i end

local Rectangle = {}
Rectangle.__index = Rectangle
function Rectangle.new(width, height) return setmetatable({width = width, height = height}, Rectangle) end
function Rectangle:cost(i) return self.width * self.height - i end

local Frame = {}
Frame.__index = Frame
function Frame.new(width, height) return setmetatable({width = width, height = height}, Frame) end
function Frame:cost(i) return self.width + self.height + i + i end

local function workload(small)
    local rounds = small and 200 or 20000
    local shapes = {}
    local seed = 42
    for i = 1, 1000 do
        seed = seed * 16807 % 2147483647
        local kind, size = seed % 3, seed % 100
        if kind == 0 then
            shapes[i] = Square.new(size)
        elseif kind == 1 then
            shapes[i] = Rectangle.new(size, size + 1)
        else
            shapes[i] = Frame.new(size, size + 1)
        end
    end
    local total = 0
    for round = 0, rounds - 1 do
        for i = 1, #shapes do total = total + shapes[i]:cost(round) end
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
