local floor = math.floor

-- Radix 2, in place, decimation in time. `cosines` and `sines` are of the angles 2 pi k / n.
local Fft = {}
Fft.__index = Fft

function Fft.new(n)
    local self = setmetatable({n = n, cosines = {}, sines = {}}, Fft)
    for k = 0, n / 2 - 1 do
        local angle = 2 * math.pi * k / n
        self.cosines[k + 1] = math.cos(angle)
        self.sines[k + 1] = math.sin(angle)
    end
    return self
end

local function reorder(n, re, im)
    local j = 1
    for i = 1, n - 1 do
        if i < j then
            re[i], re[j] = re[j], re[i]
            im[i], im[j] = im[j], im[i]
        end
        local bit = floor(n / 2)
        while bit < j do
            j = j - bit
            bit = floor(bit / 2)
            if bit == 0 then break end
        end
        j = j + bit
    end
end

-- `sign` is 1 forward and -1 back; back does not divide by n.
function Fft:transform(re, im, sign)
    local n, cosines, sines = self.n, self.cosines, self.sines
    reorder(n, re, im)
    local half = 1
    while half < n do
        local stride = floor(n / (2 * half))
        for start = 1, n, 2 * half do
            for k = 0, half - 1 do
                local wr, wi = cosines[k * stride + 1], -sign * sines[k * stride + 1]
                local p = start + k
                local q = p + half
                local xr, xi = re[q] * wr - im[q] * wi, re[q] * wi + im[q] * wr
                re[q] = re[p] - xr
                im[q] = im[p] - xi
                re[p] = re[p] + xr
                im[p] = im[p] + xi
            end
        end
        half = half * 2
    end
end

local function workload(small)
    local n, rounds = small and 1024 or 65536, small and 2 or 40
    local fft = Fft.new(n)
    local re, im, first = {}, {}, {}
    local seed = 42
    for i = 1, n do
        seed = seed * 16807 % 2147483647
        re[i] = (seed % 2000 - 1000) / 1000
        im[i] = 0.0
        first[i] = re[i]
    end
    local energy = 0.0
    for _ = 1, rounds do
        fft:transform(re, im, 1)
        local sum = 0.0
        for i = 1, n do sum = sum + (re[i] * re[i] + im[i] * im[i]) end
        energy = energy + sum / n
        fft:transform(re, im, -1)
        for i = 1, n do
            re[i] = re[i] / n
            im[i] = im[i] / n
        end
    end
    local worst = 0.0
    for i = 1, n do worst = math.max(worst, math.abs(re[i] - first[i])) end
    return string.format("energy %d, %s\n", floor(energy * 1000 + 0.5), worst < 1e-9 and "as before" or "changed")
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
