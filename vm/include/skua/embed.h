/* Skua inside another program: the C API of libskua.
 *
 * Pure C11; needs no other header than native.h. Every function can be called from C, from C++ and through a
 * foreign-function interface: arguments are numbers, pointers and plain structures.
 *
 *     SkuaVm* vm;
 *     SkuaError* error = NULL;
 *     SkuaFunction* greet;
 *     SkuaValue name = skua_text("World"), text;
 *     if (skua_vm_new(NULL, &vm, &error) || skua_vm_load(vm, "hello.ska", &error) ||
 *         skua_function(vm, "hello", "greet", &greet, &error) || skua_call(greet, &name, 1, &text, &error))
 *         fputs(skua_error_text(error), stderr);
 *
 * docs/embedding.md is the tutorial.
 *
 * -- Status and errors -----------------------------------------------------------------------
 * What can fail returns a SkuaStatus: SKUA_OK is 0, everything else tells why not. The last parameter is
 * where a SkuaError goes that says more; NULL if nobody wants it. It is set when the status is not SKUA_OK
 * (nor SKUA_PAUSED), left alone otherwise, and freed with skua_error_free. Nothing here ends the process or
 * prints; a program that calls std.process.exit ends its run with SKUA_EXITED.
 * A NULL where a parameter does not allow it is SKUA_BAD_USE, not a crash; a pointer to something that was
 * freed is the host's own mistake.
 *
 * -- Ownership -------------------------------------------------------------------------------
 * What a function makes (SkuaVm, SkuaRun, SkuaRef, SkuaError, values that calls return) belongs to the host,
 * which frees it with the function of that name. SkuaFunction belongs to its machine. Texts and arrays that
 * the host passes are read during the call and not kept. Texts that functions return are NUL-terminated and
 * live as long as what they were asked of. References, runs and functions end with their machine: free
 * references and runs first. Errors outlive it.
 *
 * -- Threads ---------------------------------------------------------------------------------
 * Any number of machines can live in one process, and any thread may use any of them, several at once too,
 * unless a function says otherwise. A thread's first use of a machine attaches it, which reserves address
 * space for a guest stack (SkuaOptions.max_stack); it stays attached until it ends, skua_vm_detach or
 * skua_vm_free. Attached threads are stopped by a signal while the collector looks at their stacks, also
 * while they run code of the host: system calls that cannot be restarted return EINTR.
 *
 * -- One heap --------------------------------------------------------------------------------
 * All machines of a process share one garbage-collected heap: its size, its signals and its statistics are of
 * the process (SkuaProcess), and a machine that fills it fails the allocations of the others. Objects of
 * different machines never refer to one another. After fork, only the parent may go on using Skua.
 *
 * -- Signals ---------------------------------------------------------------------------------
 *     SIGPWR, SIGXCPU   the collector stops and resumes attached threads. Other numbers: SkuaProcess.
 *     SIGURG            wakes a thread that is to end from a system call. Its handler does nothing, is
 * installed when it is first needed, and only where the host has none. Another number, or none at all:
 * SkuaProcess. SIGPIPE, SIGXFSZ  are left alone. Guest code that writes to a closed pipe raises SIGPIPE as
 * the host's own code would: most hosts ignore it (signal(SIGPIPE, SIG_IGN)). SIGCHLD           is set to its
 * default when a guest starts a process, where it was ignored.
 *
 * Compiled code needs no signal: null, bounds and stack are checked by instructions.
 *
 * -- Versions --------------------------------------------------------------------------------
 * SKUA_EMBED_VERSION changes only when a host that was built against an older header could no longer work; it
 * is part of the library's file name. Functions and, at their end, members of structures are added:
 * structures that the host fills begin with their size, and what an older host does not have is taken as 0.
 */
#ifndef SKUA_EMBED_H
#define SKUA_EMBED_H

#include <string.h>

#include "skua/native.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SKUA_EMBED_VERSION 0u

typedef struct SkuaVm SkuaVm;             /* a machine: its classes, its rights, its limits */
typedef struct SkuaFunction SkuaFunction; /* a function of the guest */
typedef struct SkuaRun SkuaRun;           /* a call that runs in slices */
typedef struct SkuaRef SkuaRef;           /* a reference to an object of the guest */
typedef struct SkuaError SkuaError;       /* what went wrong, as data */
typedef struct SkuaCall SkuaCall;         /* a call of a host function */

/* SKUA_EMBED_VERSION of the library that runs. */
SK_EXPORT uint32_t skua_embed_version(void);
/* "0.1.0", of the library that runs. */
SK_EXPORT const char* skua_version(void);

/* -- status ------------------------------------------------------------------------------------------- */

typedef enum SkuaStatus {
    SKUA_OK = 0,
    SKUA_PAUSED = 1,      /* a run has used up its slice; skua_run_resume goes on */
    SKUA_EXITED = 2,      /* the program ended itself: skua_error_exit_code */
    SKUA_THROWN = 3,      /* an error of the guest that the guest did not catch */
    SKUA_LIMIT = 4,       /* a limit of SkuaOptions ended the call: skua_error_limit */
    SKUA_INTERRUPTED = 5, /* skua_vm_interrupt did, or the run was freed */
    SKUA_BAD_USE = 6,     /* the host's mistake: an argument of a wrong type, a wrong number of them */
    SKUA_BAD_INPUT = 7,   /* a class file or an archive that is not what it should be */
    SKUA_NOT_FOUND = 8,   /* no such file, module or function */
    SKUA_NO_RESOURCE = 9  /* the system gives no memory or no thread */
} SkuaStatus;

/* -- errors as data -----------------------------------------------------------------------------------
 * Any thread may look at an error, also when its machine is gone. */

SK_EXPORT SkuaStatus skua_error_status(const SkuaError* error);
/* The class of a guest's error, "std.core.KeyError"; "" if it is none. */
SK_EXPORT const char* skua_error_type(const SkuaError* error);
/* One sentence, without type and stack. */
SK_EXPORT const char* skua_error_message(const SkuaError* error);
/* Everything, as `vmrun` prints it: type, message, stack, causes; several lines. */
SK_EXPORT const char* skua_error_text(const SkuaError* error);
/* Which limit was reached: "instructions", "time", "handles", "threads", "metadata", "heap", "stack"; "" if
 * none was. Heap and stack are errors that the guest can catch, so that their status is SKUA_THROWN. */
SK_EXPORT const char* skua_error_limit(const SkuaError* error);
/* With SKUA_EXITED: 0 to 255. */
SK_EXPORT int skua_error_exit_code(const SkuaError* error);
/* How many calls were on the guest's stack where the error was thrown, 256 at most. */
SK_EXPORT size_t skua_error_frame_count(const SkuaError* error);
/* One of them, 0 being the innermost; "" and 0 beyond the last. The function is "bank.Account.deposit". */
SK_EXPORT const char* skua_error_frame_function(const SkuaError* error, size_t index);
SK_EXPORT const char* skua_error_frame_file(const SkuaError* error, size_t index);
SK_EXPORT uint32_t skua_error_frame_line(const SkuaError* error, size_t index); /* 0: not known */
/* The error that caused this one; NULL if none did. Belongs to `error`. */
SK_EXPORT const SkuaError* skua_error_cause(const SkuaError* error);
/* NULL is ignored. */
SK_EXPORT void skua_error_free(SkuaError* error);

/* -- the process ---------------------------------------------------------------------------------------- */

/* What all machines share. Zero means: as it is without. */
typedef struct SkuaProcess {
    uint32_t size;        /* sizeof(SkuaProcess) */
    int suspend_signal;   /* of the collector; 0: SIGPWR */
    int resume_signal;    /* 0: SIGXCPU */
    int wake_signal;      /* 0: SIGURG; -1: none, and then what blocks in the system ends late */
    uint64_t max_heap;    /* bytes of objects, of all machines; 0: three quarters of the memory there is */
    bool log_collections; /* a line on standard error for each */
} SkuaProcess;

/* Sets the heap up, before the first machine; without it, the first skua_vm_new does, with defaults. Later
 * calls are SKUA_BAD_USE. SKUA_NO_RESOURCE if the system gives no memory. */
SK_EXPORT SkuaStatus skua_init(const SkuaProcess* process, SkuaError** error);

/* -- machines ------------------------------------------------------------------------------------------- */

typedef enum SkuaStream { SKUA_STDIN = 0, SKUA_STDOUT = 1, SKUA_STDERR = 2 } SkuaStream;

/* What the guest prints, as it prints it: `stream` is SKUA_STDOUT or SKUA_STDERR. 0, or an errno, which
 * becomes the guest's IOError. Called on the thread that runs the guest, by one thread at a time. */
typedef int (*SkuaWrite)(void* data, SkuaStream stream, const char* bytes, size_t len);
/* What the guest reads: at most `room` bytes; 0 at the end, below 0 an errno, negated. */
typedef int64_t (*SkuaRead)(void* data, char* bytes, size_t room);

typedef enum SkuaJit {
    SKUA_JIT_DEFAULT = 0, /* on, where there is a compiled tier */
    SKUA_JIT_ON = 1,      /* what is hot is compiled, on a thread of its own */
    SKUA_JIT_OFF = 2,     /* everything is interpreted */
    SKUA_JIT_FORCE = 3    /* every function is compiled before it first runs: slow to start; for tests */
} SkuaJit;

/* How a machine is to be. Zero means: the default, or no limit. */
typedef struct SkuaOptions {
    uint32_t size; /* sizeof(SkuaOptions) */
    SkuaJit jit;
    uint32_t jit_threshold;  /* calls and loop iterations until a function counts as hot; 0: 8192 */
    bool count_instructions; /* needed for runs in slices, and for SkuaStats.instructions; max_instructions
                                implies it. Costs some speed */
    bool deterministic;      /* clock, random numbers and identities come from `seed`, not from the world */
    uint64_t seed;
    uint64_t jit_cache; /* bytes of machine code; 0: 64 MiB */
    uint64_t max_stack; /* bytes of guest stack of each thread; 0: 8 MiB. Compiled code also uses the thread's
                           own stack, up to eight times as much. If not 0, or with `deterministic`, calls are
                           counted, and a recursion ends at the same call interpreted and compiled, unless a
                           thread's own stack is too small for it; compiled code then takes up to 1.6 times
                           its time */
    /* Of one call from the host: from when no call was running to when none is. Several threads that call at
     * once share them. Of a run in slices, time is of one slice, and the slices are its instructions. */
    uint64_t max_instructions; /* of class files' code: ends at the same place on every machine */
    uint64_t max_nanoseconds;  /* of wall-clock time */
    /* Of the machine. */
    uint64_t max_handles;  /* files, patterns, streams and the like open at a time */
    uint64_t max_threads;  /* attached at a time */
    uint64_t max_metadata; /* bytes of classes and linked code; 0: 1 GiB */
    /* Standard streams of the guest; NULL: the process's own. */
    SkuaWrite write;
    SkuaRead read;
    void* stream_data;
    /* Arguments of the program, copied: valid UTF-8. */
    const char* const* args;
    size_t arg_count;
    void* user_data; /* for skua_vm_user_data */
    /* Plugins, by their names, that run in a process of their own: one that crashes is an error of the guest
     * (docs/isolation.md). "*": all. Copied. */
    const char* const* isolated_plugins;
    size_t isolated_plugin_count;
    /* The program in which they do, skua-plugin-host; NULL: the one that is installed with libskua. */
    const char* plugin_host;
} SkuaOptions;

/* A machine with the standard library, which is part of libskua, and nothing else. It may reach nothing but
 * the standard streams, the arguments and the clock. `options` NULL: all defaults. */
SK_EXPORT SkuaStatus skua_vm_new(const SkuaOptions* options, SkuaVm** vm, SkuaError** error);
/* Ends a machine: paused runs are ended, handles closed, plugins unloaded. No thread may be using it but
 * those that plugins have attached, which are told to end and waited for, for two seconds: if some stay, so
 * does the memory. NULL is ignored. */
SK_EXPORT void skua_vm_free(SkuaVm* vm);
SK_EXPORT void* skua_vm_user_data(const SkuaVm* vm);
/* The calling thread does not use the machine for now, and the collector needs not stop it. Not within a call
 * of the guest. */
SK_EXPORT void skua_vm_detach(SkuaVm* vm);

/* -- rights: before the guest runs ------------------------------------------------------------------------
 */

/* Grants what `vmrun --allow` does: "fs.read:data", "net:example.org:443", "env:HOME", ...
 * (docs/capabilities.md) SKUA_BAD_USE says what is wrong with a grant. */
SK_EXPORT SkuaStatus skua_vm_allow(SkuaVm* vm, const char* grant, SkuaError** error);
/* Takes away; wins over what is allowed. "stdout", "stdin", "stderr", "clock" and "args" too. */
SK_EXPORT SkuaStatus skua_vm_deny(SkuaVm* vm, const char* grant, SkuaError** error);
/* Everything that the process itself may do. */
SK_EXPORT SkuaStatus skua_vm_allow_all(SkuaVm* vm, SkuaError** error);

/* -- loading ----------------------------------------------------------------------------------------------
 */

/* A class file (.skc), an archive (.ska) or a folder of class files. What is loaded first wins where names
 * are the same; a name that was looked up and not there stays so. Classes cannot be replaced: who reloads
 * makes a new machine (docs/embedding.md). An archive that the first function is looked up in is the program;
 * others have the rights that its manifest and skua_vm_allow("ARCHIVE/GRANT") pass on to them. */
SK_EXPORT SkuaStatus skua_vm_load(SkuaVm* vm, const char* path, SkuaError** error);
/* The same of a class file or an archive in memory, copied. `name` is for messages. */
SK_EXPORT SkuaStatus skua_vm_load_bytes(SkuaVm* vm, const void* bytes, size_t len, const char* name,
                                        SkuaError** error);

/* Where archives are looked for that others depend on (docs/packages.md), NAME.ska and NAME-VERSION.ska: when
 * the next function is looked up, what the archives need that have been loaded is loaded, too, from folders
 * that have been added in this way; from none, nothing is. What is missing is SKUA_NOT_FOUND of that look-up,
 * which can be repeated. Needed plugins are looked for in plugins/ beside each archive of a file. */
SK_EXPORT SkuaStatus skua_vm_add_archive_path(SkuaVm* vm, const char* folder, SkuaError** error);
/* Versions and digests that they must have: a skua.lock. */
SK_EXPORT SkuaStatus skua_vm_use_lock_file(SkuaVm* vm, const char* path, SkuaError** error);
/* From now on only archives are loaded that one of the keys has signed, dependencies included; class files
 * and folders are SKUA_BAD_INPUT. `key`: "ed25519:" and 64 hexadecimal digits, or what a public key file
 * says. Before anything is loaded. */
SK_EXPORT SkuaStatus skua_vm_require_signature(SkuaVm* vm, const char* key, SkuaError** error);

/* -- values -----------------------------------------------------------------------------------------------
 */

typedef enum SkuaType {
    SKUA_VOID = 0,
    SKUA_NULL = 1,
    SKUA_BOOL = 2,
    SKUA_I8 = 3,
    SKUA_I16 = 4,
    SKUA_I32 = 5,
    SKUA_I64 = 6, /* the language's int */
    SKUA_U8 = 7,
    SKUA_U16 = 8,
    SKUA_U32 = 9,
    SKUA_U64 = 10,
    SKUA_F32 = 11,
    SKUA_F64 = 12, /* the language's float */
    SKUA_CHAR = 13,
    SKUA_STRING = 14,
    SKUA_ARRAY = 15,  /* of numbers, bools, chars or strings */
    SKUA_OBJECT = 16, /* any other reference, function values included, and what is to stay one */
    SKUA_STRUCT = 17  /* a struct: its fields in the order of their declaration; a tuple: its parts */
} SkuaType;

/* Text in UTF-8. A NUL follows the last byte of those that functions here return. */
typedef struct SkuaText {
    const char* bytes;
    size_t len;
} SkuaText;

/* A value on its way in or out. As an argument, texts, elements and fields are the host's and are copied; as
 * a result they are copies that skua_value_free frees. A nullable one is SKUA_NULL, or what it is without
 * null. */
typedef struct SkuaValue {
    SkuaType type;
    SkKind element; /* of SKUA_ARRAY: SK_I8 ... SK_STRING */
    union {
        int64_t i64;  /* SKUA_BOOL (0 or 1), SKUA_I8 ... SKUA_I64, SKUA_CHAR (a Unicode scalar value) */
        uint64_t u64; /* SKUA_U8 ... SKUA_U64 */
        float f32;
        double f64;
        SkuaText text;
        struct {
            void*
                data; /* in the C type of `element`; of SK_STRING: SkuaText, whose bytes are NULL for null */
            size_t len; /* in elements */
        } array;
        SkuaRef* ref;
        struct {
            struct SkuaValue* data;
            size_t len;
        } fields; /* of SKUA_STRUCT */
    } as;
} SkuaValue;

/* Frees what a value that a call returned holds, and makes it SKUA_VOID. NULL and scalars are ignored. */
SK_EXPORT void skua_value_free(SkuaValue* value);

static inline SkuaValue skua_null(void) {
    SkuaValue v;
    memset(&v, 0, sizeof v);
    v.type = SKUA_NULL;
    return v;
}
static inline SkuaValue skua_int(int64_t i) {
    SkuaValue v = skua_null();
    v.type = SKUA_I64;
    v.as.i64 = i;
    return v;
}
static inline SkuaValue skua_bool(bool b) {
    SkuaValue v = skua_null();
    v.type = SKUA_BOOL;
    v.as.i64 = b ? 1 : 0;
    return v;
}
static inline SkuaValue skua_float(double d) {
    SkuaValue v = skua_null();
    v.type = SKUA_F64;
    v.as.f64 = d;
    return v;
}
/* A NUL-terminated text, which must live until the call. */
static inline SkuaValue skua_text(const char* text) {
    SkuaValue v = skua_null();
    v.type = SKUA_STRING;
    v.as.text.bytes = text;
    v.as.text.len = strlen(text);
    return v;
}
/* Elements in the C type of `element`, which must live until the call. */
static inline SkuaValue skua_array(SkKind element, const void* data, size_t len) {
    SkuaValue v = skua_null();
    v.type = SKUA_ARRAY;
    v.element = element;
    v.as.array.data = (void*)data;
    v.as.array.len = len;
    return v;
}
/* A struct or a tuple of `len` values, which must live until the call. */
static inline SkuaValue skua_struct(const SkuaValue* fields, size_t len) {
    SkuaValue v = skua_null();
    v.type = SKUA_STRUCT;
    v.as.fields.data = (SkuaValue*)fields;
    v.as.fields.len = len;
    return v;
}
static inline SkuaValue skua_object(SkuaRef* ref) {
    SkuaValue v = skua_null();
    v.type = SKUA_OBJECT;
    v.as.ref = ref;
    return v;
}

/* -- functions of the guest --------------------------------------------------------------------------------
 */

/* Function `name` of a module; "Type.method" for one of a type of it, whose first argument is then the object
 * (open and interface methods are chosen by the object's class). Made once, kept by the machine.
 * SKUA_NOT_FOUND if there is none, or it is not public: a host stands outside of all modules. SKUA_BAD_USE if
 * it is generic or has more than 12 parameters, or one with two kinds of null (T??). */
SK_EXPORT SkuaStatus skua_function(SkuaVm* vm, const char* module, const char* name, SkuaFunction** function,
                                   SkuaError** error);
/* "(string,[u8],i64)i64". */
SK_EXPORT const char* skua_function_signature(const SkuaFunction* function);

/* Calls it with `count` arguments and waits for its end. An argument's type must be the parameter's; integers
 * may be of any width if the value fits, an array or a string may be a SKUA_OBJECT that refers to one, also
 * as a field of a SKUA_STRUCT. `result` may be NULL. Strings and arrays of numbers, bools, chars and strings
 * come back as copies, other references as SKUA_OBJECT. Host functions may call back in this way. */
SK_EXPORT SkuaStatus skua_call(SkuaFunction* function, const SkuaValue* args, size_t count, SkuaValue* result,
                               SkuaError** error);
/* The same, but strings and arrays come back as SKUA_OBJECT too: no copy. */
SK_EXPORT SkuaStatus skua_call_by_reference(SkuaFunction* function, const SkuaValue* args, size_t count,
                                            SkuaValue* result, SkuaError** error);
/* Calls a function value. */
SK_EXPORT SkuaStatus skua_call_closure(SkuaRef* closure, const SkuaValue* args, size_t count,
                                       SkuaValue* result, SkuaError** error);
/* Runs main of a module. `exit_code` (may be NULL) is what it returned, 0 to 255, or what it exited with. */
SK_EXPORT SkuaStatus skua_run_main(SkuaVm* vm, const char* module, int* exit_code, SkuaError** error);

/* Ends all calls that are running in the machine, from any thread (but not in a signal handler); the guest
 * cannot catch it. Calls return SKUA_INTERRUPTED, soon: at the next loop iteration, call, or return from a
 * native. The machine can be used again when they have. False if no call was running, and then nothing
 * happens. */
SK_EXPORT bool skua_vm_interrupt(SkuaVm* vm);

/* -- running in slices -------------------------------------------------------------------------------------
 */

/* A call that runs a number of instructions at a time: needs SkuaOptions.count_instructions or
 * max_instructions. It has a thread of its own, on which the guest runs while skua_run_resume waits, and
 * stands in between: so host functions are called on that thread. The call has begun, but nothing has run. */
SK_EXPORT SkuaStatus skua_run_start(SkuaFunction* function, const SkuaValue* args, size_t count,
                                    SkuaRun** run, SkuaError** error);
/* The same of main of a module; the result is its exit code. */
SK_EXPORT SkuaStatus skua_run_start_main(SkuaVm* vm, const char* module, SkuaRun** run, SkuaError** error);
/* Runs at most so many instructions more. SKUA_PAUSED: it goes on next time. SKUA_OK: it has
 * returned, and `result` is set. Everything else: it has ended in this way. After an end: SKUA_BAD_USE. One
 * thread at a time. */
SK_EXPORT SkuaStatus skua_run_resume(SkuaRun* run, uint64_t instructions, SkuaValue* result,
                                     SkuaError** error);
/* Ends it if it has not ended, without a handler of the guest being asked, and frees it. NULL is ignored. */
SK_EXPORT void skua_run_free(SkuaRun* run);

/* -- references --------------------------------------------------------------------------------------------
 */

/* The full name of the object's type, "std.collections.List<i64>". Lives as long as the machine. */
SK_EXPORT const char* skua_ref_type(const SkuaRef* ref);
/* The elements of an array, in place: no copy, and valid as long as the reference. NULL if it is no array of
 * numbers, bools or chars. An empty array has elements, none of them. */
SK_EXPORT void* skua_ref_elements(const SkuaRef* ref, SkKind* element, size_t* len);
/* The text of a string, in place, valid as long as the reference. NULL if it is no string. */
SK_EXPORT const char* skua_ref_text(const SkuaRef* ref, size_t* len);
/* A further reference to the same object. NULL if there is no memory. */
SK_EXPORT SkuaRef* skua_ref_copy(const SkuaRef* ref);
SK_EXPORT bool skua_ref_same(const SkuaRef* a, const SkuaRef* b);
/* NULL is ignored. */
SK_EXPORT void skua_ref_free(SkuaRef* ref);
/* A new array of numbers, bools or chars, all zero, for skua_ref_elements. */
SK_EXPORT SkuaStatus skua_array_new(SkuaVm* vm, SkKind element, size_t len, SkuaRef** array,
                                    SkuaError** error);

/* -- functions of the host ---------------------------------------------------------------------------------
 */

/* A function that the guest calls. `args` are valid during the call: texts and elements are those of the
 * guest itself, elements may be written; fields are copies, and they and references end with the call
 * (skua_ref_copy keeps one). Runs on the thread of the guest. */
typedef void (*SkuaHostFunction)(SkuaCall* call, void* data, const SkuaValue* args, size_t count);

/* Defines what `native("library") fn ...` binds to: name and signature as in SkNative, "game.draw" and
 * "(string,f64)void". Before the guest first calls it. `free_data`, if not NULL, is called with `data` when
 * the machine ends. SKUA_BAD_USE: the signature is none, or the name is taken. */
SK_EXPORT SkuaStatus skua_vm_define(SkuaVm* vm, const char* library, const char* name, const char* signature,
                                    SkuaHostFunction function, void* data, void (*free_data)(void* data),
                                    SkuaError** error);
/* What the function returns, copied at once. Without it: 0, null, and the guest gets a NullError if the type
 * has no such value. SKUA_BAD_USE, and the guest gets an ArgumentError, if the type is not that of the
 * signature. */
SK_EXPORT SkuaStatus skua_return(SkuaCall* call, const SkuaValue* value);
/* The function throws: the class of an error that takes a message, "std.core.ArgumentError", and the message.
 */
SK_EXPORT void skua_throw(SkuaCall* call, const char* error_class, const char* message);
SK_EXPORT SkuaVm* skua_call_vm(SkuaCall* call);
/* For everything else that natives can do: native.h. */
SK_EXPORT SkEnv* skua_call_env(SkuaCall* call);

/* A library of natives, linked into the host: the cheapest way for the guest to call it, a plain C call.
 * Loaded with the host's own rights. */
SK_EXPORT SkuaStatus skua_vm_add_plugin(SkuaVm* vm, SkPluginEntry entry, SkuaError** error);
/* A folder where native("NAME") finds NAME.so; the guest needs the capability "plugin:NAME". */
SK_EXPORT SkuaStatus skua_vm_add_plugin_path(SkuaVm* vm, const char* folder, SkuaError** error);
/* The machine that a native runs in; NULL if that is not one of skua_vm_new. */
SK_EXPORT SkuaVm* skua_vm_of(SkEnv* env);

/* -- looking ------------------------------------------------------------------------------------------------
 */

typedef struct SkuaStats {
    uint32_t size;         /* sizeof(SkuaStats), set by the host */
    uint32_t threads;      /* attached */
    uint64_t instructions; /* run, with count_instructions */
    uint64_t classes;      /* linked, array classes and instances of generics included */
    uint64_t functions;    /* linked */
    uint64_t compiled_functions;
    uint64_t metadata_bytes; /* of classes and linked code */
    uint64_t handles;        /* open */
    /* Of the process. */
    uint64_t heap_bytes;      /* taken from the system for objects */
    uint64_t live_bytes;      /* in use, an estimate */
    uint64_t allocated_bytes; /* since the start */
    uint64_t max_heap;
    uint64_t collections;
    uint64_t pause_total_nanoseconds;
    uint64_t pause_max_nanoseconds;
} SkuaStats;

/* Fills what `stats->size` has room for. */
SK_EXPORT SkuaStatus skua_vm_stats(SkuaVm* vm, SkuaStats* stats);
/* Collects garbage now. Objects' cleaners may run. */
SK_EXPORT void skua_vm_collect(SkuaVm* vm);

#ifdef __cplusplus
}
#endif

#endif /* SKUA_EMBED_H */
