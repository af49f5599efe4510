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
for round = 0, 19999 do
    for i = 1, #shapes do total = total + shapes[i]:cost(round) end
end
print(string.format("%d", total))
