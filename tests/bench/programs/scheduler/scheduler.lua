local READY, BLOCKED, SLEEPING = 0, 1, 2

local function class(parent)
    local c = setmetatable({}, {__index = parent})
    c.__index = c
    return c
end

-- Each process has a method `step` that does a little work and says what the process waits for then.
local Process = class()

-- next: in the queue or list where the process is
local function process(of, priority, fields)
    fields.priority, fields.next, fields.status, fields.wake_at = priority, false, READY, 0
    fields.first, fields.last = false, false
    return setmetatable(fields, of)
end

function Process:put(message)
    if self.last then self.last.next = message else self.first = message end
    self.last = message
end

function Process:take()
    local message = self.first
    if message then
        self.first = message.next
        if not self.first then self.last = false end
        message.next = false
    end
    return message
end

local ReadyQueue = class()

function ReadyQueue.new() return setmetatable({first = false, last = false}, ReadyQueue) end

function ReadyQueue:put(p)
    p.next = false
    if self.last then self.last.next = p else self.first = p end
    self.last = p
end

function ReadyQueue:take()
    local p = self.first
    if p then
        self.first = p.next
        if not self.first then self.last = false end
    end
    return p
end

local Kernel = class()

function Kernel.new()
    local ready = {ReadyQueue.new(), ReadyQueue.new(), ReadyQueue.new(), ReadyQueue.new()}
    return setmetatable({clock = 0, idle = 0, messages = 0, ready = ready, sleepers = false, next_wake = math.huge,
        free = false}, Kernel)
end

function Kernel:message(value)
    local used = self.free
    if not used then
        self.messages = self.messages + 1
        return {value = value, next = false}
    end
    self.free = used.next
    used.next = false
    used.value = value
    return used
end

function Kernel:recycle(message)
    message.next = self.free
    self.free = message
end

function Kernel:send(receiver, message)
    receiver:put(message)
    if receiver.status == BLOCKED then self:start(receiver) end
end

function Kernel:start(p)
    p.status = READY
    self.ready[p.priority + 1]:put(p)
end

function Kernel:sleep(p)
    p.next = self.sleepers
    self.sleepers = p
    if p.wake_at < self.next_wake then self.next_wake = p.wake_at end
end

function Kernel:wake()
    local p = self.sleepers
    self.sleepers = false
    self.next_wake = math.huge
    while p do
        local next_one = p.next
        if p.wake_at <= self.clock then self:start(p) else self:sleep(p) end
        p = next_one
    end
end

function Kernel:pick()
    local ready = self.ready
    for i = 1, #ready do
        local p = ready[i]:take()
        if p then return p end
    end
    return nil
end

function Kernel:run(stop)
    while self.clock < stop do
        self.clock = self.clock + 1
        if self.clock >= self.next_wake then self:wake() end
        local p = self:pick()
        if not p then
            self.idle = self.idle + 1
        else
            p.status = p:step(self)
            if p.status == READY then
                self:start(p)
            elseif p.status == SLEEPING then
                self:sleep(p)
            end
        end
    end
end

local Producer = class(Process)

function Producer:step(kernel)
    self.seed = self.seed * 16807 % 2147483647
    kernel:send(self.receiver, kernel:message(self.seed % 1000))
    self.sent = self.sent + 1
    if self.sent % 4 ~= 0 then return READY end
    self.wake_at = kernel.clock + 20 + self.seed % 7
    return SLEEPING
end

local Filter = class(Process)

function Filter:step(kernel)
    local message = self:take()
    if not message then return BLOCKED end
    message.value = message.value * 3 + 1
    kernel:send(message.value % 2 == 0 and self.even or self.odd, message)
    return READY
end

local Consumer = class(Process)

function Consumer:step(kernel)
    local message = self:take()
    if not message then return BLOCKED end
    self.count = self.count + 1
    self.checksum = (self.checksum * 31 + message.value) % 1000003
    kernel:recycle(message)
    return READY
end

local Worker = class(Process)

function Worker:step(kernel)
    for _ = 1, 4 do
        self.seed = self.seed * 16807 % 2147483647
        self.sum = (self.sum + self.seed) % 1000003
    end
    self.steps = self.steps + 1
    if self.steps % 16 ~= 0 then return READY end
    self.wake_at = kernel.clock + 30
    return SLEEPING
end

local Monitor = class(Process)

function Monitor:step(kernel)
    local consumers = self.consumers
    for i = 1, #consumers do self.seen = (self.seen + consumers[i].count) % 1000003 end
    self.wake_at = kernel.clock + 100
    return SLEEPING
end

local function workload(small)
    local kernel = Kernel.new()
    local consumers, filters, workers = {}, {}, {}
    for i = 1, 3 do consumers[i] = process(Consumer, 0, {count = 0, checksum = 0}) end
    for i = 1, 2 do filters[i] = process(Filter, 1, {even = consumers[i], odd = consumers[i + 1]}) end
    workers[1] = process(Worker, 3, {seed = 7, sum = 0, steps = 0})
    workers[2] = process(Worker, 3, {seed = 11, sum = 0, steps = 0})
    local monitor = process(Monitor, 0, {consumers = consumers, seen = 0})
    for i = 1, 3 do kernel:start(consumers[i]) end
    for i = 1, 2 do kernel:start(filters[i]) end
    for i = 0, 5 do kernel:start(process(Producer, 2, {receiver = filters[i % 2 + 1], seed = 42 + i, sent = 0})) end
    for i = 1, 2 do kernel:start(workers[i]) end
    kernel:start(monitor)
    kernel:run(small and 50000 or 24000000)
    local out = {}
    for i = 1, 3 do out[i] = string.format("%d %d\n", consumers[i].count, consumers[i].checksum) end
    out[4] = string.format("%d messages, idle %d, monitor %d, workers %d %d\n", kernel.messages, kernel.idle,
        monitor.seen, workers[1].sum, workers[2].sum)
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
