-- Golomb rulers by constraint propagation on bounds, and branch and bound.

local function class()
    local c = {}
    c.__index = c
    return c
end

local function variable(low, high) return {low = low, high = high, watchers = {}} end

-- A constraint's `propagate` narrows the variables; false if there is no solution.

local Sum = class()  -- x + y == z

function Sum:propagate(solver)
    local x, y, z = self.x, self.y, self.z
    return solver:at_least(z, x.low + y.low) and solver:at_most(z, x.high + y.high) and
        solver:at_least(x, z.low - y.high) and solver:at_most(x, z.high - y.low) and
        solver:at_least(y, z.low - x.high) and solver:at_most(y, z.high - x.low)
end

local Less = class()  -- x < y

function Less:propagate(solver)
    return solver:at_least(self.y, self.x.low + 1) and solver:at_most(self.x, self.y.high - 1)
end

local AllDifferent = class()  -- what one variable is fixed to is cut off the ends of the others

function AllDifferent:propagate(solver)
    local variables = self.variables
    for i = 1, #variables do
        local v = variables[i]
        if v.low == v.high then
            local value = v.low
            for j = 1, #variables do
                local w = variables[j]
                if w ~= v then
                    if w.low == value and not solver:at_least(w, value + 1) then return false end
                    if w.high == value and not solver:at_most(w, value - 1) then return false end
                end
            end
        end
    end
    return true
end

local Solver = class()

function Solver.new() return setmetatable({trail = {}, queue = {}}, Solver) end

function Solver:at_least(v, value)
    if value <= v.low then return true end
    if value > v.high then return false end
    self.trail[#self.trail + 1] = {variable = v, low = v.low, high = v.high}
    v.low = value
    self:enqueue(v)
    return true
end

function Solver:at_most(v, value)
    if value >= v.high then return true end
    if value < v.low then return false end
    self.trail[#self.trail + 1] = {variable = v, low = v.low, high = v.high}
    v.high = value
    self:enqueue(v)
    return true
end

function Solver:enqueue(v)
    local watchers, queue = v.watchers, self.queue
    for i = 1, #watchers do
        local c = watchers[i]
        if not c.queued then
            c.queued = true
            queue[#queue + 1] = c
        end
    end
end

function Solver:propagate()
    local queue = self.queue
    while #queue > 0 do
        local c = table.remove(queue)
        c.queued = false
        if not c:propagate(self) then return false end
    end
    return true
end

function Solver:undo(mark)
    local queue, trail = self.queue, self.trail
    while #queue > 0 do table.remove(queue).queued = false end
    while #trail > mark do
        local change = table.remove(trail)
        change.variable.low = change.low
        change.variable.high = change.high
    end
end

local Ruler = class()

function Ruler.new(order)
    local self = setmetatable({order = order, best = order * order, nodes = 0, solver = Solver.new(), marks = {}}, Ruler)
    local marks, distances = self.marks, {}
    marks[1] = variable(0, 0)
    for i = 2, order do marks[i] = variable(1, self.best) end
    for i = 1, order do
        for j = i + 1, order do
            local distance = variable(1, self.best)
            self:watch(setmetatable({x = marks[i], y = distance, z = marks[j], queued = false}, Sum),
                {marks[i], distance, marks[j]})
            distances[#distances + 1] = distance
        end
    end
    for i = 2, order do self:order_of(marks[i - 1], marks[i]) end
    self:order_of(distances[1], distances[#distances])  -- a ruler and its mirror image count once
    self:watch(setmetatable({variables = distances, queued = false}, AllDifferent), distances)
    return self
end

function Ruler:order_of(x, y) self:watch(setmetatable({x = x, y = y, queued = false}, Less), {x, y}) end

function Ruler:watch(constraint, variables)
    for i = 1, #variables do
        local watchers = variables[i].watchers
        watchers[#watchers + 1] = constraint
    end
    constraint:propagate(self.solver)
end

function Ruler:search()
    local solver, marks = self.solver, self.marks
    self.nodes = self.nodes + 1
    local at = 1
    while at <= self.order and marks[at].low == marks[at].high do at = at + 1 end
    local last = marks[self.order]
    if at > self.order then
        self.best = last.low
        return
    end
    local mark, before = marks[at], #solver.trail
    if solver:at_most(last, self.best - 1) and solver:at_most(mark, mark.low) and solver:propagate() then self:search() end
    solver:undo(before)
    if solver:at_most(last, self.best - 1) and solver:at_least(mark, mark.low + 1) and solver:propagate() then self:search() end
    solver:undo(before)
end

local function workload(small)
    local out = {}
    for order = small and 3 or 6, small and 5 or 8 do
        for _ = 1, 3 do
            local ruler = Ruler.new(order)
            ruler:search()
            out[#out + 1] = string.format("%d marks, length %d, %d nodes\n", order, ruler.best, ruler.nodes)
        end
    end
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
