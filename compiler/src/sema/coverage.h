// Which values the arms of a match cover: whether all are, which are not, and whether an arm is of any use.
//
// The method is that of Luc Maranget, "Warnings for pattern matching" (Journal of Functional Programming 17,
// 2007): the patterns are the rows of a matrix, and the first column is taken apart by the forms that a
// value of its type can have.
#pragma once

#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "sema/analyzer.h"

namespace skua::compiler {

class Coverage {
public:
    Coverage(Analyzer& analyzer, const Type* subject) : a_(analyzer), subject_(subject) {}

    // Would the pattern match something that none of those added does? The pattern has been checked.
    bool is_useful(const ast::Pattern* pattern);
    void add(const ast::Pattern* pattern);

    // Examples of what no pattern matches, as patterns: at most so many. None: everything is covered.
    std::vector<std::string> missing(std::size_t most);
    bool is_complete() { return missing(1).empty(); }

private:
    __extension__ using Integer = __int128;

    struct Node {
        enum class Kind { Any, Form, Range, Or } kind = Kind::Any;
        // Form: what tells it from others of the type, and the values inside of it.
        const void* form = nullptr;
        std::string text;
        std::vector<const Node*> parts;
        std::vector<const Type*> types;
        Integer low = 0, high = 0;  // Range; booleans, characters and integers
    };
    using Row = std::vector<const Node*>;
    using Rows = std::vector<Row>;
    using Types = std::vector<const Type*>;

    // One of the forms that values of a type are split into.
    struct Group {
        bool other = false;  // what has none of the forms mentioned
        bool range = false;
        const void* form = nullptr;
        std::string text;
        std::vector<const Type*> types;
        std::string name;  // of an enum's case
        std::size_t arity = 0;
        Integer low = 0, high = 0;
    };

    using Key = std::pair<const void*, std::string_view>;  // a form and its text

    // Rows by what stands in the first column.
    struct Index {
        explicit Index(const Rows& rows);
        std::map<Key, std::vector<const Row*>> forms;
        std::map<Integer, std::vector<const Row*>> points;
        std::vector<const Row*> others;
    };

    const Node* read(const ast::Pattern* pattern, const Type* type);
    const Node* make(Node node) { return &nodes_.emplace_back(std::move(node)); }
    const Node* opaque(const void* form);
    const Node* literal(const ast::Expr* value, const Type* type);
    static void expand(Rows& rows);
    std::vector<Group> split(const Rows& rows, const Node* also, const Type* type);
    static void split_range(const Rows& rows, const Node* also, const Type* type, std::vector<Group>& out);
    static bool fits(const Node* node, const Group& group);
    static bool are_apart(const Node* a, const Node* b);
    static Rows specialise(const Index& index, const Group& group);
    static const Node* any();
    std::vector<std::vector<std::string>> examples(Rows rows, Types types, std::size_t most);
    bool useful(Rows rows, Row pattern, Types types);

    Analyzer& a_;
    const Type* subject_;
    std::deque<Node> nodes_;
    Rows rows_;
    std::size_t work_ = 0, useful_work_ = 0;             // rows looked at
    static constexpr std::size_t kMostWork = 4'000'000;  // beyond that nothing is known
};

}  // namespace skua::compiler
