-- How many times the first p[1] elements can be reversed before the first one is 0. `p` is used up.
local function flips(p)
    local count, first = 0, p[1]
    while first ~= 0 do
        local low, high = 2, first
        while low < high do
            p[low], p[high] = p[high], p[low]
            low = low + 1
            high = high - 1
        end
        p[first + 1], first = first, p[first + 1]
        count = count + 1
    end
    return count
end

local function workload(small)
    local n = small and 7 or 10
    local order, work, turns = {}, {}, {}
    for i = 1, n do order[i] = i - 1 end
    local most, checksum, even, r = 0, 0, true, n
    while true do
        while r > 1 do
            turns[r] = r
            r = r - 1
        end
        for i = 1, n do work[i] = order[i] end
        local count = flips(work)
        if count > most then most = count end
        checksum = checksum + (even and count or -count)
        -- The next permutation: turn the first r + 1 elements, for the smallest r that has turns left.
        while true do
            if r == n then return string.format("%d\nmost flips of %d: %d\n", checksum, n, most) end
            local first = order[1]
            for i = 1, r do order[i] = order[i + 1] end
            order[r + 1] = first
            turns[r + 1] = turns[r + 1] - 1
            if turns[r + 1] > 0 then break end
            r = r + 1
        end
        even = not even
    end
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
