local bit = require("bit")
local band, bor, bxor, bnot = bit.band, bit.bor, bit.bxor, bit.bnot
local lshift, rshift, ror, tobit = bit.lshift, bit.rshift, bit.ror, bit.tobit

local K = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
}

local function compress(state, data, at, w)
    for i = 1, 16 do
        local p = at + i * 4 - 4
        w[i] = bor(lshift(data[p], 24), lshift(data[p + 1], 16), lshift(data[p + 2], 8), data[p + 3])
    end
    for i = 17, 64 do
        local x, y = w[i - 15], w[i - 2]
        local s0 = bxor(ror(x, 7), ror(x, 18), rshift(x, 3))
        local s1 = bxor(ror(y, 17), ror(y, 19), rshift(y, 10))
        w[i] = tobit(w[i - 16] + s0 + w[i - 7] + s1)
    end
    local a, b, c, d, e, f, g, h = state[1], state[2], state[3], state[4], state[5], state[6], state[7], state[8]
    for i = 1, 64 do
        local s1 = bxor(ror(e, 6), ror(e, 11), ror(e, 25))
        local t1 = h + s1 + bxor(band(e, f), band(bnot(e), g)) + K[i] + w[i]
        local s0 = bxor(ror(a, 2), ror(a, 13), ror(a, 22))
        local t2 = s0 + bxor(band(a, b), band(a, c), band(b, c))
        h = g
        g = f
        f = e
        e = tobit(d + t1)
        d = c
        c = b
        b = a
        a = tobit(t1 + t2)
    end
    state[1] = tobit(state[1] + a)
    state[2] = tobit(state[2] + b)
    state[3] = tobit(state[3] + c)
    state[4] = tobit(state[4] + d)
    state[5] = tobit(state[5] + e)
    state[6] = tobit(state[6] + f)
    state[7] = tobit(state[7] + g)
    state[8] = tobit(state[8] + h)
end

local function workload(small)
    -- The length is a multiple of 64, so the padding is one block of its own.
    local length = small and 16 * 1024 or 4 * 1024 * 1024
    local data = {}
    local seed = 42
    for i = 1, length do
        seed = seed * 16807 % 2147483647
        data[i] = seed % 256
    end
    local state = {
        0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
        0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
    }
    local w = {}
    for i = 1, length, 64 do compress(state, data, i, w) end
    local last = {0x80}
    for i = 2, 56 do last[i] = 0 end
    for i = 0, 7 do last[57 + i] = math.floor(length * 8 / 2 ^ (56 - 8 * i)) % 256 end
    compress(state, last, 1, w)
    local text = {}
    for i = 1, 8 do text[i] = bit.tohex(state[i]) end
    return table.concat(text) .. "\n"
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
