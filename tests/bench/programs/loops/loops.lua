-- Finds the loops of control flow graphs: dominators by the iterative algorithm of Cooper, Harvey
-- and Kennedy, then natural loops from the inside out.

-- Loops: header, parent, size.
local function depth_of(loop)
    local n = 1
    local outer = loop.parent
    while outer do
        n = n + 1
        outer = outer.parent
    end
    return n
end

local Graph = {}
Graph.__index = Graph

function Graph.new() return setmetatable({blocks = {}}, Graph) end

function Graph:add()
    -- order: in reverse postorder; in_loop: the innermost one
    local block = {id = #self.blocks, successors = {}, predecessors = {}, order = -1, dominator = false, in_loop = false}
    self.blocks[#self.blocks + 1] = block
    return block
end

local function connect(source, target)
    source.successors[#source.successors + 1] = target
    target.predecessors[#target.predecessors + 1] = source
end

function Graph:add_after(source)
    local block = self:add()
    connect(source, block)
    return block
end

function Graph:add_diamond(source)
    local left = self:add_after(source)
    local right = self:add_after(source)
    local join = self:add_after(left)
    connect(right, join)
    return join
end

function Graph:add_loops(source, depth, width)
    local header = self:add_after(source)
    local at = header
    for _ = 1, width do
        at = self:add_diamond(at)
        if depth > 1 then at = self:add_loops(at, depth - 1, width) end
    end
    local latch = self:add_after(at)
    connect(latch, header)
    return self:add_after(latch)
end

-- The blocks in reverse postorder. Depth first, with a stack of blocks and of how many of their
-- successors were taken.
local function number(graph)
    local stack, taken, postorder, ordered = {graph.blocks[1]}, {0}, {}, {}
    graph.blocks[1].order = 0
    while #stack > 0 do
        local top = #stack
        local block, next_one = stack[top], taken[top] + 1
        if next_one <= #block.successors then
            taken[top] = next_one
            local successor = block.successors[next_one]
            if successor.order < 0 then
                successor.order = 0
                stack[top + 1] = successor
                taken[top + 1] = 0
            end
        else
            postorder[#postorder + 1] = block
            stack[top] = nil
            taken[top] = nil
        end
    end
    for i = 1, #postorder do
        local block = postorder[#postorder + 1 - i]
        block.order = i - 1
        ordered[i] = block
    end
    return ordered
end

local function common(x, y)
    while x ~= y do
        while x.order > y.order do x = x.dominator end
        while y.order > x.order do y = y.dominator end
    end
    return x
end

local function find_dominators(ordered)
    ordered[1].dominator = ordered[1]
    local changed = true
    while changed do
        changed = false
        for i = 2, #ordered do
            local block, dominator = ordered[i], false
            local predecessors = block.predecessors
            for k = 1, #predecessors do
                local p = predecessors[k]
                if p.dominator then dominator = dominator and common(p, dominator) or p end
            end
            if block.dominator ~= dominator then
                block.dominator = dominator
                changed = true
            end
        end
    end
end

local function dominates(a, b)
    while b.order > a.order do b = b.dominator end
    return a == b
end

local function find_loop(header, loops)
    local work = {}
    for i = 1, #header.predecessors do
        local p = header.predecessors[i]
        if dominates(header, p) then work[#work + 1] = p end
    end
    if #work == 0 then return end
    local loop = {header = header, parent = false, size = 0}
    loops[#loops + 1] = loop
    while #work > 0 do
        local block = table.remove(work)
        local outermost = block.in_loop
        if not outermost then
            block.in_loop = loop
            if block ~= header then
                for i = 1, #block.predecessors do work[#work + 1] = block.predecessors[i] end
            end
        else
            -- The outermost of the loops around the block that are known so far.
            while outermost.parent do outermost = outermost.parent end
            if outermost ~= loop then
                outermost.parent = loop
                local before = outermost.header.predecessors
                for i = 1, #before do
                    if before[i].in_loop ~= outermost then work[#work + 1] = before[i] end
                end
            end
        end
    end
end

local function workload(small)
    local nests, depth, rounds = small and 1 or 15, small and 3 or 5, small and 2 or 35
    local text, checksum = "", 0
    for _ = 1, rounds do
        local graph = Graph.new()
        local at = graph:add()
        for _ = 1, nests do at = graph:add_loops(graph:add_diamond(at), depth, 3) end
        local ordered, loops = number(graph), {}
        find_dominators(ordered)
        for i = #ordered, 1, -1 do find_loop(ordered[i], loops) end
        for i = 1, #ordered do
            local loop = ordered[i].in_loop
            while loop do
                loop.size = loop.size + 1
                loop = loop.parent
            end
        end
        local deepest = 0
        for i = 1, #loops do
            local loop = loops[i]
            deepest = math.max(deepest, depth_of(loop))
            checksum = (checksum * 31 + loop.header.id + loop.size * depth_of(loop)) % 1000003
        end
        text = string.format("%d blocks, %d loops, %d deep", #graph.blocks, #loops, deepest)
    end
    return string.format("%s, checksum %d\n", text, checksum)
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
