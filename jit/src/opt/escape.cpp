// The pass `escape`: objects that nobody outside of the graph can see are taken apart into values.
//
// An object is fresh (New, or NewArray of a small constant length) and escapes if it is used by anything but
// loads of its fields, stores into them and comparisons. Its fields become variables: a load is replaced by
// the value that was stored last on the way there, with phis where ways meet. Objects that were only held by
// such an object are looked at once it is gone.
#include <algorithm>

#include "opt/facts.h"
#include "opt/passes.h"
#include "opt/ssa_repair.h"

namespace skua::jit {
namespace {

constexpr std::int64_t kMaxElements = 32;
constexpr std::size_t kMaxFields = 32;
constexpr int kMaxRounds = 6;

struct Field {
    std::int32_t disp;
    std::uint32_t size;
    Type type;  // of the variable: a float if all that is stored and loaded is one
    bool first = true;
};

bool is_candidate(const Node* n) {
    if (n->op == Op::New) return true;
    return n->op == Op::NewArray && n->in(0)->is_const() && n->in(0)->imm >= 0 &&
           n->in(0)->imm <= kMaxElements;
}

class Escape {
public:
    explicit Escape(Graph& graph) : graph_(graph), repair_(graph) {}

    bool run() {
        find_uses();
        bool changed = false;
        for (Node* object : objects_) {
            Vector<Field> fields;
            if (!stays_inside(object, fields)) continue;
            for (const Field& field : fields) replace_field(object, field);
            remove(object);
            changed = true;
        }
        repair_.finish();
        if (changed) graph_.settle();
        return changed;
    }

private:
    struct Use {
        Node* user;
        std::uint32_t next;
    };

    void find_uses() {
        first_use_.assign(graph_.node_count(), 0);
        uses_.assign(1, {nullptr, 0});
        for (auto& block : graph_.blocks) {
            for (Node* n : block->nodes) {
                if (is_candidate(n)) {
                    objects_.push_back(n);
                    first_use_[n->id] = kNone;
                }
            }
        }
        if (objects_.empty()) return;
        for (auto& block : graph_.blocks) {
            for (Node* n : block->nodes) {
                for (const Node* in : n->all()) {
                    if (first_use_[in->id] == 0) continue;
                    uses_.push_back({n, first_use_[in->id]});
                    first_use_[in->id] = static_cast<std::uint32_t>(uses_.size() - 1);
                }
            }
        }
    }

    // Those that are still there.
    template <typename F>
    void for_users(const Node* object, F&& use) const {
        for (std::uint32_t u = first_use_[object->id]; u != kNone; u = uses_[u].next) {
            if (!uses_[u].user->replaced_by) use(uses_[u].user);
        }
    }

    static bool is_access(const Node* n, const Node* object) {
        if (n->op != Op::Load && n->op != Op::Store) return false;
        if (n->in(0) != object || n->mem.byteswap) return false;
        if (n->op == Op::Load) return n->input_count == 1 && n->mem.alias != Alias::Constant;
        return n->input_count == 2 && n->in(1) != object;
    }

    // Users that this run has replaced count: what was stored in an object that is gone may live on
    // in the values of its loads.
    bool stays_inside(const Node* object, Vector<Field>& fields) const {
        for (std::uint32_t u = first_use_[object->id]; u != kNone; u = uses_[u].next) {
            const Node* user = uses_[u].user;
            if (user->op == Op::Eq || user->op == Op::Ne) continue;  // with anything else: not equal
            if (user->op == Op::Assert) continue;                    // goes with the object
            if (!is_access(user, object) || !add_field(fields, user)) return false;
        }
        return true;
    }

    // False if it overlaps another field without being it.
    static bool add_field(Vector<Field>& fields, const Node* access) {
        const auto size = mem_size(access->mem.rep);
        const Type seen = access->op == Op::Load ? access->type : access->in(1)->type;
        const Type type = is_float(seen) ? seen : Type::I64;
        for (Field& field : fields) {
            if (field.disp == access->mem.disp && field.size == size) {
                if (field.type != type) field.type = Type::I64;
                return true;
            }
            if (field.disp < access->mem.disp + static_cast<std::int32_t>(size) &&
                access->mem.disp < field.disp + static_cast<std::int32_t>(field.size)) {
                return false;
            }
        }
        if (fields.size() == kMaxFields) return false;
        fields.push_back({access->mem.disp, size, type});
        return true;
    }

    // ---- one field ------------------------------------------------------------------------------------
    void replace_field(Node* object, const Field& field) {
        Vector<Node*> loads;
        Vector<Block*> blocks{object->block};
        for_users(object, [&](Node* user) {
            if (!is_access(user, object) || user->mem.disp != field.disp) return;
            if (user->op == Op::Load) loads.push_back(user);
            blocks.push_back(user->block);
        });
        if (loads.empty()) return;
        std::sort(blocks.begin(), blocks.end());
        blocks.erase(std::unique(blocks.begin(), blocks.end()), blocks.end());
        repair_.start(field.type);
        Vector<Node*> open;  // loads in front of the first definition in their block
        for (Block* block : blocks) {
            Node* value = nullptr;
            for (std::size_t i = 0; i < block->nodes.size(); ++i) {
                Node* n = block->nodes[i];
                if (n == object) {
                    value = graph_.constant(field.type, 0);
                    i = static_cast<std::size_t>(
                        std::find(block->nodes.begin(), block->nodes.end(), object) -
                        block->nodes.begin());  // a new constant moves the entry block's
                    continue;
                }
                if (n->replaced_by || !is_access(n, object) || n->mem.disp != field.disp) continue;
                if (n->op == Op::Store) {
                    value = as(n->in(1), field.type, n);
                    i = static_cast<std::size_t>(std::find(block->nodes.begin(), block->nodes.end(), n) -
                                                 block->nodes.begin());
                } else if (value) {
                    give(n, value);
                } else {
                    open.push_back(n);
                }
            }
            if (value) repair_.define(block, value);
        }
        for (Node* load : open) give(load, repair_.at_start(load->block));
    }

    void insert_before(Node* where, Node* n) {
        auto& nodes = where->block->nodes;
        n->block = where->block;
        nodes.insert(std::find(nodes.begin(), nodes.end(), where), n);
    }
    Node* make(Op op, Type type, Node* in, Node* where) {
        Node* n = graph_.new_node(op, type, {in});
        insert_before(where, n);
        return n;
    }

    // A stored value as the variable's type.
    Node* as(Node* value, Type type, Node* where) {
        if (value->type == type) return value;
        if (value->type == Type::I32) return make(Op::ZExt, Type::I64, value, where);
        return make(Op::Bitcast, type, value, where);  // a float as bits
    }

    // What the load makes of the variable's value.
    void give(Node* load, Node* value) {
        if (load->type == value->type && is_float(load->type)) {
            load->replaced_by = value;
            return;
        }
        convert(load, value);
    }

    // In place: the load becomes the conversion.
    void convert(Node* load, Node* value) {
        const auto become = [&](Op op, Node* in) {
            load->op = op;
            load->inputs[0] = in;
            load->input_count = 1;
            load->mem = {};
        };
        if (is_float(load->type)) return become(Op::Bitcast, value);
        switch (load->mem.rep) {
            case MemRep::I8:
                return become(Op::SExt8, value);
            case MemRep::U8:
                return become(Op::ZExt8, value);
            case MemRep::I16:
                return become(Op::SExt16, value);
            case MemRep::U16:
                return become(Op::ZExt16, value);
            case MemRep::I32:
                return become(Op::SExt, make(Op::Trunc, Type::I32, value, load));
            case MemRep::U32:
                return become(Op::ZExt, make(Op::Trunc, Type::I32, value, load));
            default:
                load->replaced_by = value;
                return;
        }
    }

    // ---- the object itself ------------------------------------------------------------------------------
    void remove(Node* object) {
        Node* nothing = graph_.constant(Type::I64, 0);
        for_users(object, [&](Node* user) {
            if (user->op == Op::Store || user->op == Op::Assert) {
                user->replaced_by = nothing;  // nobody has it as an input: it just goes
            } else if (user->op == Op::Eq || user->op == Op::Ne) {
                const bool same = user->in(0) == user->in(1);
                user->replaced_by = graph_.constant(Type::I64, same == (user->op == Op::Eq));
            }
        });
        object->replaced_by = nothing;
    }

    static constexpr std::uint32_t kNone = ~std::uint32_t{0};

    Graph& graph_;
    SsaRepair repair_;
    Vector<Node*> objects_;
    Vector<std::uint32_t> first_use_;  // by node: 0: no object; kNone: no (further) use
    Vector<Use> uses_;
};

}  // namespace

void escape(Graph& graph) {
    // Each round frees the objects that the last one's held.
    for (int round = 0; round < kMaxRounds; ++round) {
        if (!Escape(graph).run()) break;
    }
}

}  // namespace skua::jit
