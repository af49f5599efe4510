// Assignments, simple, compound and of tuples; also the first assignment of fields.
#include "lower/function_lowering.h"

namespace skua::compiler {

using namespace ast;

std::vector<classfile::FieldStep> FunctionLowering::place_steps(const Place& place) {
    std::vector<classfile::FieldStep> steps;
    for (const PlaceStep& step : place.path) {
        steps.push_back(step.field != nullptr ? file_.field_step(*step.field, step.owner)
                                              : file_.tuple_step(step.owner, step.index));
    }
    return steps;
}

void FunctionLowering::assign(AssignExpr& e) {
    TempScope scope(code_);
    if (e.element_places.empty()) {
        assign_place(e.place, e.compound ? e.combined : e.value, e.compound ? e.current : nullptr, e.range);
        return;
    }
    // `(a, b) = (b, a)`: everything is read before anything is written.
    std::vector<Reg> parts;
    const Expr* value = e.value;
    while (const auto* paren = as<ParenExpr>(value)) value = paren->inner;
    if (const auto* tuple = as<TupleExpr>(value)) {
        for (Expr* element : tuple->elements) {
            const LocalSymbol* local = nullptr;
            Reg r = argument(element);
            if (plain_local(element, local)) {
                const Reg copy = fresh(element->type);
                move(copy, r);
                r = copy;
            }
            parts.push_back(r);
        }
    } else {
        const Reg whole = exact(e.value);
        for (std::uint32_t i = 0; i < e.value->type->args.size(); ++i) {
            const Reg part = fresh(e.value->type->args[i]);
            emit(Op::Extract, {part, whole, file_.field_path({file_.tuple_step(e.value->type, i)})});
            parts.push_back(part);
        }
    }
    for (std::size_t i = 0; i < e.element_places.size(); ++i) {
        if (i < parts.size()) bind_hole(e.element_holes[i], parts[i]);
        assign_place(e.element_places[i], e.element_values[i], nullptr, e.range);
    }
}

// Stores `value` in the place; for a compound assignment `current` is bound to what was there.
void FunctionLowering::assign_place(const Place& place, Expr* value, const HoleExpr* current,
                                    SourceRange range) {
    switch (place.kind) {
        case PlaceKind::None:
            return;
        case PlaceKind::Local: {
            const LocalSymbol& local = *place.local;
            if (!place.path.empty()) {
                const std::int64_t path = file_.field_path(place_steps(place));
                if (local.in_cell) {
                    // The struct is in a cell: one path leads through the cell.
                    std::vector<classfile::FieldStep> steps = place_steps(place);
                    steps.insert(steps.begin(), file_.cell_value(local.type));
                    const std::int64_t whole = file_.field_path(std::move(steps));
                    if (current != nullptr) {
                        const Reg old = temp(place.type);
                        emit(Op::GetField, {old, storage(local), whole});
                        bind_hole(current, old);
                    }
                    const Reg r = this->value(value);
                    emit(Op::PutField, {storage(local), whole, r});
                    return;
                }
                if (current != nullptr) {
                    const Reg old = temp(place.type);
                    emit(Op::Extract, {old, storage(local), path});
                    bind_hole(current, old);
                }
                const Reg r = this->value(value);
                emit(Op::Insert, {storage(local), path, r});
                code_.forget(&local);
                return;
            }
            if (current != nullptr) {
                if (local.in_cell) {
                    bind_hole(current, read_local(local));
                } else if (may_assign(value)) {
                    const Reg old = temp(local.type);
                    move(old, storage(local));
                    bind_hole(current, old);
                } else {
                    bind_hole(current, storage(local));
                }
            }
            assign_local(local, value);
            return;
        }
        case PlaceKind::Field: {
            const Reg object = stable(place.object, may_assign(value));
            const std::int64_t path = file_.field_path(place_steps(place));
            if (current != nullptr) {
                const Reg old = temp(place.type);
                emit_at(range, Op::GetField, {old, object, path});
                bind_hole(current, old);
            }
            const Reg r = plain_operand(value);
            emit_at(range, Op::PutField, {object, path, r});
            return;
        }
        case PlaceKind::Static: {
            std::vector<classfile::FieldStep> steps = place_steps(place);
            steps.insert(steps.begin(), file_.field_step(*place.field, place.static_owner));
            const std::int64_t path = file_.field_path(std::move(steps));
            if (current != nullptr) {
                const Reg old = temp(place.type);
                emit_at(range, Op::GetStatic, {old, path});
                bind_hole(current, old);
            }
            const Reg r = plain_operand(value);
            emit_at(range, Op::PutStatic, {path, r});
            return;
        }
        case PlaceKind::Element: {
            const bool assigns = may_assign(value);
            const Reg array = stable(place.object, assigns || may_assign(place.index));
            const Reg index =
                place.index->constant != nullptr ? plain_operand(place.index) : stable(place.index, assigns);
            const std::int64_t path = place.path.empty() ? 0 : file_.field_path(place_steps(place));
            if (current != nullptr) {
                const Reg old = temp(place.type);
                if (place.path.empty()) {
                    emit_at(range, Op::ArrayGet, {old, array, index});
                } else {
                    emit_at(range, Op::ArrayGetField, {old, array, index, path});
                }
                bind_hole(current, old);
            }
            const Reg r = plain_operand(value);
            if (place.path.empty()) {
                emit_at(range, Op::ArrayPut, {array, index, r});
            } else {
                emit_at(range, Op::ArrayPutField, {array, index, path, r});
            }
            return;
        }
        case PlaceKind::IndexCall: {
            const bool assigns = may_assign(value);
            const Reg object = stable(place.object, assigns || may_assign(place.index));
            bind_hole(place.object_hole, object);
            const Reg index = stable(place.index, assigns);
            bind_hole(place.index_hole, index);
            if (current != nullptr) {
                const Reg old = temp(place.type);
                call(*place.get, range, old);
                bind_hole(current, old);
            }
            bind_hole(place.value_hole, argument(value));
            call(*place.set, range, kNowhere);
            return;
        }
    }
}

void FunctionLowering::put_field(Reg object, const FieldSymbol& field, const Type* owner, Reg source) {
    emit(Op::PutField, {object, file_.field_path({file_.field_step(field, owner)}), source});
}

void FunctionLowering::put_this_field(const FieldSymbol& field, const Type* owner, Reg object, Expr* init) {
    TempScope scope(code_);
    place(init->range, true);
    put_field(object, field, owner, value(init));
}

void FunctionLowering::put_static(const FieldSymbol& field, const Type* owner, Expr* init) {
    TempScope scope(code_);
    place(init->range, true);
    const Reg r = value(init);
    emit(Op::PutStatic, {file_.field_path({file_.field_step(field, owner)}), r});
}

}  // namespace skua::compiler
