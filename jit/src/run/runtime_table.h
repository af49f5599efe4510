// The RuntimeEntry rows behind instructions of linked code that compiled code leaves to C++.
#pragma once

#include "run/runtime_entry.h"

namespace skua::jit {

// Direct.
extern const RuntimeEntry kStringsEqual;        // (string, string): 0 or 1; null equals null
extern const RuntimeEntry kStringHash;          // (string, not null): the hash
extern const RuntimeEntry kIntText;             // (i64): string
extern const RuntimeEntry kFloatText;           // (bits of an f64): string
extern const RuntimeEntry kEnsureInitialized;   // (class): 1
extern const RuntimeEntry kFindImplementation;  // (object, selector): Function
extern const RuntimeEntry kNewObject;           // (class): object
extern const RuntimeEntry kNewArray;            // (class, length): array
extern const RuntimeEntry kServeInterrupt;      // (): 1
// Ends the process: a guard that was removed would not have held. Its instruction, Op, and pass's name.
extern const RuntimeEntry kAssertFailed;
// These always throw: their value is 0.
extern const RuntimeEntry kThrowStackOverflow;  // (): always 0
extern const RuntimeEntry kThrow;               // (error, not null)
extern const RuntimeEntry kThrowNull;           // ()
extern const RuntimeEntry kThrowBounds;         // (index, length)
extern const RuntimeEntry kThrowDivide;         // ()
extern const RuntimeEntry kThrowOverflow;       // ()
extern const RuntimeEntry kThrowChar;           // (value)
extern const RuntimeEntry kThrowCast;           // (object, class)
extern const RuntimeEntry kLinkFailure;         // (LinkFailure): always 0
// Buffer; the auxiliary word in parentheses.
extern const RuntimeEntry kConcat;      // (count) strings: string
extern const RuntimeEntry kTextOf;      // (type) value: string
extern const RuntimeEntry kHashOf;      // (type) value: the hash
extern const RuntimeEntry kEqualsOf;    // (type) value, value: 0 or 1
extern const RuntimeEntry kArrayCopy;   // (class) the operands of ACopy: 1
extern const RuntimeEntry kArrayFill;   // (class) the operands of AFill: 1
extern const RuntimeEntry kArrayOf;     // (class) count, then the elements' slots: array
extern const RuntimeEntry kCallNative;  // (function) arguments: the result

}  // namespace skua::jit
