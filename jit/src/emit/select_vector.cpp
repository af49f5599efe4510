// Selection: vectors.
#include "emit/selector.h"

namespace skua::jit {

bool Selector::select_vector(const Node* n) {
    if (!is_vector(n->type)) return false;
    switch (n->op) {
        case Op::Splat: {
            const Node* scalar = origin(n->in(0));
            const VReg v = scalar->is_const() ? kNoVReg : reg(scalar);
            Inst& in = add(MOp::Splat, n, kVectorBytes);
            in.def = def_of(n);
            if (scalar->is_const()) {
                in.pool = scalar;
            } else {
                use(v);
            }
            return true;
        }
        case Op::Add:
        case Op::Sub:
        case Op::And:
        case Op::Or:
        case Op::Xor:
            binary(MOp::VectorInteger, n);
            return true;
        default:
            return false;  // as scalars
    }
}

}  // namespace skua::jit
