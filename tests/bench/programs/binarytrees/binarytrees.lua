local function make(depth)
    if depth > 0 then return {left = make(depth - 1), right = make(depth - 1)} end
    return {left = false, right = false}
end

local function check(tree)
    if tree.left then return 1 + check(tree.left) + check(tree.right) end
    return 1
end

local function workload(small)
    local min, max = 4, small and 8 or 16
    local out = {string.format("stretch tree of depth %d, check: %d\n", max + 1, check(make(max + 1)))}
    local kept = make(max)
    for depth = min, max, 2 do
        local rounds, total = 2 ^ (max - depth + min), 0
        for _ = 1, rounds do total = total + check(make(depth)) end
        out[#out + 1] = string.format("%d trees of depth %d, check: %d\n", rounds, depth, total)
    end
    out[#out + 1] = string.format("long lived tree of depth %d, check: %d\n", max, check(kept))
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
