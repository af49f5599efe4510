local floor = math.floor

-- The most recently used node comes first in a ring that begins and ends at `ends`.
local Cache = {}
Cache.__index = Cache

function Cache.new(capacity)
    local ends = {}
    ends.next, ends.previous = ends, ends
    return setmetatable({capacity = capacity, count = 0, nodes = {}, ends = ends}, Cache)
end

local function unlink(node)
    node.previous.next = node.next
    node.next.previous = node.previous
end

local function link_first(ends, node)
    node.previous = ends
    node.next = ends.next
    node.next.previous = node
    ends.next = node
end

function Cache:get(key)
    local node = self.nodes[key]
    if not node then return nil end
    unlink(node)
    link_first(self.ends, node)
    return node.value
end

function Cache:put(key, value)
    if self.count == self.capacity then
        local oldest = self.ends.previous
        unlink(oldest)
        self.nodes[oldest.key] = nil
    else
        self.count = self.count + 1
    end
    local node = {key = key, value = value, previous = false, next = false}
    self.nodes[key] = node
    link_first(self.ends, node)
end

local seed

local function next_random(bound)
    seed = seed * 16807 % 2147483647
    return seed % bound
end

local function workload(small)
    local operations, range = small and 20000 or 6000000, small and 1000 or 50000
    local cache = Cache.new(floor(range / 5))
    local hits, sum = 0, 0
    seed = 42
    for i = 0, operations - 1 do
        -- Small keys are asked for more often than large ones.
        local key = floor(next_random(range) * next_random(range) / range)
        local found = cache:get(key)
        if found then
            hits = hits + 1
            sum = sum + found
        else
            cache:put(key, key * 3 + i % 7)
        end
    end
    return string.format("%d hits of %d, sum %d\n", hits, operations, sum)
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
