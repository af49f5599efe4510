local byte = string.byte

local function make_log(lines)
    local levels = {"INFO", "WARN", "DEBUG", "ERROR"}
    local parts = {"home", "static", "images", "api", "users", "index"}
    local out = {}
    local seed = 42
    for _ = 1, lines do
        seed = seed * 16807 % 2147483647
        out[#out + 1] = 10 + seed % 13 .. ":" .. 10 + seed % 49 .. ":" .. 10 + seed % 47 .. " " ..
            levels[seed % 7 % 4 + 1] .. " user=u" .. seed % 5000 .. " bytes=" .. seed % 100000 .. " path="
        for k = 0, seed % 4 do out[#out + 1] = "/" .. parts[(seed + k) % 6 + 1] end
        out[#out + 1] = "\n"
    end
    return table.concat(out)
end

local Scanner = {}
Scanner.__index = Scanner

function Scanner.new(text) return setmetatable({text = text, at = 1}, Scanner) end

function Scanner:is_at_end() return self.at > #self.text end

function Scanner:skip(count) self.at = self.at + count end

function Scanner:number()
    local text, at, n = self.text, self.at, 0
    while at <= #text do
        local c = byte(text, at)
        if c < 48 or c > 57 then break end
        n = n * 10 + c - 48
        at = at + 1
    end
    self.at = at
    return n
end

-- A run of letters.
function Scanner:word()
    local text, at = self.text, self.at
    local start = at
    while at <= #text do
        local c = byte(text, at)
        if c < 65 or c > 122 or (c > 90 and c < 97) then break end
        at = at + 1
    end
    self.at = at
    return text:sub(start, at - 1)
end

-- To the end of the line: how long that is, and how many slashes there are.
function Scanner:path()
    local text, at, slashes = self.text, self.at, 0
    local start = at
    while at <= #text do
        local c = byte(text, at)
        if c == 10 then break end
        if c == 47 then slashes = slashes + 1 end
        at = at + 1
    end
    self.at = at
    return at - start, slashes
end

local function scan(text, found)
    local scanner = Scanner.new(text)
    while not scanner:is_at_end() do
        found.lines = found.lines + 1
        local hours = scanner:number()
        scanner:skip(1)
        local minutes = scanner:number()
        scanner:skip(1)
        found.seconds = (found.seconds + (hours * 60 + minutes) * 60 + scanner:number()) % 1000003
        scanner:skip(1)
        local level = scanner:word()
        if level == "WARN" then
            found.warnings = found.warnings + 1
        elseif level == "ERROR" then
            found.errors = found.errors + 1
        end
        scanner:skip(7)  -- " user=u"
        found.users = (found.users + scanner:number()) % 1000003
        scanner:skip(7)  -- " bytes="
        found.bytes = found.bytes + scanner:number()
        scanner:skip(6)  -- " path="
        local length, slashes = scanner:path()
        if length > found.longest then found.longest = length end
        found.slashes = found.slashes + slashes
        scanner:skip(1)
    end
end

local function workload(small)
    local text = make_log(small and 200 or 40000)
    local f = {lines = 0, seconds = 0, warnings = 0, errors = 0, users = 0, bytes = 0, slashes = 0, longest = 0}
    for _ = 1, small and 5 or 110 do scan(text, f) end
    return string.format("%d bytes: %d %d %d %d %d %d %d %d\n", #text, f.lines, f.seconds, f.warnings, f.errors,
        f.users, f.bytes, f.slashes, f.longest)
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
