local sqrt, floor = math.sqrt, math.floor

local Vec2 = {}
Vec2.__index = Vec2

local function vec2(x, y) return setmetatable({x = x, y = y}, Vec2) end

function Vec2.__add(a, b) return vec2(a.x + b.x, a.y + b.y) end
function Vec2.__sub(a, b) return vec2(a.x - b.x, a.y - b.y) end
function Vec2.__mul(a, k) return vec2(a.x * k, a.y * k) end
function Vec2:dot(o) return self.x * o.x + self.y * o.y end

local seed

local function next_random()
    seed = seed * 16807 % 2147483647
    return seed / 2147483647
end

-- Balls of equal mass in a square box, in cells that are as wide as the largest ball.
local Box = {}
Box.__index = Box

function Box.new(cell_count)
    local cells = {}
    for i = 1, cell_count * cell_count do cells[i] = {} end
    return setmetatable({cell_count = cell_count, balls = {}, cells = cells, collisions = 0}, Box)
end

local function clamp(i, low, high)
    if i < low then return low end
    if i > high then return high end
    return i
end

function Box:move(ball, dt)
    local side = self.cell_count
    ball.position = ball.position + ball.velocity * dt
    local p, v, r = ball.position, ball.velocity, ball.radius
    if (p.x < r and v.x < 0) or (p.x > side - r and v.x > 0) then ball.velocity = vec2(-v.x, v.y) end
    if (p.y < r and v.y < 0) or (p.y > side - r and v.y > 0) then ball.velocity = vec2(ball.velocity.x, -v.y) end
end

function Box:step(dt)
    local n, cells, balls = self.cell_count, self.cells, self.balls
    for i = 1, #cells do
        local cell = cells[i]
        for k = #cell, 1, -1 do cell[k] = nil end
    end
    for i = 1, #balls do
        local ball = balls[i]
        self:move(ball, dt)
        local column, row = clamp(floor(ball.position.x), 0, n - 1), clamp(floor(ball.position.y), 0, n - 1)
        local cell = cells[row * n + column + 1]
        cell[#cell + 1] = ball
    end
    for row = 0, n - 1 do
        for column = 0, n - 1 do self:meet_around(row, column) end
    end
end

-- Every pair of neighbouring cells is looked at once: the cell itself and those right and below.
function Box:meet_around(row, column)
    local n, cells = self.cell_count, self.cells
    local at = row * n + column + 1
    local here = cells[at]
    for i = 1, #here do
        local ball = here[i]
        for j = i + 1, #here do self:meet(ball, here[j]) end
        if column + 1 < n then self:meet_all(ball, cells[at + 1]) end
        if row + 1 < n then
            if column > 0 then self:meet_all(ball, cells[at + n - 1]) end
            self:meet_all(ball, cells[at + n])
            if column + 1 < n then self:meet_all(ball, cells[at + n + 1]) end
        end
    end
end

function Box:meet_all(ball, others)
    for i = 1, #others do self:meet(ball, others[i]) end
end

function Box:meet(a, b)
    local apart = b.position - a.position
    local reach, distance2 = a.radius + b.radius, apart:dot(apart)
    if distance2 >= reach * reach or distance2 == 0 then return end
    local normal = apart * (1 / sqrt(distance2))
    local closing = (a.velocity - b.velocity):dot(normal)
    if closing <= 0 then return end
    a.velocity = a.velocity - normal * closing
    b.velocity = b.velocity + normal * closing
    self.collisions = self.collisions + 1
end

local function workload(small)
    local box = Box.new(small and 10 or 60)
    local side = box.cell_count
    seed = 42
    for i = 1, small and 60 or 2000 do
        local px, py = next_random() * side, next_random() * side
        local vx, vy = next_random() * 4 - 2, next_random() * 4 - 2
        box.balls[i] = {position = vec2(px, py), velocity = vec2(vx, vy), radius = 0.2 + next_random() * 0.3}
    end
    for _ = 1, small and 50 or 4000 do box:step(0.02) end
    local sum, energy = vec2(0.0, 0.0), 0.0
    for i = 1, #box.balls do
        local ball = box.balls[i]
        sum = sum + ball.position
        energy = energy + ball.velocity:dot(ball.velocity)
    end
    return string.format("%d collisions, at %d %d, energy %d\n", box.collisions, floor(sum.x * 1e6), floor(sum.y * 1e6),
        floor(energy * 1e6))
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
