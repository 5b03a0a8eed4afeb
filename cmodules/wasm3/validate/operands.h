/* operands.h - the stack of operand types of the function being validated.
 *
 * Included by validate_body.c only.
 *
 * Invariant: no function touches operands below the innermost frame's height; in unreachable code, a pop there yields T_ANY.
 */
#ifndef SOV_OPERANDS_H
#define SOV_OPERANDS_H

#include "validate_state.h"

static const char *const type_name[] = { "any type", "i32", "i64", "f32", "f64" };

#define reject_here(...) sov_reject(v, start, __VA_ARGS__)

static void push(struct validator *v, const uint8_t *start, uint8_t type) {
    /* The bound covers locals, block records and operands together, because wasm3's compiler keeps them in one table. */
    uint32_t values = v->height + innermost(v)->records;
    if (values > v->peak) v->peak = values;
    if (values + v->local_count >= MAX_OPERANDS)
        reject_here("too many operands: more than %u with locals and blocks", (unsigned)MAX_OPERANDS);
    if (v->operands + v->height >= (uint8_t *)innermost(v)) sov_workspace_full(v);
    v->operands[v->height++] = type;
}

static uint8_t pop_any(struct validator *v, const uint8_t *start) {
    const struct frame *frame = innermost(v);
    if (v->height > frame->height) return v->operands[--v->height];
    if (!frame->unreachable) reject_here("type mismatch: operand stack is empty");
    return T_ANY;
}

static void pop(struct validator *v, const uint8_t *start, uint8_t expected) {
    const struct frame *frame = innermost(v);
    if (v->height > frame->height) {
        uint8_t found = v->operands[--v->height];
        if (found != expected && found != T_ANY) reject_here("type mismatch: expected %s, found %s", type_name[expected], type_name[found]);
    } else if (!frame->unreachable) {
        reject_here("type mismatch: expected %s, operand stack is empty", type_name[expected]);
    }
}

static void pop_types(struct validator *v, const uint8_t *start, const uint8_t *types, uint32_t count) {
    while (count) pop(v, start, internal_type(types[--count]));
}

static void push_types(struct validator *v, const uint8_t *start, const uint8_t *types, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) push(v, start, internal_type(types[i]));
}

#endif
