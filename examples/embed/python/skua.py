"""Skua for Python, through ctypes: as much of skua/embed.h as words_host.py needs, and nothing to compile.

    vm = Skua("/opt/skua/lib/libskua.so", max_instructions=10_000_000)
    vm.load("words.ska")
    vm.define("host", "words.translate", "(string)string?", lambda word: {"cat": "Katze"}.get(word))
    vm.call("words", "sentence", ["cat", "dog"])

Strings, ints, floats, bools, None and lists of one of these cross; structs and tuples are tuples; other objects
are Ref. Errors of the guest
are GuestError.
"""

import ctypes as c

VOID, NULL, BOOL, I64, U64, F32, F64, CHAR, STRING, ARRAY, OBJECT, STRUCT = 0, 1, 2, 6, 10, 11, 12, 13, 14, 15, 16, 17
ELEMENT_INT, ELEMENT_FLOAT, ELEMENT_STRING = 3, 9, 12
OK = 0
ELEMENTS = [c.c_int8, c.c_int16, c.c_int32, c.c_int64, c.c_uint8, c.c_uint16, c.c_uint32, c.c_uint64, c.c_float,
            c.c_double, c.c_bool, c.c_uint32]


class Text(c.Structure):
    _fields_ = [("bytes", c.c_void_p), ("len", c.c_size_t)]

    def text(self):
        return c.string_at(self.bytes, self.len).decode() if self.bytes else None


class Elements(c.Structure):
    _fields_ = [("data", c.c_void_p), ("len", c.c_size_t)]


class As(c.Union):
    _fields_ = [("i64", c.c_int64), ("u64", c.c_uint64), ("f32", c.c_float), ("f64", c.c_double), ("text", Text),
                ("array", Elements), ("ref", c.c_void_p), ("fields", Elements)]


class Value(c.Structure):
    _fields_ = [("type", c.c_int), ("element", c.c_int), ("as_", As)]


class Options(c.Structure):
    _fields_ = [("size", c.c_uint32), ("jit", c.c_int), ("jit_threshold", c.c_uint32),
                ("count_instructions", c.c_bool), ("deterministic", c.c_bool), ("seed", c.c_uint64),
                ("jit_cache", c.c_uint64), ("max_stack", c.c_uint64), ("max_instructions", c.c_uint64),
                ("max_nanoseconds", c.c_uint64), ("max_handles", c.c_uint64), ("max_threads", c.c_uint64),
                ("max_metadata", c.c_uint64), ("write", c.c_void_p), ("read", c.c_void_p),
                ("stream_data", c.c_void_p), ("args", c.c_void_p), ("arg_count", c.c_size_t),
                ("user_data", c.c_void_p)]


Write = c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_int, c.c_void_p, c.c_size_t)
HostFunction = c.CFUNCTYPE(None, c.c_void_p, c.c_void_p, c.POINTER(Value), c.c_size_t)


class GuestError(Exception):
    """`type`, `message`, `limit` and `frames` (function, file, line) of an error."""

    def __init__(self, lib, error):
        super().__init__(lib.skua_error_text(error).decode())
        self.type = lib.skua_error_type(error).decode()
        self.message = lib.skua_error_message(error).decode()
        self.limit = lib.skua_error_limit(error).decode()
        self.frames = [(lib.skua_error_frame_function(error, i).decode(), lib.skua_error_frame_file(error, i).decode(),
                        lib.skua_error_frame_line(error, i)) for i in range(lib.skua_error_frame_count(error))]
        lib.skua_error_free(error)


class Ref:
    """An object of the guest, alive as long as this one."""

    def __init__(self, vm, ref):
        self.vm, self.ref = vm, ref

    def __del__(self):
        if self.vm.vm:
            self.vm.lib.skua_ref_free(self.ref)


class Skua:
    def __init__(self, library, write=None, **options):
        self.lib = lib = c.CDLL(library)
        for name in ("type", "message", "text", "limit"):
            self._declare(f"skua_error_{name}", c.c_char_p, c.c_void_p)
        self._declare("skua_error_frame_function", c.c_char_p, c.c_void_p, c.c_size_t)
        self._declare("skua_error_frame_file", c.c_char_p, c.c_void_p, c.c_size_t)
        self._declare("skua_error_frame_line", c.c_uint32, c.c_void_p, c.c_size_t)
        self._declare("skua_error_frame_count", c.c_size_t, c.c_void_p)
        self._declare("skua_error_free", None, c.c_void_p)
        self._declare("skua_vm_new", c.c_int, c.POINTER(Options), c.POINTER(c.c_void_p), c.POINTER(c.c_void_p))
        self._declare("skua_vm_free", None, c.c_void_p)
        self._declare("skua_vm_load", c.c_int, c.c_void_p, c.c_char_p, c.POINTER(c.c_void_p))
        self._declare("skua_vm_allow", c.c_int, c.c_void_p, c.c_char_p, c.POINTER(c.c_void_p))
        self._declare("skua_vm_define", c.c_int, c.c_void_p, c.c_char_p, c.c_char_p, c.c_char_p, HostFunction,
                      c.c_void_p, c.c_void_p, c.POINTER(c.c_void_p))
        self._declare("skua_function", c.c_int, c.c_void_p, c.c_char_p, c.c_char_p, c.POINTER(c.c_void_p),
                      c.POINTER(c.c_void_p))
        self._declare("skua_call", c.c_int, c.c_void_p, c.POINTER(Value), c.c_size_t, c.POINTER(Value),
                      c.POINTER(c.c_void_p))
        self._declare("skua_return", c.c_int, c.c_void_p, c.POINTER(Value))
        self._declare("skua_throw", None, c.c_void_p, c.c_char_p, c.c_char_p)
        self._declare("skua_ref_free", None, c.c_void_p)
        self._declare("skua_ref_copy", c.c_void_p, c.c_void_p)
        self._declare("skua_value_free", None, c.POINTER(Value))
        self.kept = []  # what C has the addresses of
        made = Options(size=c.sizeof(Options), **options)
        if write is not None:
            callback = Write(lambda data, stream, text, n: write(stream, c.string_at(text, n).decode()) or 0)
            self.kept.append(callback)
            made.write = c.cast(callback, c.c_void_p)
        self.vm = None
        vm = c.c_void_p()
        self._check(lib.skua_vm_new, c.byref(made), c.byref(vm))
        self.vm = vm

    def _declare(self, name, result, *arguments):
        function = getattr(self.lib, name)
        function.restype, function.argtypes = result, arguments

    def _check(self, function, *arguments):
        error = c.c_void_p()
        status = function(*arguments, c.byref(error))
        if status != OK:
            raise GuestError(self.lib, error)

    def close(self):
        if self.vm:
            self.lib.skua_vm_free(self.vm)
            self.vm = None

    def load(self, path):
        self._check(self.lib.skua_vm_load, self.vm, path.encode())

    def allow(self, grant):
        self._check(self.lib.skua_vm_allow, self.vm, grant.encode())

    def call(self, module, name, *arguments):
        function = c.c_void_p()
        self._check(self.lib.skua_function, self.vm, module.encode(), name.encode(), c.byref(function))
        kept = []
        values = (Value * max(len(arguments), 1))(*[self._to_value(a, kept) for a in arguments])
        result = Value()
        self._check(self.lib.skua_call, function, values, len(arguments), c.byref(result))
        try:
            return self._from_value(result)
        finally:
            self.lib.skua_value_free(c.byref(result))

    def define(self, library, name, signature, function):
        def run(call, data, arguments, count):
            try:
                kept = []
                returned = function(*[self._from_value(arguments[i]) for i in range(count)])
                if not signature.endswith(")void"):
                    self.lib.skua_return(call, c.byref(self._to_value(returned, kept)))
            except Exception as error:  # pylint: disable=broad-except
                self.lib.skua_throw(call, b"std.core.Error", f"{type(error).__name__}: {error}".encode())

        callback = HostFunction(run)
        self.kept.append(callback)
        self._check(self.lib.skua_vm_define, self.vm, library.encode(), name.encode(), signature.encode(), callback,
                    None, None)

    def _to_value(self, value, kept):
        out = Value(type=NULL)
        if isinstance(value, bool):
            out.type, out.as_.i64 = BOOL, int(value)
        elif isinstance(value, int):
            out.type, out.as_.i64 = I64, value
        elif isinstance(value, float):
            out.type, out.as_.f64 = F64, value
        elif isinstance(value, str):
            out.type, out.as_.text = STRING, self._to_text(value, kept)
        elif isinstance(value, Ref):
            out.type, out.as_.ref = OBJECT, value.ref
        elif isinstance(value, list):
            out.type, out.element, elements = ARRAY, *self._to_elements(value, kept)
            kept.append(elements)
            out.as_.array = Elements(c.addressof(elements), len(value))
        elif isinstance(value, tuple):
            fields = (Value * max(len(value), 1))(*[self._to_value(v, kept) for v in value])
            kept.append(fields)
            out.type, out.as_.fields = STRUCT, Elements(c.addressof(fields), len(value))
        elif value is not None:
            raise TypeError(f"{type(value).__name__} does not cross to Skua")
        return out

    def _to_elements(self, values, kept):
        if values and all(isinstance(v, str) for v in values):
            return ELEMENT_STRING, (Text * len(values))(*[self._to_text(v, kept) for v in values])
        if values and all(isinstance(v, int) for v in values):
            return ELEMENT_INT, (c.c_int64 * len(values))(*values)
        if all(isinstance(v, (float, int)) for v in values):
            return ELEMENT_FLOAT, (c.c_double * max(len(values), 1))(*values)
        raise TypeError("lists that cross to Skua are of strings, of ints or of floats")

    @staticmethod
    def _to_text(text, kept):
        data = text.encode()
        kept.append(c.create_string_buffer(data, len(data) + 1))
        return Text(c.addressof(kept[-1]), len(data))

    def _from_value(self, value):
        if value.type in (VOID, NULL):
            return None
        if value.type == BOOL:
            return value.as_.i64 != 0
        if value.type == CHAR:
            return chr(value.as_.i64)
        if value.type <= I64:
            return value.as_.i64
        if value.type <= U64:
            return value.as_.u64
        if value.type == F32:
            return value.as_.f32
        if value.type == F64:
            return value.as_.f64
        if value.type == STRING:
            return value.as_.text.text()
        if value.type == ARRAY:
            kind = Text if value.element == ELEMENT_STRING else ELEMENTS[value.element]
            found = (kind * value.as_.array.len).from_address(value.as_.array.data)
            return [e.text() for e in found] if kind is Text else list(found)
        if value.type == STRUCT:
            fields = (Value * value.as_.fields.len).from_address(value.as_.fields.data)
            return tuple(self._from_value(f) for f in fields)
        return Ref(self, self.lib.skua_ref_copy(value.as_.ref))
