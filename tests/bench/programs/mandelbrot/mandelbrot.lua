-- How often z = z * z + c can be taken before |z| exceeds 2, up to `limit`.
local function iterations(cx, cy, limit)
    local x, y, i = 0.0, 0.0, 0
    while i < limit do
        local xx, yy = x * x, y * y
        if xx + yy > 4 then break end
        y = 2 * x * y + cy
        x = xx - yy + cx
        i = i + 1
    end
    return i
end

local function workload(small)
    local size, limit = small and 40 or 1400, small and 50 or 200
    local inside, total = 0, 0
    for row = 0, size - 1 do
        local cy = 2 * row / size - 1
        for column = 0, size - 1 do
            local cx = 3 * column / size - 2
            local n = iterations(cx, cy, limit)
            total = total + n
            if n == limit then inside = inside + 1 end
        end
    end
    return string.format("%d inside, %d iterations\n", inside, total)
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
