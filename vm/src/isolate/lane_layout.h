// What a machine and the process of an isolated plugin share: the memory of a lane, and the messages in it.
//
// A lane joins one guest thread with one thread of the plugin's process. Only one of the two runs at a time,
// as in any call: the word `turn` says which. Who has the turn writes a message and gives the turn away;
// calls, requests of the plugin's and callbacks nest like the calls that they stand for, so that one message
// at a time is enough. A thread of the plugin's own that is attached has a lane as well, whose other end is a
// guest thread of the machine's; there the plugin begins.
//
// Values that are structs, tuples or nullable lie in the memory as C has them, except that a reference is the
// number of an object. What the machine sends has a RefInfo for each reference behind it, from the next
// multiple of 8 on. Where the references are, "shapes" tell (ShapeWords).
//
// Threads of the plugin's that have no lane say what they have to by letters (Letter) over the control
// socket.
//
// The machine trusts nothing in here. It reads each word once, into memory of its own, before it looks at
// it (lane.h); offsets, lengths, numbers and kinds are checked there. Included by both programs.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace skua::isolate {

// Of the protocol: a machine starts the program that was installed with it.
inline constexpr std::uint32_t kProtocol = 2;

enum class Op : std::uint32_t {
    None,
    // From the machine. Each but Reply is answered by Done when it has been carried out.
    Load,         // words: what LoadWords says. Done: 1, offset and length of the table; or 0 and a message
    Call,         // the native's number, a word per argument (of a reference: its place in refs)
    CallValues,   // the same of a native with values: a word is where one lies, the last where the result is
                  // to
    Reply,        // to a request: its value, whether an error is pending, how many arrays to read again
    CloseHandle,  // its number
    RunHook,      // function, data
    Flush,        // what the plugin has printed
    Unload,
    End,  // of the lane; not answered
    // From the plugin.
    Done,  // the result (of a reference: its number, 0 for null)
    // Requests. "text" is offset and length in the lane's upper part.
    StringNew,     // text                             -> ref
    StringSlice,   // ref, start, end                  -> ref
    Fetch,         // ref                              -> ref, with its contents
    ArrayNew,      // kind, length                     -> ref
    ArraySet,      // ref, index, ref
    Changes,       // those in `changes`, whose number is word 0
    ThrowError,    // text of the class, text of the message
    TakePending,   //                                  -> ref
    ThrowObject,   // ref
    Require,       // capability, resource or offset 0 -> bool
    RootNew,       // ref                              -> root
    RootGet,       // root                             -> ref
    RootSet,       // root, ref
    RootFree,      // root
    HandleNew,     // type, text of its name, bytes    -> handle
    HandleClose,   // type, handle                     -> bool
    HandleOwn,     // ref, type, handle                -> bool
    CallFunction,  // ref, text, number of arguments, then they -> result or ref
    Argument,      // index                            -> text, in the lower part
    AtExit,        // function, data
    ExitProgram,   // code
    TypeName,      // ref                              -> text, in the lower part
    PathOpen,      // capability, path, flags, mode    -> 1 and a descriptor over the socket; or 0, errno
    PathParent,    // capability, path                 -> the same, and text
    ClockNanos,    // wall                             -> time
    SleepNanos,    // time
    RandomBytes,   // how many                         -> text, in the lower part; or 0
    TraceOutput,   // text
    // Types, fields and methods have numbers, given by the machine.
    TypeFind,        // text                             -> type
    TypeOf,          // ref                              -> type
    TypeIs,          // ref, type                        -> bool
    TypeText,        // type                             -> text, in the lower part
    TypeSize,        // type                             -> size, and its alignment
    FieldFind,       // type, text, text                 -> field, and shapes in the lower part, words 2 and 3
    FieldOffset,     // field                            -> offset
    FieldGet,        // field, ref                       -> value (of struct and such: where), or ref
    FieldSet,        // field, ref, value or ref
    MethodFind,      // type, text, text                 -> method, and shapes; word 4: does it construct?
    MethodCall,      // method, ref, -, -, then arguments -> result or ref
    ObjectNew,       // the same, without ref            -> ref
    ArrayNewOf,      // type, length                     -> ref
    ResourceHandle,  // ref                            -> handle
    // Values.
    NativeShapes,    // of the native that is called -> words 2 and 3: shapes
    FunctionShapes,  // ref, text of its type        -> 1, and shapes
    ElementShape,    // ref of an array of values    -> 1, and shapes
    ArrayPut,        // ref, index, where the value is -> bool
    // Handles of std.native.
    HandleAdopt,   // ref, handle -> bool
    HandleForget,  // handle      -> bool: closes it, whatever it is
    HandleIsOpen,  // handle      -> bool
    // Threads and completions.
    Threads,          // the machine is to read letters from now on
    Detach,           // of an attached thread
    CompletionBegin,  // ref                                -> completion, and shapes
    CompletionValue,  // completion, value or ref            -> bool
    CompletionEnd,    // LetterKind, completion, word, text -> bool
    CompletionNew,    // ref                                -> handle
    CompletionReady,  // handle                             -> bool
    CompletionWait,   // text: handles, time                -> index
    CompletionTake,   // ref, handle                        -> bool
    Refuse,           // text: why the plugin cannot go on in a process of its own
};

inline constexpr std::size_t kMessageWords = 16;

struct Message {
    Op op = Op::None;
    std::uint32_t native = 0;  // of a Call; from the plugin: how many letters it has sent
    std::uint64_t words[kMessageWords] = {};
};
static_assert(sizeof(Message) == 8 + 8 * kMessageWords);

enum class RefKind : std::uint32_t { Null, String, Array, Object };

// How the plugin's process is told of a guest object. Numbers are given by the lane's machine, from 1 on, and
// are good until the call in which they were given returns.
struct RefInfo {
    std::uint32_t number = 0;
    RefKind kind = RefKind::Null;
    std::uint32_t element = 0;  // Array: SkKind
    std::uint32_t stride = 0;   // Array of anything but references: bytes of an element
    std::uint64_t length = 0;   // String: bytes, Array: elements
    // Where its contents lie in the lane, 0: nowhere yet. Bytes of a string, with a NUL behind; of an array
    // of primitives or values, to be copied to `work`; of an array of references, `length` RefInfo.
    std::uint64_t data = 0;
    std::uint64_t work = 0;  // where the plugin reads and writes the elements
    // Of an array of values that hold references: a RefInfo for each of them, read at once.
    std::uint64_t list = 0;
};
static_assert(sizeof(RefInfo) == 48);

// The bytes from `low` to before `high` of an array contain all that the plugin has changed.
struct ArrayChange {
    std::uint64_t number = 0;
    std::uint64_t low = 0, high = 0;
};

inline constexpr std::size_t kMaxRefs = 16;     // in one message: arguments, or a result
inline constexpr std::size_t kMaxChanges = 64;  // in one message; a plugin with more sends several

// Values of `turn`; the bit kSleeps is set by who waits in the kernel and wants to be woken.
enum Turn : std::uint32_t { kMachine = 0, kPlugin = 1, kDead = 2, kWhose = 3, kSleeps = 4 };

// The start of a lane's memory. Behind it, from kHeaderBytes on, lies the upper part (what the plugin
// says), then the lower part (what the machine says): LaneSizes.
struct LaneHeader {
    alignas(64) std::atomic<std::uint32_t> turn;
    std::atomic<std::uint32_t> interrupted;  // is the program to end?
    std::atomic<std::uint32_t> thread;       // of the plugin's process, for signals
    alignas(64) Message message;
    RefInfo refs[kMaxRefs];
    ArrayChange changes[kMaxChanges];  // a plugin's; in a Reply or Call: numbers of arrays to read again
};
static_assert(std::atomic<std::uint32_t>::is_always_lock_free);

inline constexpr std::size_t kHeaderBytes = 8192;
static_assert(sizeof(LaneHeader) <= kHeaderBytes);

struct LaneSizes {
    std::uint64_t upper = 0, lower = 0;
    [[nodiscard]] std::uint64_t total() const { return kHeaderBytes + upper + lower; }
    [[nodiscard]] std::uint64_t lower_start() const { return kHeaderBytes + upper; }
};

// Shapes are words of 32 bits: for each parameter, and then for the result, these; then `kShapeRefs` offsets
// of references.
enum ShapeWords : std::size_t { kShapeKind, kShapeSize, kShapeAlign, kShapeRefs, kShapeFixed };

// ---- the control socket ----

// From the machine. A lane comes with two descriptors: the memory and the lane's socket.
enum class ControlKind : std::uint32_t { Lane, AttachedLane, Refused, Answer };
struct Control {
    ControlKind kind = ControlKind::Lane;
    std::uint32_t word = 0;   // Refused: errno; Answer: the answer
    std::uint64_t token = 0;  // of the letter that it answers
    LaneSizes sizes;
};

// From the plugin. A long text comes in parts before what ends the completion.
enum class LetterKind : std::uint32_t {
    Attach,  // token
    Wanted,  // completion, token
    Part,    // completion, and bytes
    // Each ends the completion.
    Integer,
    Float,
    Text,
    Bytes,
    Error,  // word: how many of its bytes are the class
    Drop,
};
inline constexpr std::size_t kLetterBytes = 16384;
struct Letter {
    LetterKind kind = LetterKind::Attach;
    std::uint32_t length = 0;  // of what follows: at most kLetterBytes
    std::uint64_t completion = 0;
    std::uint64_t word = 0;  // a value, or a token
};

// Words of Load.
enum LoadWords : std::size_t { kProtocolVersion, kDeterministic, kTraced, kMemoryLimit, kArguments };

// ArrayNew of more is refused by the machine; a list of changed arrays that does not fit is "all".
inline constexpr std::uint64_t kReadAllAgain = UINT64_MAX;

}  // namespace skua::isolate
