local function make(depth)
    if depth > 0 then return {left = make(depth - 1), right = make(depth - 1)} end
    return {left = false, right = false}
end

local function check(tree)
    if tree.left then return 1 + check(tree.left) + check(tree.right) end
    return 1
end

local min, max = 4, 16
print(string.format("stretch tree of depth %d, check: %d", max + 1, check(make(max + 1))))
local kept = make(max)
for depth = min, max, 2 do
    local rounds, total = 2 ^ (max - depth + min), 0
    for _ = 1, rounds do total = total + check(make(depth)) end
    print(string.format("%d trees of depth %d, check: %d", rounds, depth, total))
end
print(string.format("long lived tree of depth %d, check: %d", max, check(kept)))
