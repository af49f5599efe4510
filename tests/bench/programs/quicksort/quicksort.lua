local floor = math.floor

local function quicksort(a, low, high)
    local i, j, pivot = low, high, a[floor((low + high) / 2)]
    while i <= j do
        while a[i] < pivot do i = i + 1 end
        while a[j] > pivot do j = j - 1 end
        if i <= j then
            a[i], a[j] = a[j], a[i]
            i = i + 1
            j = j - 1
        end
    end
    if low < j then quicksort(a, low, j) end
    if i < high then quicksort(a, i, high) end
end

local function workload(small)
    local count = small and 10000 or 1000000
    local a = {}
    local seed = 42
    for i = 1, count do
        seed = seed * 16807 % 2147483647
        a[i] = seed
    end
    quicksort(a, 1, count)
    for i = 2, count do
        if a[i - 1] > a[i] then error("not sorted at " .. i) end
    end
    local sum = 0
    for i = 1, count, 1000 do sum = sum + a[i] end
    return string.format("%d %d %d\n", a[1], a[count], sum)
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
