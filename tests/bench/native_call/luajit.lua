-- By LuaJIT's FFI: texts and cdata arrays as they are, a Lua function as a C callback.
local ffi = require("ffi")
ffi.cdef [[
int add(int a, int b);
long touch(const char* text, long length);
long repeat_(long (*function)(long), long count) __asm__("repeat");
long checksum(const unsigned char* bytes, long length);
typedef struct { long seconds, nanoseconds; } timespec_;
int clock_gettime(int clock, timespec_* out);
]]
local C = ffi.load(arg[1])

local spec = ffi.new("timespec_")
local function now()
    ffi.C.clock_gettime(1, spec)
    return tonumber(spec.seconds) * 1e9 + tonumber(spec.nanoseconds)
end

local function ints(n)
    local x = 0
    for i = 0, n - 1 do x = C.add(x, i % 4294967296) end
    return x
end

local function texts(n, text)
    local result = 0
    for _ = 1, n do result = result + tonumber(C.touch(text, #text)) end
    return result
end

local plus_one = ffi.cast("long (*)(long)", function(x) return tonumber(x) + 1 end)
local function callbacks(n)
    return tonumber(C.repeat_(plus_one, n))
end
jit.off(callbacks) -- a C function that calls back must not be called from compiled code

local bytes = ffi.new("unsigned char[?]", 1048576)
for i = 0, 1048575 do bytes[i] = i * 7 % 256 end
local function arrays(n)
    local result = 0
    for _ = 1, n do result = result + tonumber(C.checksum(bytes, 1048576)) end
    return result
end

local function measure(name, count, body)
    local best, result = 1e18, 0
    for _ = 1, 100 do
        local start = now()
        result = body(count)
        best = math.min(best, (now() - start) / count)
    end
    print(string.format("%s %.3f %d", name, best, result))
end

measure("ints", 200000, ints)
measure("string", 50000, function(n) return texts(n, "twenty bytes of text") end)
measure("callback", 20000, callbacks)
measure("bytes", 40, arrays)
