local LOAD, ADD, SUBTRACT, MULTIPLY, REMAINDER, HALVE = 0, 1, 2, 3, 4, 5
local JUMP, JUMP_EQUAL, JUMP_LESS, GET, PUT, HALT = 6, 7, 8, 9, 10, 11
local floor = math.floor

-- A register machine with instructions of four numbers: operation, a, b, c. Returns the registers and
-- how many instructions were executed.
local function run(code, memory)
    local r = {}
    for i = 0, 15 do r[i] = 0 end
    local at, executed = 1, 0
    while true do
        local operation, a, b, c = code[at], code[at + 1], code[at + 2], code[at + 3]
        at = at + 4
        executed = executed + 1
        if operation == ADD then
            r[a] = r[b] + r[c]
        elseif operation == JUMP_EQUAL then
            if r[a] == r[b] then at = c * 4 + 1 end
        elseif operation == JUMP then
            at = a * 4 + 1
        elseif operation == REMAINDER then
            r[a] = r[b] % r[c]
        elseif operation == HALVE then
            r[a] = floor(r[b] / 2)
        elseif operation == MULTIPLY then
            r[a] = r[b] * r[c]
        elseif operation == JUMP_LESS then
            if r[a] < r[b] then at = c * 4 + 1 end
        elseif operation == PUT then
            memory[r[a]] = r[b]
        elseif operation == GET then
            r[a] = memory[r[b]]
        elseif operation == LOAD then
            r[a] = b
        elseif operation == SUBTRACT then
            r[a] = r[b] - r[c]
        else
            return r, executed
        end
    end
end

local function program(limit, size)
    return {
        LOAD, 0, 0, 0,                    --  0 zero
        LOAD, 1, 1, 0,                    --  1 one
        LOAD, 2, 2, 0,                    --  2 two
        LOAD, 3, 3, 0,                    --  3 three
        LOAD, 4, 1, 0,                    --  4 n = 1
        LOAD, 5, limit, 0,                --  5
        LOAD, 7, 0, 0,                    --  6 steps = 0
        ADD, 6, 4, 0,                     --  7 x = n
        JUMP_EQUAL, 6, 1, 17,             --  8 while x != 1
        ADD, 7, 7, 1,                     --  9 steps += 1
        REMAINDER, 8, 6, 2,               -- 10
        JUMP_EQUAL, 8, 0, 15,             -- 11 if x is odd
        MULTIPLY, 6, 6, 3,                -- 12 x = 3 * x + 1
        ADD, 6, 6, 1,                     -- 13
        JUMP, 8, 0, 0,                    -- 14
        HALVE, 6, 6, 0,                   -- 15 else x = x / 2
        JUMP, 8, 0, 0,                    -- 16
        ADD, 4, 4, 1,                     -- 17 n += 1
        JUMP_LESS, 4, 5, 7,               -- 18
        LOAD, 4, 2, 0,                    -- 19 the sieve: i = 2
        LOAD, 5, size, 0,                 -- 20
        LOAD, 9, 0, 0,                    -- 21 primes = 0
        GET, 8, 4, 0,                     -- 22
        JUMP_EQUAL, 8, 1, 31,             -- 23 if memory[i] == 0
        ADD, 9, 9, 1,                     -- 24 primes += 1
        ADD, 6, 4, 4,                     -- 25 j = 2 * i
        JUMP_LESS, 6, 5, 28,              -- 26 while j < size
        JUMP, 31, 0, 0,                   -- 27
        PUT, 6, 1, 0,                     -- 28 memory[j] = 1
        ADD, 6, 6, 4,                     -- 29 j += i
        JUMP, 26, 0, 0,                   -- 30
        ADD, 4, 4, 1,                     -- 31 i += 1
        JUMP_LESS, 4, 5, 22,              -- 32
        HALT, 0, 0, 0,                    -- 33
    }
end

local function workload(small)
    local limit, size = small and 200 or 75000, small and 1000 or 500000
    local out = {}
    for round = 0, 1 do
        local memory = {}
        for i = 0, size - 1 do memory[i] = 0 end
        local r, executed = run(program(limit - round, size - round), memory)
        out[#out + 1] = string.format("%d steps, %d primes, %d executed\n", r[7], r[9], executed)
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
