local byte, sub = string.byte, string.sub

-- A value is `null`, a boolean, a number, a string, {items = ...} or {members = ...}; a member is
-- {name = ..., value = ...}.
local null = {}

local Parser = {}
Parser.__index = Parser

function Parser.new(text) return setmetatable({text = text, at = 1}, Parser) end

function Parser:fail(what) error(what .. " at " .. self.at) end

-- The next byte, or 0 at the end.
function Parser:peek() return byte(self.text, self.at) or 0 end

function Parser:skip_blanks()
    while true do
        local c = self:peek()
        if c ~= 0x20 and c ~= 0x0A and c ~= 0x0D and c ~= 0x09 then return end
        self.at = self.at + 1
    end
end

function Parser:accept(code)
    if self:peek() ~= code then return false end
    self.at = self.at + 1
    return true
end

function Parser:expect(code)
    if not self:accept(code) then self:fail(string.char(code) .. " expected") end
end

function Parser:word(name, value)
    if sub(self.text, self.at, self.at + #name - 1) ~= name then self:fail(name .. " expected") end
    self.at = self.at + #name
    return value
end

function Parser:value()
    self:skip_blanks()
    local c = self:peek()
    if c == 0x7B then return self:object() end
    if c == 0x5B then return self:array() end
    if c == 0x22 then return self:string() end
    if c == 0x74 then return self:word("true", true) end
    if c == 0x66 then return self:word("false", false) end
    if c == 0x6E then return self:word("null", null) end
    return self:number()
end

function Parser:document()
    local result = self:value()
    self:skip_blanks()
    if self.at <= #self.text then self:fail("end expected") end
    return result
end

function Parser:object()
    local members = {}
    self.at = self.at + 1
    self:skip_blanks()
    if self:accept(0x7D) then return {members = members} end
    repeat
        self:skip_blanks()
        local name = self:string()
        self:skip_blanks()
        self:expect(0x3A)
        members[#members + 1] = {name = name, value = self:value()}
        self:skip_blanks()
    until not self:accept(0x2C)
    self:expect(0x7D)
    return {members = members}
end

function Parser:array()
    local items = {}
    self.at = self.at + 1
    self:skip_blanks()
    if self:accept(0x5D) then return {items = items} end
    repeat
        items[#items + 1] = self:value()
        self:skip_blanks()
    until not self:accept(0x2C)
    self:expect(0x5D)
    return {items = items}
end

function Parser:number()
    local negative = self:accept(0x2D)
    local start, n = self.at, 0
    local c = self:peek()
    while c >= 48 and c <= 57 do
        n = n * 10 + c - 48
        self.at = self.at + 1
        c = self:peek()
    end
    if self.at == start then self:fail("value expected") end
    return negative and -n or n
end

function Parser:string()
    self:expect(0x22)
    local start = self.at
    while true do
        local c = self:peek()
        if c == 0x22 then
            self.at = self.at + 1
            return sub(self.text, start, self.at - 2)
        end
        if c == 0x5C then return self:escaped(start) end
        if c == 0 then self:fail("unfinished string") end
        self.at = self.at + 1
    end
end

local escapes = {[0x6E] = "\n", [0x74] = "\t", [0x22] = '"', [0x5C] = "\\"}

-- The rest of a string in which there is an escape.
function Parser:escaped(start)
    local out, from = {}, start
    while true do
        local c = self:peek()
        if c == 0 then self:fail("unfinished string") end
        if c == 0x22 then
            out[#out + 1] = sub(self.text, from, self.at - 1)
            self.at = self.at + 1
            return table.concat(out)
        end
        if c == 0x5C then
            out[#out + 1] = sub(self.text, from, self.at - 1)
            self.at = self.at + 1
            out[#out + 1] = escapes[self:peek()] or self:fail("unknown escape")
            from = self.at + 1
        end
        self.at = self.at + 1
    end
end

local escaped = {[0x0A] = "\\n", [0x09] = "\\t", [0x22] = '\\"', [0x5C] = "\\\\"}

local function write_text(text, out)
    out[#out + 1] = '"'
    local from = 1
    for i = 1, #text do
        local escape = escaped[byte(text, i)]
        if escape then
            out[#out + 1] = sub(text, from, i - 1)
            out[#out + 1] = escape
            from = i + 1
        end
    end
    out[#out + 1] = from == 1 and text or sub(text, from)
    out[#out + 1] = '"'
end

local function write(value, out)
    local kind = type(value)
    if value == null then
        out[#out + 1] = "null"
    elseif kind == "boolean" then
        out[#out + 1] = value and "true" or "false"
    elseif kind == "number" then
        out[#out + 1] = tostring(value)
    elseif kind == "string" then
        write_text(value, out)
    elseif value.items then
        out[#out + 1] = "["
        for i, item in ipairs(value.items) do
            if i > 1 then out[#out + 1] = "," end
            write(item, out)
        end
        out[#out + 1] = "]"
    else
        out[#out + 1] = "{"
        for i, member in ipairs(value.members) do
            if i > 1 then out[#out + 1] = "," end
            write_text(member.name, out)
            out[#out + 1] = ":"
            write(member.value, out)
        end
        out[#out + 1] = "}"
    end
end

-- The sum of all numbers and of the lengths of all texts.
local function measure(value)
    local kind = type(value)
    if value == null then return 1 end
    if kind == "boolean" then return value and 2 or 3 end
    if kind == "number" then return value end
    if kind == "string" then return #value end
    local sum = 0
    if value.items then
        for _, item in ipairs(value.items) do sum = sum + measure(item) end
    else
        for _, member in ipairs(value.members) do sum = sum + #member.name + measure(member.value) end
    end
    return sum
end

local seed

local function next_random(bound)
    seed = seed * 16807 % 2147483647
    return seed % bound
end

local function random_word()
    local letters = {}
    for i = 1, 3 + next_random(8) do letters[i] = string.char(97 + next_random(26)) end
    return table.concat(letters)
end

local function make_record(i)
    local tags, position, members = {}, {}, {}
    for k = 1, next_random(5) do tags[k] = random_word() end
    position[1] = {name = "x", value = next_random(2000) - 1000}
    position[2] = {name = "y", value = next_random(2000) - 1000}
    members[1] = {name = "id", value = i}
    members[2] = {name = "name", value = random_word()}
    members[3] = {name = "active", value = next_random(2) == 0}
    members[4] = {name = "parent", value = i % 3 == 0 and null or math.floor(i / 3)}
    members[5] = {name = "tags", value = {items = tags}}
    members[6] = {name = "position", value = {members = position}}
    local note = i % 5 == 0 and 'a "quoted" word,\n\ta back\\slash' or "nothing to be said about this one"
    members[7] = {name = "note", value = note}
    return {members = members}
end

local function text_of(value)
    local out = {}
    write(value, out)
    return table.concat(out)
end

local function workload(small)
    local records = {}
    seed = 42
    for i = 1, small and 30 or 4000 do records[i] = make_record(i - 1) end
    local text = text_of({items = records})
    local sum, same = 0, 0
    for _ = 1, small and 3 or 45 do
        local value = Parser.new(text):document()
        sum = sum + measure(value)
        if text_of(value) == text then same = same + 1 end
    end
    return string.format("%d bytes, sum %d, %d times the same\n", #text, sum, same)
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
