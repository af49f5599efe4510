// Expressions. Blocks, if, match, try, return, break, continue, throw and assignments are
// expressions too (of type void or never where they have no value).
//
// For lowering: `type` is the type of the value that the node leaves. If `constant` is set,
// the value is known and the children need not be looked at. An `ErrorExpr` never reaches
// lowering, because a program with errors is not lowered.
#pragma once

#include "ast_base.h"

namespace skua::compiler::ast {

struct Pattern;
struct Stmt;
struct BlockExpr;
struct FunctionDecl;
struct CallInfo;
struct HoleExpr;

enum class ExprKind : std::uint8_t {
    Literal,
    Interpolation,
    Name,
    This,
    Super,
    Member,
    Call,
    Index,
    Unary,
    Binary,
    Assign,
    Is,
    Cast,
    Tuple,
    ArrayLiteral,
    ArrayRepeat,
    MapLiteral,
    Lambda,
    Block,
    If,
    Match,
    Try,
    Return,
    Break,
    Continue,
    Throw,
    Paren,
    TypeApply,
    Error,
    // made by semantic analysis only
    Convert,
    Hole,
    SafeAccess,
};

struct Expr {
    ExprKind kind;
    SourceRange range;
    // -- sema
    const Type* type = nullptr;          // never null in a tree that is lowered
    const Constant* constant = nullptr;  // the value, if known; of type `type`

protected:
    Expr(ExprKind k, SourceRange r) : kind(k), range(r) {}
};

// ---- leaves ------------------------------------------------------------------------------------

// 1, 0xFF_u8, 1.5, 6.02e23, true, 'x', "text", r"raw", """block""", null. Strings without `${}`;
// escapes decoded, block strings unindented by the parser (into the arena if the text differs).
struct LiteralExpr : Expr {
    static constexpr auto kKind = ExprKind::Literal;
    explicit LiteralExpr(SourceRange r) : Expr(kKind, r) {}
    // Int: `magnitude`, which the parser checked to fit 64 bits unsigned (else it reports and
    // makes an ErrorExpr). Float: value.floating. Bool, Char: value.integer. String: value.text.
    Constant value;
    std::uint64_t magnitude = 0;
    bool decimal = true;      // Int: written in base 10 (0xFFFF_FFFF_FFFF_FFFF is -1 as int, with _u64 not)
    std::string_view suffix;  // "u8", "i32", "f32", ... (after a `_` or directly); empty if none
};

// "a ${x} b ${y:08.3f}": texts.size() == parts.size() + 1, texts[i] before parts[i].
struct InterpolationPart {
    Expr* value = nullptr;
    std::string_view format;  // after the `:`, empty if none
    SourceRange format_range;
    // -- sema: the call of std.text.formatInt/formatFloat/formatText if there is a format.
    CallInfo* format_call = nullptr;
};
struct InterpolationExpr : Expr {
    static constexpr auto kKind = ExprKind::Interpolation;
    explicit InterpolationExpr(SourceRange r) : Expr(kKind, r) {}
    List<std::string_view> texts;
    List<InterpolationPart> parts;
    // -- sema: every part's value is any type (lowering: `tostr`, nothing for a string).
};

// What a name or member stands for when it is used as a value. Names that only qualify
// (module in `math.sqrt`, type in `Account.empty`) are never lowered themselves.
enum class ValueKind : std::uint8_t {
    None,
    Local,          // local: variable or parameter (captured or not; see LocalSymbol)
    Field,          // field of an object or struct, `this` or path; instance
    StaticField,    // module global or static field
    Property,       // call: property getter
    FunctionValue,  // function: a module or static function (or a bound method) used as a value
    ArrayLength,    // xs.len
    TupleElement,   // t.0: index
    Constructor,    // type used as a function value: `xs.map(Point)`
    EnumCase,       // case without payload; with payload used as a function value: FunctionValue
    Module,
    Type,  // qualifiers
};

struct NameExpr : Expr {
    static constexpr auto kKind = ExprKind::Name;
    explicit NameExpr(SourceRange r) : Expr(kKind, r) {}
    std::string_view name;
    // -- sema
    ValueKind value = ValueKind::None;
    LocalSymbol* local = nullptr;            // Local
    FieldSymbol* field = nullptr;            // Field (of implicit this), StaticField
    FunctionSymbol* function = nullptr;      // FunctionValue, Constructor (then the type's constructor)
    CaseSymbol* enum_case = nullptr;         // EnumCase
    CallInfo* call = nullptr;                // Property of implicit this
    Expr* receiver = nullptr;                // Field, Property, bound FunctionValue: the implicit ThisExpr
    const Type* owner = nullptr;             // Field, StaticField, FunctionValue: instantiated declaring type
    std::span<const Type* const> type_args;  // FunctionValue
    Symbol* qualifier = nullptr;             // Module, Type
    // The name of a local whose type was narrowed stands below a ConvertExpr (NarrowNonNull
    // or NarrowCast); its own type remains the declared one.
};

struct ThisExpr : Expr {
    static constexpr auto kKind = ExprKind::This;
    explicit ThisExpr(SourceRange r) : Expr(kKind, r) {}
    LocalSymbol* local = nullptr;  // -- sema: the function's `this` parameter
};

struct SuperExpr : Expr {  // only as receiver of a member: super.fee(), super<Shape>.describe()
    static constexpr auto kKind = ExprKind::Super;
    explicit SuperExpr(SourceRange r) : Expr(kKind, r) {}
    List<TypeNode*> of;            // which of several supertypes: at most one, as written
    LocalSymbol* local = nullptr;  // -- sema: `this`
};

// ---- member, call, index ------------------------------------------------------------------------

struct MemberExpr : Expr {  // a.b, a?.b, t.0 (name "0")
    static constexpr auto kKind = ExprKind::Member;
    explicit MemberExpr(SourceRange r) : Expr(kKind, r) {}
    Expr* object = nullptr;
    Ident name;
    bool safe = false;  // ?. ; false once semantic analysis has rewritten it to SafeAccessExpr
    // -- sema
    ValueKind value = ValueKind::None;
    FieldSymbol* field = nullptr;
    FunctionSymbol* function = nullptr;
    CaseSymbol* enum_case = nullptr;
    CallInfo* call = nullptr;     // Property
    const Type* owner = nullptr;  // instantiated declaring type of field or function; the tuple type
    std::span<const Type* const> type_args;  // FunctionValue
    std::uint32_t index = 0;                 // TupleElement
    Symbol* qualifier = nullptr;             // Module, Type: this whole expression is a qualifier
    // `object` is not evaluated when it is a qualifier (value Module or Type).
};

struct TypeApplyExpr : Expr {  // List<int> or identity<int> in an expression, before a call or `.`
    static constexpr auto kKind = ExprKind::TypeApply;
    explicit TypeApplyExpr(SourceRange r) : Expr(kKind, r) {}
    Expr* base = nullptr;  // NameExpr or MemberExpr
    List<TypeNode*> args;
};

struct Argument {
    Ident name;  // empty text unless named: add(b: 2)
    Expr* value = nullptr;
    bool spread = false;  // f(xs...): an array given as the variadic arguments
};

struct CallExpr : Expr {  // f(x), a.m(x), Point(1, 2), List<int>(), i32(x)
    static constexpr auto kKind = ExprKind::Call;
    explicit CallExpr(SourceRange r) : Expr(kKind, r) {}
    Expr* callee = nullptr;
    List<Argument> args;
    // -- sema: everything lowering needs is here; callee and args above are not to be looked at.
    CallInfo* call = nullptr;
};

struct IndexExpr : Expr {  // xs[i]; one index
    static constexpr auto kKind = ExprKind::Index;
    explicit IndexExpr(SourceRange r) : Expr(kKind, r) {}
    Expr* object = nullptr;
    Expr* index = nullptr;
    // -- sema: call null: element of an array, built in. Otherwise the call of `[]` or `slice`.
    CallInfo* call = nullptr;
};

// How a call is made.
enum class CallKind : std::uint8_t {
    Direct,       // `call`: module function, static, closed or private method, super method, extension
    Virtual,      // `call.virtual`
    Interface,    // `call.interface`
    Constrained,  // `call.constrained`
    Closure,      // `call.closure`: callee is `closure`
    Local,        // `call` of a local function: its captures are passed after the arguments
    Constructor,  // `new` and then `call T.init`
    SuperInit,    // `call Super.init` on `this`
    StructNew,    // `pack` of the arguments, or `call T.make$` if the struct has an init block
    EnumNew,      // a case with payload
    Intrinsic,    // one instruction: intrinsic
    Numeric,      // conversion i32(x), char(x), float(x): from the argument's type to `result`
    ToText,       // string(x): tostr
};

// One parameter's argument, in parameter order (receiver not among them).
struct CallArg {
    enum class Kind : std::uint8_t { Value, Default, Variadic };
    Kind kind = Kind::Value;
    Expr* value = nullptr;    // Value (conversions inserted)
    List<Expr*> elements;     // Variadic: elements of the array to make (array.lit)
    std::uint32_t order = 0;  // evaluate arguments by ascending order, i.e. as written
    // Default: call of `<name>$default$<position>` with the parameters before it, after all
    // written arguments are evaluated.
};

struct CallInfo {
    CallKind kind = CallKind::Direct;
    FunctionSymbol* function = nullptr;  // null for Closure, Numeric, ToText
    const Type* owner = nullptr;         // instantiated type (or extension type) that declares `function`;
                                         // null: a module function, owner is function->module
    std::span<const Type* const> type_args;  // for the function's own type parameters
    Expr* receiver = nullptr;                // methods; null for static and module functions. Evaluated first
    Expr* closure = nullptr;                 // Closure: the function value
    List<CallArg> args;
    const Type* variadic_type = nullptr;  // array type to make for a Variadic argument
    const Type* result = nullptr;         // of the call, substituted; void if none
    // The type of the result as declared, substituted with owner's arguments and type_args, is
    // `result` itself: no conversion is ever hidden in a call.
    std::string_view intrinsic;       // Intrinsic: name in std.intrinsics
    CaseSymbol* enum_case = nullptr;  // EnumNew
};

// ---- operators ---------------------------------------------------------------------------------

enum class UnaryOp : std::uint8_t {
    Neg,
    Not,
    BitNot,
    Plus,
    NonNull
};  // -x !x ~x +x x!! (if the grammar has it)

enum class BinaryOp : std::uint8_t {
    Mul,
    Div,
    Rem,
    Add,
    Sub,
    Shl,
    Shr,
    UShr,
    BitAnd,
    BitXor,
    BitOr,
    RangeExclusive,
    RangeInclusive,
    Lt,
    Le,
    Gt,
    Ge,
    Eq,
    Ne,
    Same,
    NotSame,
    And,
    Or,
    Coalesce,
};
[[nodiscard]] constexpr bool is_shift(BinaryOp op) {
    return op == BinaryOp::Shl || op == BinaryOp::Shr || op == BinaryOp::UShr;
}

// What an operator means for its operands' types.
enum class OperatorKind : std::uint8_t {
    None,
    Primitive,  // on numbers, bool, char of one type: instruction by op and operand type
    Concat,     // string + string: str.concat (chains may be flattened)
    Call,       // call: method of that operator's name
    Compare,    // < <= > >=: call is a.compareTo(b): int; compare its result with 0
    Equals,     // == != by the `equals` instruction on two values of one type
    NullTest,   // x == null, x != null: the other operand is the null literal
    Identity,   // === !== on references
    Logic,      // && ||, short circuit
    Coalesce,   // a ?? b: left is T?; hole is its T; right is evaluated only if left is null
    Range,      // a..b, a..=b: std.core.Range
};

struct UnaryExpr : Expr {
    static constexpr auto kKind = ExprKind::Unary;
    explicit UnaryExpr(SourceRange r) : Expr(kKind, r) {}
    UnaryOp op = UnaryOp::Neg;
    Expr* operand = nullptr;
    OperatorKind meaning = OperatorKind::None;  // -- sema: Primitive or Call (NonNull: Primitive = unwrap)
    CallInfo* call = nullptr;
};

struct BinaryExpr : Expr {
    static constexpr auto kKind = ExprKind::Binary;
    explicit BinaryExpr(SourceRange r) : Expr(kKind, r) {}
    BinaryOp op = BinaryOp::Add;
    SourceRange op_range;
    Expr* left = nullptr;
    Expr* right = nullptr;
    // -- sema
    OperatorKind meaning = OperatorKind::None;
    CallInfo* call = nullptr;  // Call, Compare; the operands are call->receiver and call->args[0];
                               // Range: the StructNew call of std.core.Range for `..` (`..=` see contracts)
    // Coalesce: when left is not null, bind `hole` to the unwrapped value and evaluate `present`
    // (the hole, converted to this expression's type).
    HoleExpr* hole = nullptr;
    Expr* present = nullptr;
};

// Place that an assignment writes to, outermost first: `bodies[i].pos.x` is
// Element(bodies, i) with path [pos, x].
enum class PlaceKind : std::uint8_t { None, Local, Field, Static, Element, IndexCall };
struct PlaceStep {
    const Type* owner =
        nullptr;  // instantiated struct (or the class, for the first step of Field), or a tuple type
    FieldSymbol* field = nullptr;  // null for a tuple component
    std::uint32_t index = 0;       // tuple component
};
struct Place {
    PlaceKind kind = PlaceKind::None;
    LocalSymbol* local = nullptr;        // Local; with a non-empty path: `insert`
    Expr* object = nullptr;              // Field: object of a class; Element: array; IndexCall: receiver
    Expr* index = nullptr;               // Element, IndexCall
    FieldSymbol* field = nullptr;        // Static
    const Type* static_owner = nullptr;  // Static: instantiated declaring type; null for a module global
    List<PlaceStep>
        path;  // Local, Static, Element: steps inside the struct; Field: includes the class field first
    const Type* type = nullptr;  // of the place as a whole
    // IndexCall: `get` reads (only used by compound assignment), `set` writes. Their receivers and
    // arguments are HoleExpr: object_hole, index_hole, value_hole.
    CallInfo* get = nullptr;
    CallInfo* set = nullptr;
    HoleExpr* object_hole = nullptr;
    HoleExpr* index_hole = nullptr;
    HoleExpr* value_hole = nullptr;
};

struct AssignExpr : Expr {  // target = value, target += value; type void
    static constexpr auto kKind = ExprKind::Assign;
    explicit AssignExpr(SourceRange r) : Expr(kKind, r) {}
    Expr* target = nullptr;
    Expr* value = nullptr;
    bool compound = false;
    BinaryOp op = BinaryOp::Add;  // of a compound assignment (Coalesce for `??=`)
    SourceRange op_range;
    // -- sema: do not look at target. Simple: evaluate place's object and index, then value, store.
    // Compound: evaluate place's object and index, read the place, bind `current` to what was read,
    // evaluate `combined` (it contains the value), store that.
    Place place;
    HoleExpr* current = nullptr;
    Expr* combined = nullptr;
    // `(a, b) = (b, a)`: element-wise targets, in order; `place` is None. Evaluate the value (a tuple)
    // whole, then store its components, converted: element_values[i] contains element_holes[i].
    List<Place> element_places;
    List<HoleExpr*> element_holes;
    List<Expr*> element_values;
};

struct IsExpr : Expr {  // x is T, x is not T (!(x is T) as well)
    static constexpr auto kKind = ExprKind::Is;
    explicit IsExpr(SourceRange r) : Expr(kKind, r) {}
    Expr* operand = nullptr;
    TypeNode* target = nullptr;
    bool negated = false;
    bool always = false;  // -- sema: true by the types alone (null test only if the operand is nullable)
};

struct CastExpr : Expr {  // x as T, x as? T
    static constexpr auto kKind = ExprKind::Cast;
    explicit CastExpr(SourceRange r) : Expr(kKind, r) {}
    Expr* operand = nullptr;
    TypeNode* target = nullptr;
    bool safe = false;    // as?
    bool upcast = false;  // -- sema: cannot fail; operand is already converted to the target type
};

struct TupleExpr : Expr {  // (a, b)
    static constexpr auto kKind = ExprKind::Tuple;
    explicit TupleExpr(SourceRange r) : Expr(kKind, r) {}
    List<Expr*> elements;
};

struct ParenExpr : Expr {  // (a): kept for exact ranges
    static constexpr auto kKind = ExprKind::Paren;
    explicit ParenExpr(SourceRange r) : Expr(kKind, r) {}
    Expr* inner = nullptr;
};

struct ArrayLiteralExpr : Expr {  // [1, 2]
    static constexpr auto kKind = ExprKind::ArrayLiteral;
    explicit ArrayLiteralExpr(SourceRange r) : Expr(kKind, r) {}
    List<Expr*> elements;
};

struct ArrayRepeatExpr : Expr {  // [value; count]
    static constexpr auto kKind = ExprKind::ArrayRepeat;
    explicit ArrayRepeatExpr(SourceRange r) : Expr(kKind, r) {}
    Expr* value = nullptr;
    Expr* count = nullptr;  // -- sema: converted to int
};

struct MapEntryNode {
    Expr* key = nullptr;
    Expr* value = nullptr;
};
struct MapLiteralExpr : Expr {  // ["a": 1], [:]
    static constexpr auto kKind = ExprKind::MapLiteral;
    explicit MapLiteralExpr(SourceRange r) : Expr(kKind, r) {}
    List<MapEntryNode> entries;
    // -- sema: `create` makes the map; for each entry evaluate key and value, bind the holes,
    // make the call `set` with map_hole bound to the map.
    CallInfo* create = nullptr;
    CallInfo* set = nullptr;
    HoleExpr* map_hole = nullptr;
    HoleExpr* key_hole = nullptr;
    HoleExpr* value_hole = nullptr;
};

// ---- closures ---------------------------------------------------------------------------------------

struct LambdaParam {
    Pattern* pattern = nullptr;  // BindingPattern, WildcardPattern, or TuplePattern: ((k, v)) => ...
    TypeNode* type = nullptr;
    // -- sema
    LocalSymbol* symbol = nullptr;  // the parameter itself (nameless if the pattern is a tuple)
};
struct LambdaExpr : Expr {  // x => x * x, (x: int, y) => { ... }, () => e
    static constexpr auto kKind = ExprKind::Lambda;
    explicit LambdaExpr(SourceRange r) : Expr(kKind, r) {}
    List<LambdaParam> params;
    TypeNode* result = nullptr;  // if the grammar has it
    Expr* body = nullptr;
    // -- sema: name, signature and captures are in the symbol; the values of `return`s whose type was
    // inferred.
    FunctionSymbol* function = nullptr;
    List<Expr**> returns;
};

// ---- control flow --------------------------------------------------------------------------------------

struct BlockExpr : Expr {  // { ... }: the value is that of the last statement, if it is an expression
    static constexpr auto kKind = ExprKind::Block;
    explicit BlockExpr(SourceRange r) : Expr(kKind, r) {}
    List<Stmt*> statements;
    // -- sema: the last statement's expression is the block's value (its type is `type`).
    bool has_value = false;
};

struct IfExpr : Expr {
    static constexpr auto kKind = ExprKind::If;
    explicit IfExpr(SourceRange r) : Expr(kKind, r) {}
    Expr* condition = nullptr;
    Expr* then_branch = nullptr;
    Expr* else_branch = nullptr;  // null, IfExpr, or block
};

struct MatchArm {
    Pattern* pattern = nullptr;
    Expr* guard = nullptr;  // null if none
    Expr* body = nullptr;
    SourceRange range;
};
struct MatchExpr : Expr {
    static constexpr auto kKind = ExprKind::Match;
    explicit MatchExpr(SourceRange r) : Expr(kKind, r) {}
    Expr* subject = nullptr;
    List<MatchArm> arms;
    // -- sema: arms are tried in order; if none fits (only possible without value), nothing happens.
    bool covers_all = false;  // one always fits
    // Throws, where cases of an enum of another compilation are told apart and no arm takes whatever is left:
    // it may get further cases later. Else null.
    Expr* otherwise = nullptr;
};

struct CatchClause {
    Ident name;                 // empty if omitted
    TypeNode* error = nullptr;  // null: any Error
    Expr* body = nullptr;
    SourceRange range;
    // -- sema
    const Type* type = nullptr;
    LocalSymbol* symbol = nullptr;
};
struct TryExpr : Expr {
    static constexpr auto kKind = ExprKind::Try;
    explicit TryExpr(SourceRange r) : Expr(kKind, r) {}
    Expr* body = nullptr;
    List<CatchClause> catches;
    Expr* finally_block = nullptr;
};

struct ReturnExpr : Expr {
    static constexpr auto kKind = ExprKind::Return;
    explicit ReturnExpr(SourceRange r) : Expr(kKind, r) {}
    Expr* value = nullptr;
};
struct BreakExpr : Expr {
    static constexpr auto kKind = ExprKind::Break;
    explicit BreakExpr(SourceRange r) : Expr(kKind, r) {}
    Ident label;
    Stmt* loop = nullptr;  // -- sema: the WhileStmt or ForStmt
};
struct ContinueExpr : Expr {
    static constexpr auto kKind = ExprKind::Continue;
    explicit ContinueExpr(SourceRange r) : Expr(kKind, r) {}
    Ident label;
    Stmt* loop = nullptr;  // -- sema
};
struct ThrowExpr : Expr {
    static constexpr auto kKind = ExprKind::Throw;
    explicit ThrowExpr(SourceRange r) : Expr(kKind, r) {}
    Expr* value = nullptr;
};

// Where the source could not be parsed; the parser has reported it.
struct ErrorExpr : Expr {
    static constexpr auto kKind = ExprKind::Error;
    explicit ErrorExpr(SourceRange r) : Expr(kKind, r) {}
};

// ---- made by semantic analysis
// -----------------------------------------------------------------------------

enum class ConversionKind : std::uint8_t {
    Wrap,           // T to T?
    Upcast,         // reference to a supertype; also T? to S?, and function values: no code but a move
    Box,            // value type to an interface it implements
    NarrowNonNull,  // T? known not to be null here, to T: unwrap
    NarrowCast,     // known to be of the type here: cast (from T or T?)
    MapNullable,    // T? to S? where T converts to S with code: if not null, hole -> inner -> wrap
    Discard,        // value dropped: type void
};
struct ConvertExpr : Expr {
    static constexpr auto kKind = ExprKind::Convert;
    explicit ConvertExpr(SourceRange r) : Expr(kKind, r) {}
    ConversionKind conversion = ConversionKind::Upcast;
    Expr* operand = nullptr;
    HoleExpr* hole = nullptr;  // MapNullable: bound to the unwrapped operand
    Expr* inner = nullptr;     // MapNullable: the hole converted to S (then wrapped to S?)
};

// A value that the construct around it has already computed: lowering binds the hole to a
// register and then lowers the expression that contains it. Never evaluated twice.
struct HoleExpr : Expr {
    static constexpr auto kKind = ExprKind::Hole;
    explicit HoleExpr(SourceRange r) : Expr(kKind, r) {}
};

// a?.b, a?.m(x): if receiver is null the value is null, else bind hole to the unwrapped
// receiver and evaluate body (of this expression's type, or void).
struct SafeAccessExpr : Expr {
    static constexpr auto kKind = ExprKind::SafeAccess;
    explicit SafeAccessExpr(SourceRange r) : Expr(kKind, r) {}
    Expr* receiver = nullptr;
    HoleExpr* hole = nullptr;
    Expr* body = nullptr;
};

}  // namespace skua::compiler::ast
