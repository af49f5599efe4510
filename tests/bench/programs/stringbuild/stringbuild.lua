local function report(lines, names)
    local out = {}
    for i = 0, lines - 1 do
        out[i + 1] = "item " .. i .. ": " .. names[i % #names + 1] .. " " .. i * 7919 % 100000 .. "\n"
    end
    return table.concat(out)
end

local function workload(small)
    local names = {"alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa"}
    local lines, rounds = small and 500 or 200000, small and 3 or 10
    local bytes, checksum = 0, 0
    for round = 0, rounds - 1 do
        local text = report(lines + round, names)
        bytes = bytes + #text
        for at = round + 1, #text, 97 do checksum = checksum + text:byte(at) end
    end
    return string.format("%d bytes, checksum %d\n", bytes, checksum)
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
