/* The native API of Skua: everything that a native function and its plugin see of the machine.
 *
 * Pure C11, no other Skua header, nothing to link with: the machine hands over a table of
 * functions. The standard library's own natives use this header and no other.
 *
 *     static int64_t twice(SkEnv *env, int64_t x) { (void)env; return 2 * x; }
 *     static const SkNative natives[] = {
 *         {"demo.twice", "(i64)i64", (SkFunction)twice, NULL},
 *     };
 *     static const SkPlugin plugin = {SK_ABI_VERSION, "demo", "1.0", natives, 1, NULL};
 *     SK_EXPORT const SkPlugin *skua_plugin(const SkHost *host) { (void)host; return &plugin; }
 *
 * and in module `demo`:  native("demo") fn twice(x: int): int
 *
 * -- Binding ---------------------------------------------------------------------------------
 * `native("lib") fn f(...)` of module m binds to the native "m.f" of the plugin named "lib"; a
 * method binds to "m.Type.f". The signature text is that of the class file and must be equal:
 * parameters in parentheses, separated by commas without blanks, then the result; `void` if
 * there is none. A mismatch is a LinkError at the first call which names both sides.
 *
 * -- The call --------------------------------------------------------------------------------
 * A plain C call. The first parameter is the SkEnv of the calling thread, then, in order:
 *
 *     i8 i16 i32 i64     int8_t int16_t int32_t int64_t
 *     u8 u16 u32 u64     uint8_t uint16_t uint32_t uint64_t
 *     f32 f64            float double
 *     bool               bool (0 or 1)
 *     char               uint32_t (a Unicode scalar value)
 *     string             SkString *
 *     [T]                SkArray *
 *     other references   SkObject *   (classes, interfaces, function values: opaque)
 *     R?                 as R; NULL is null
 *     struct S           const S *    (a C struct of the fields, in their order; see below)
 *     (A,B)              const *      to a C struct of the parts, in their order
 *     V? of a value V    const *      to struct { bool present; V value; }
 *
 * At most 12 parameters. The caller extends integers narrower than 32 bits to 32 bits, so
 * `int32_t` may stand for `int8_t`. The result comes back by value; of a result narrower than
 * its register, only its own bits count. A result that is a struct, a tuple or a nullable value is
 * written through a pointer that comes as the last parameter (and counts as one of the 12); it is all
 * zero before the call.
 * A parameter of a type that is not nullable is never NULL: the machine throws NullError first. The same
 * holds for the references inside of a struct.
 *
 * A struct has the natural layout of C: fields in the order of their declaration, each at its natural
 * alignment, a struct inside a struct as such, references as pointers; a struct without fields is one
 * byte. type_size and field_offset say what the machine reckons. The memory is the machine's and valid
 * during the call. Elements of an array of structs lie in the same layout.
 *
 * -- References ------------------------------------------------------------------------------
 * References are raw pointers. An object stays alive and in place as long as a reference to it,
 * or a pointer into it such as string_data gives, is in a local variable or parameter of a
 * running native, on a thread that the machine knows. Anywhere else (globals, malloc'ed memory)
 * a reference is valid only inside a root (root_new). Never keep an address as a number.
 * Never write to a string's bytes. References in arrays are stored with array_set.
 *
 * -- Errors ----------------------------------------------------------------------------------
 * A native throws by making an error pending (throw_error and others), then returning; the result
 * is ignored. Functions below that "may throw" tell so by their result; the native should then
 * clean up and return. With an error pending, only the functions marked [pending] may be called.
 * No C++ exception and no longjmp may leave a native.
 *
 * -- Threads and signals ----------------------------------------------------------------------
 * Natives run on the calling guest thread, any number at once. The collector stops threads by
 * signals: system calls may return EINTR and should be repeated. An SkEnv belongs to its thread.
 *
 * -- Versions --------------------------------------------------------------------------------
 * SK_ABI_VERSION changes only when an old plugin could no longer work; a plugin made for another
 * version is refused by name. Functions are only ever added at the end of SkApi: compare
 * `api->size` with offsetof before calling one that is newer than the oldest machine you serve.
 */
#ifndef SKUA_NATIVE_H
#define SKUA_NATIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SK_ABI_VERSION 1u

#if defined(_WIN32)
#define SK_EXPORT __declspec(dllexport)
#else
#define SK_EXPORT __attribute__((visibility("default")))
#endif
#if defined(__GNUC__)
#define SK_PRINTF(at, args) __attribute__((format(printf, at, args)))
#else
#define SK_PRINTF(at, args)
#endif

typedef struct SkApi SkApi;
typedef struct SkString SkString; /* never defined: guest objects are opaque */
typedef struct SkArray SkArray;
typedef struct SkObject SkObject;
typedef struct SkRoot SkRoot;
typedef struct SkVm SkVm;
typedef struct SkType SkType;
typedef struct SkField SkField;
typedef struct SkMethod SkMethod;
typedef struct SkCompletion SkCompletion;

/* One per guest thread, made by the machine. A native may read `api`, nothing behind it. */
typedef struct SkEnv {
    const SkApi* api;
} SkEnv;

/* Element types of arrays. */
typedef enum SkKind {
    SK_I8 = 0,
    SK_I16,
    SK_I32,
    SK_I64,
    SK_U8,
    SK_U16,
    SK_U32,
    SK_U64,
    SK_F32,
    SK_F64,
    SK_BOOL,
    SK_CHAR,
    SK_STRING,
    SK_REFERENCE, /* array_kind only: an array of other references */
    SK_VALUE      /* array_kind only: an array of structs, tuples or nullable values */
} SkKind;

/* An argument or result of a call into the guest, a field; the member is chosen by the type. */
typedef union SkValue {
    int64_t i64;  /* i8 i16 i32 i64, bool, char: the value */
    uint64_t u64; /* u8 u16 u32 u64 */
    float f32;
    double f64;
    SkString* string;
    SkArray* array;
    SkObject* object;
    void* data; /* structs, tuples, nullable values: where the value is. For a result, room for it (type_size)
                   that the caller provides */
} SkValue;

/* A kind of native resource behind an integer handle. One static object per kind; its address is
 * the kind's identity. */
typedef struct SkHandleType {
    const char* name;             /* for messages: "file" */
    void (*close)(void* pointer); /* frees the resource; called once, on any thread */
} SkHandleType;

typedef void (*SkHook)(void* data);

/* Standard streams that a host has taken over. */
typedef struct SkStreams {
    void* data;
    /* Standard output (1) or error (2): all of the bytes. 0 or an errno. */
    int (*write)(void* data, int stream, const char* bytes, size_t len);
    /* At most `room` bytes of standard input: how many; 0 at the end; an errno, negated. */
    int64_t (*read)(void* data, char* bytes, size_t room);
} SkStreams;

/* Room for any one name of a file, with its NUL. */
#define SK_NAME_BYTES 256

/* Unless stated otherwise, every function takes the SkEnv that the native received. */
struct SkApi {
    uint32_t abi_version; /* SK_ABI_VERSION of the machine */
    uint32_t size;        /* sizeof(SkApi) of the machine, in bytes */

    /* -- strings: immutable UTF-8 ---------------------------------------------------------- */
    /* The bytes; a NUL follows the last one. The text may itself contain NULs. [pending] */
    const char* (*string_data)(SkEnv* env, SkString* s);
    /* Length in bytes. [pending] */
    size_t (*string_len)(SkEnv* env, SkString* s);
    /* A new string of these bytes. NULL if it throws: ArgumentError for invalid UTF-8 (with the
     * offset), OutOfMemoryError. */
    SkString* (*string_new)(SkEnv* env, const char* bytes, size_t len);
    /* The same of several pieces, joined; the whole must be valid UTF-8. */
    SkString* (*string_new_from_parts)(SkEnv* env, const char* const* parts, const size_t* lens,
                                       size_t count);
    /* The text as a C string, for paths and names: ArgumentError and NULL if it contains a NUL. */
    const char* (*string_cstr)(SkEnv* env, SkString* s);

    /* -- arrays: fixed length ----------------------------------------------------------------- */
    /* Number of elements. [pending] */
    size_t (*array_len)(SkEnv* env, SkArray* a);
    SkKind (*array_kind)(SkEnv* env, SkArray* a);
    /* The elements, contiguous, in the C type of the kind (bool: one byte, char: uint32_t), to be
     * read and written in place. References (SK_STRING, SK_REFERENCE) may be read as an array of
     * pointers but must be written with array_set. [pending] */
    void* (*array_data)(SkEnv* env, SkArray* a);
    /* A new array, all elements zero; of SK_STRING: all null, to be filled before it is returned.
     * NULL if it throws: ArgumentError (kind, length), OutOfMemoryError. */
    SkArray* (*array_new)(SkEnv* env, SkKind kind, size_t len);
    /* Stores a reference, of the array's element type, at an index below the length. [pending] */
    void (*array_set)(SkEnv* env, SkArray* a, size_t index, void* reference);

    /* -- errors ------------------------------------------------------------------------------- */
    /* Makes an error of this class pending: any subclass of std.core.Error whose constructor
     * takes a message. The message need not be valid UTF-8: bad bytes are replaced. */
    void (*throw_error)(SkEnv* env, const char* class_name, const char* message);
    /* The same with printf's formatting. */
    void (*throw_format)(SkEnv* env, const char* class_name, const char* format, ...) SK_PRINTF(3, 4);
    /* std.core.IOError "<what>: <text of errnum>", what being for example "cannot open 'x.txt'". */
    void (*throw_errno)(SkEnv* env, const char* what, int errnum);
    /* Is an error pending? [pending] */
    bool (*has_pending)(SkEnv* env);
    /* Takes the pending error away (it counts as caught), NULL if there is none. [pending] */
    SkObject* (*take_pending)(SkEnv* env);
    /* Makes an error object pending (again). */
    void (*throw_object)(SkEnv* env, SkObject* error);

    /* -- capabilities --------------------------------------------------------------------------- */
    /* Is `capability` ("fs.read", "net", ...) granted for `resource` (a path, "host:port", a name;
     * NULL for none)? If not: false, with PermissionError pending that names the capability, the
     * resource and the option that would grant it. Whoever touches the system asks first, with
     * exactly the path that is then used. */
    bool (*require)(SkEnv* env, const char* capability, const char* resource);

    /* -- roots: references that outlive the native ------------------------------------------------ */
    /* NULL if it throws OutOfMemoryError. */
    SkRoot* (*root_new)(SkEnv* env, void* reference);
    void* (*root_get)(SkEnv* env, SkRoot* root);                 /* [pending] */
    void (*root_set)(SkEnv* env, SkRoot* root, void* reference); /* [pending] */
    void (*root_free)(SkEnv* env, SkRoot* root);                 /* [pending] NULL is ignored */

    /* -- handles: native resources as ints ---------------------------------------------------------
     * The guest keeps an int that it cannot forge into a pointer: handles are never reused, and a
     * wrong or closed one throws. */
    /* A new handle (above 0) that owns `pointer` (not NULL); 0 if it throws OutOfMemoryError, and then
     * `pointer` is still the caller's. */
    int64_t (*handle_new)(SkEnv* env, const SkHandleType* type, void* pointer);
    /* The pointer, protected from being closed by another thread until handle_release. NULL if it
     * throws StateError: "this file is closed". */
    void* (*handle_acquire)(SkEnv* env, const SkHandleType* type, int64_t handle);
    void (*handle_release)(SkEnv* env, int64_t handle); /* [pending] */
    /* Closes; type->close runs now or with the last release. False, without an error, if there is no
     * such handle (any more): closing twice is allowed. [pending] */
    bool (*handle_close)(SkEnv* env, const SkHandleType* type, int64_t handle);

    /* -- calling back ------------------------------------------------------------------------------ */
    /* Calls a function value. `signature` is its type as in a class file, "(i64,string)->bool", and is
     * compared with the object's own: ArgumentError if it differs. `args` has one value per parameter;
     * `result` may be NULL for void. False if it throws. Natives' types only (see "The call"). */
    bool (*call_function)(SkEnv* env, SkObject* function, const char* signature, const SkValue* args,
                          SkValue* result);

    /* -- the program --------------------------------------------------------------------------------- */
    size_t (*arg_count)(SkEnv* env);
    const char* (*arg)(SkEnv* env, size_t index); /* valid UTF-8, NUL-terminated; NULL beyond the last */
    /* Runs `hook(data)` when the program ends in whatever way the machine controls: main returned, an
     * error was not caught, exit_program. Last registered, first run. For flushing buffers: hooks
     * must not touch guest objects. */
    void (*at_exit)(SkEnv* env, SkHook hook, void* data);
    /* Ends the program with this exit code: runs the hooks, then ends the process and does not return; in a
     * machine that a host has made (skua/embed.h), returns with an error pending that the guest cannot catch,
     * and the native returns, too. */
    void (*exit_program)(SkEnv* env, int code);

    /* -- looking at objects ----------------------------------------------------------------------------- */
    /* The full name of an object's type, "std.collections.List<i64>". Valid as long as the machine. */
    const char* (*type_name)(SkEnv* env, SkObject* object);

    /* -- since 1.1 ------------------------------------------------------------------------------------------
     */
    /* The part of a string from byte `start` to before byte `end`: cheaper than string_new, since only its
     * ends are looked at. NULL if it throws: IndexError unless start <= end <= length, ArgumentError if an
     * end lies within a character, OutOfMemoryError. */
    SkString* (*string_slice)(SkEnv* env, SkString* s, size_t start, size_t end);
    /* Copies a string's bytes into an array of u8 or i8, from its element `at` on. False if it throws:
     * IndexError if they do not fit. */
    bool (*string_copy)(SkEnv* env, SkString* s, SkArray* bytes, size_t at);

    /* -- since 1.2 ------------------------------------------------------------------------------------------
     */
    /* Makes `owner` the owner of a handle: some time after the collector has found the object unreachable,
     * the handle is closed, on any thread. For what nobody wants to close, such as a compiled pattern; a file
     * should still be `Closeable`. Natives that get the handle should also get the owner, and still have it
     * on their stack when they have acquired the handle. False, and then nothing has changed, if it throws:
     * StateError if the object owns a handle already, OutOfMemoryError. */
    bool (*handle_own)(SkEnv* env, SkObject* owner, const SkHandleType* type, int64_t handle);

    /* -- since 1.3 ------------------------------------------------------------------------------------------
     */
    /* Files. Asking with `require` and then using the path would leave time to put a link in its place. These
     * two ask and open at once, from the granted folder down, so that neither links nor whoever changes them
     * meanwhile lead out of it. The rest is for the system's calls that take a descriptor: fstat, fdopendir,
     * unlinkat, renameat, mkdirat. */
    /* As open(2), for `capability` ("fs.read" or "fs.write"). The descriptor, closed on exec; -1 if an error
     * is pending (PermissionError), or else with errno. With O_PATH for questions that need no reading. */
    int (*path_open)(SkEnv* env, const char* capability, const char* path, int flags, unsigned mode);
    /* The folder in which the path's last name is, as a descriptor, and that name, which is not followed if
     * it is a link. For calls that create, remove or rename it. -1 as above; EINVAL if the path ends in "."
     * or "..". */
    int (*path_parent)(SkEnv* env, const char* capability, const char* path, char name[SK_NAME_BYTES]);
    /* Is the program to end, because its time is up? Whoever repeats a system call that returned EINTR asks
     * first; if so, the native cleans up, says throw_errno and returns: the error becomes the LimitError that
     * ends the program. [pending] */
    bool (*interrupted)(SkEnv* env);
    /* Is the program to do the same each time it is run (vmrun --deterministic)? Then natives let nothing of
     * the world in that the guest has not asked for: no process numbers, no order of a folder's names. */
    bool (*deterministic)(SkEnv* env);
    /* Nanoseconds: since 1970 (`wall`), or since some moment, never going back. Deterministic: a clock that
     * moves by 1000 with each look and by what is slept. */
    int64_t (*clock_nanos)(SkEnv* env, bool wall);
    /* Waits. Throws LimitError if the program's time is up meanwhile. Deterministic: moves the clock. */
    void (*sleep_nanos)(SkEnv* env, int64_t nanos);
    /* Random bytes, fit for keys. False if it throws IOError. Deterministic: from the seed, fit for nothing
     * secret. */
    bool (*random_bytes)(SkEnv* env, void* out, size_t len);
    /* How many bytes the heap may have (vmrun --max-heap). What a native takes for the guest outside of the
     * heap, for as long as it runs, should stay below it; what it keeps, handle_new_sized counts. */
    size_t (*memory_limit)(SkEnv* env);
    /* As handle_new, for a resource that takes at most `bytes` of memory. Together they may take as much as
     * the heap may: beyond that, after a collection, OutOfMemoryError. (handle_new counts 128 bytes.) */
    int64_t (*handle_new_sized)(SkEnv* env, const SkHandleType* type, void* pointer, size_t bytes);
    /* Tells the trace hash (vmrun --trace-hash) of bytes that leave for the world: what is printed, written,
     * sent. Of long arguments and results it looks at the ends only. [pending] */
    void (*trace_output)(SkEnv* env, const void* bytes, size_t len);

    /* -- since 1.4 ------------------------------------------------------------------------------------------
     */
    /* For the inline functions below alone: at which byte of a string its length (uint32_t) and its text lie,
     * and of an array its length (uint64_t) and its elements. 0: this machine keeps them in another way. */
    uint16_t string_len_at, string_data_at, array_len_at, array_data_at;

    /* -- since 1.5 ------------------------------------------------------------------------------------------
     */
    /* Types. Valid as long as the machine; equal types are one pointer. A native may use types, public
     * fields and public functions of public types (members are public unless `private`), as Skua code of
     * another module may; a constructor that is private, or a field without `var`, stays what it is. */
    /* By its text, as in signatures: "geo.Point", "[string]", "std.collections.List<i64>". Modules are types
     * too: "geo". NULL if it throws LinkError: malformed, or no such class. */
    const SkType* (*type_find)(SkEnv* env, const char* text);
    /* Of an object, string or array. [pending] */
    const SkType* (*type_of)(SkEnv* env, const void* reference);
    /* Is it an instance of the type, subclasses and implemented interfaces included? NULL is none. [pending]
     */
    bool (*type_is)(SkEnv* env, const void* reference, const SkType* type);
    /* Its text, valid as long as the machine. */
    const char* (*type_text)(SkEnv* env, const SkType* type);
    /* Bytes of a value of the type, and its alignment, in structs, arrays and SkValue::data. 0 if it throws
     * LinkError, and for modules. */
    size_t (*type_size)(SkEnv* env, const SkType* type);
    size_t (*type_align)(SkEnv* env, const SkType* type);

    /* A field of a class (inherited ones too) or struct, whose type must be `type`. NULL if it throws
     * LinkError, which says what is there. Valid as long as the machine: look it up once. */
    const SkField* (*field_find)(SkEnv* env, const SkType* owner, const char* name, const char* type);
    /* The byte at which a struct's field starts; 0 for fields of classes. */
    size_t (*field_offset)(SkEnv* env, const SkField* field);
    /* False if it throws: NullError, CastError if the object has no such field; ArgumentError if it is not a
     * `var`, CastError if the value is of another type. */
    bool (*field_get)(SkEnv* env, SkObject* object, const SkField* field, SkValue* value);
    bool (*field_set)(SkEnv* env, SkObject* object, const SkField* field, const SkValue* value);

    /* A method, static function or, of a module, function; "init" is the constructor. `signature` without the
     * receiver, as for natives: "(i64,string)bool". Default values are not known here: all parameters are
     * given. NULL if it throws LinkError. Valid as long as the machine. */
    const SkMethod* (*method_find)(SkEnv* env, const SkType* owner, const char* name, const char* signature);
    /* Calls it: what overrides it in the receiver's class. `receiver`: NULL for what has none; for a method
     * of a struct NULL as well, the struct being the first argument. `result` may be NULL. False if it
     * throws, before the call NullError or CastError for a receiver or argument of another type. */
    bool (*method_call)(SkEnv* env, const SkMethod* method, SkObject* receiver, const SkValue* args,
                        SkValue* result);
    /* A new object by its constructor, from method_find. NULL if it throws. */
    SkObject* (*object_new)(SkEnv* env, const SkMethod* constructor, const SkValue* args);

    /* An array of any type, all elements zero, references null. NULL if it throws. */
    SkArray* (*array_new_of)(SkEnv* env, const SkType* element, size_t len);
    /* Copies a value to an element of an array of structs, tuples or nullable values: the way to write
     * such that hold references. False if it throws: IndexError, NullError, CastError. */
    bool (*array_put)(SkEnv* env, SkArray* a, size_t index, const void* value);

    /* Threads. An OS thread that the plugin has made becomes one that may run guest code, with an SkEnv of
     * its own, until it detaches. It counts as one of --max-threads. Attaching an attached thread again
     * gives the same SkEnv; each attach wants its detach. Roots are of the machine, not of a thread. */
    /* The machine, for threads that have no SkEnv. Valid as long as the process. [pending] */
    SkVm* (*vm_of)(SkEnv* env);
    /* NULL, with errno: ESHUTDOWN if the machine has ended, EAGAIN if that were too many threads, ENOMEM. */
    SkEnv* (*thread_attach)(SkVm* vm);
    /* A pending error is dropped. References of this thread are invalid from now on. [pending] */
    void (*thread_detach)(SkEnv* env);

    /* Completions: a native that begins something, and ends it later, on any thread. The guest makes a
     * std.native.Completion<T>, passes it to the native, and waits for it. */
    /* What completes that object. Ends by exactly one call of the functions below, which free it. NULL if it
     * throws StateError: somebody has begun already. */
    SkCompletion* (*completion_begin)(SkEnv* env, SkObject* completion);
    /* These need no SkEnv, so that a thread need not be attached. The value must fit T, or who waits gets an
     * ArgumentError: i64 is for all integers, bool and char, f64 for both floats; strings and bytes ([u8])
     * are copied. False if there is no memory (then who waits gets OutOfMemoryError). */
    void (*complete_i64)(SkCompletion* completion, int64_t value);
    void (*complete_f64)(SkCompletion* completion, double value);
    bool (*complete_string)(SkCompletion* completion, const char* utf8, size_t len);
    bool (*complete_bytes)(SkCompletion* completion, const void* bytes, size_t len);
    /* As throw_error, for who waits. */
    bool (*complete_error)(SkCompletion* completion, const char* class_name, const char* message);
    /* A value of any type T, on an attached thread. False, and then completed with the error instead, if it
     * throws. */
    bool (*complete_value)(SkEnv* env, SkCompletion* completion, const SkValue* value);
    /* Gives up: who waits gets a StateError. */
    void (*completion_drop)(SkCompletion* completion);
    /* Does anybody still have the object? If not, the work may as well be given up. It stays to be ended. */
    bool (*completion_wanted)(SkCompletion* completion);

    /* Resources: objects of classes that extend std.native.Resource, which own a handle. */
    /* As handle_acquire, of the object's handle. NULL if it throws StateError: "this file is closed". */
    void* (*resource_acquire)(SkEnv* env, const SkHandleType* type, SkObject* resource);
    void (*resource_release)(SkEnv* env, SkObject* resource); /* [pending] */

    /* What std.native is made of. */
    bool (*resource_adopt)(SkEnv* env, SkObject* owner, int64_t handle); /* handle_own, of whatever type */
    bool (*resource_close)(SkEnv* env, int64_t handle);     /* handle_close, likewise. [pending] */
    bool (*resource_is_open)(SkEnv* env, int64_t handle);   /* [pending] */
    int64_t (*completion_new)(SkEnv* env, SkObject* owner); /* a handle that the owner owns; 0 if it throws */
    bool (*completion_ready)(SkEnv* env, int64_t handle);   /* done, or false */
    /* The index of one that is done; -1 after `nanos` (below 0: no end), -2 if it throws: StateError for one
     * that nobody has begun, LimitError when the program is to end. */
    int64_t (*completion_wait)(SkEnv* env, const int64_t* handles, size_t count, int64_t nanos);
    /* Puts the value into the owner's field `value`, of type T?. False if it throws, for example its error.
     */
    bool (*completion_take)(SkEnv* env, SkObject* owner, int64_t handle);

    /* -- since 1.6 ------------------------------------------------------------------------------------------
     */
    /* A plugin's own memory for this machine: several may live in one process, so that nothing that belongs
     * to a program may be static. The first call with a key (the address of something static) keeps what
     * `make` returns, every later one returns that; `destroy`, if not NULL, gets it when the machine ends,
     * after the exit hooks. NULL if `make` returned that, with its error pending. */
    void* (*plugin_state)(SkEnv* env, const void* key, void* (*make)(SkEnv* env),
                          void (*destroy)(void* state));
    /* Where standard input comes from and output goes to, if a host has taken them over (skua/embed.h);
     * NULL: they are the process's. */
    const SkStreams* (*streams)(SkEnv* env);
};

/* As string_data, string_len, array_data and array_len, for natives that take less time than calling those: a
 * load or an addition, where the machine lets them. On all machines. [pending] */
#define SK_KNOWS_LAYOUT(env, field) \
    ((env)->api->size >= offsetof(SkApi, array_data_at) + sizeof(uint16_t) && (env)->api->field != 0)

static inline const char* sk_string_data(SkEnv* env, SkString* s) {
    if (!SK_KNOWS_LAYOUT(env, string_data_at)) return env->api->string_data(env, s);
    return (const char*)s + env->api->string_data_at;
}

static inline size_t sk_string_len(SkEnv* env, SkString* s) {
    if (!SK_KNOWS_LAYOUT(env, string_len_at)) return env->api->string_len(env, s);
    return *(const uint32_t*)(const void*)((const char*)s + env->api->string_len_at);
}

static inline void* sk_array_data(SkEnv* env, SkArray* a) {
    if (!SK_KNOWS_LAYOUT(env, array_data_at)) return env->api->array_data(env, a);
    return (char*)a + env->api->array_data_at;
}

static inline size_t sk_array_len(SkEnv* env, SkArray* a) {
    if (!SK_KNOWS_LAYOUT(env, array_len_at)) return env->api->array_len(env, a);
    return (size_t) * (const uint64_t*)(const void*)((const char*)a + env->api->array_len_at);
}

/* -- registration ------------------------------------------------------------------------------------- */

/* Any function; cast back to its own type by the machine, as the signature says. */
typedef void (*SkFunction)(void);

typedef struct SkNative {
    const char* name;      /* "module.function" or "module.Type.method" */
    const char* signature; /* "(string,[u8],i64)i64" */
    SkFunction function;
    const char* capability; /* NULL, or a capability of which some grant must exist: without any, calls
                               throw PermissionError before the native runs. Natives with a resource
                               call `require` as well. */
} SkNative;

typedef struct SkPlugin {
    uint32_t abi_version; /* SK_ABI_VERSION */
    const char* name;     /* the library name of `native("name")` */
    const char* version;  /* of the plugin, for messages */
    const SkNative* natives;
    size_t native_count;
    void (*unload)(void); /* NULL, or called once when the machine ends */
} SkPlugin;

/* What a plugin is told when it is loaded. Valid as long as the machine. */
typedef struct SkHost SkHost;
struct SkHost {
    uint32_t abi_version;
    uint32_t size; /* sizeof(SkHost) of the machine */
    const SkApi* api;
    const char* machine; /* "skua 0.1.0" */
    /* As SkApi::at_exit, at load time, when there is no SkEnv yet. */
    void (*at_exit)(const SkHost* host, SkHook hook, void* data);
};

/* The one function that a plugin exports, as `skua_plugin`. Called once. Everything it returns is
 * static. NULL refuses to load. */
typedef const SkPlugin* (*SkPluginEntry)(const SkHost* host);

/* Declared for plugins' own definition of it; never called by this name. */
SK_EXPORT const SkPlugin* skua_plugin(const SkHost* host);

/* The entries of the standard library's plugins, linked into the programs that run guest code. */
const SkPluginEntry* skua_stdlib_plugins(size_t* count);

#ifdef __cplusplus
}
#endif

#endif /* SKUA_NATIVE_H */
