/* skip.h - passes over instructions without compiling them: to skip dead code and to measure how deep blocks nest.
 *
 * Included by compiler_hooks.h only.
 *
 * Invariant: the module is valid, so widths and counts are in order; even so, nothing at or after `end` is read.
 */
#ifndef SOV_SKIP_H
#define SOV_SKIP_H

static bytes_t skip_number(bytes_t at, cbytes_t end) {
    while (at < end && (*at & 0x80)) at++;
    return at < end ? at + 1 : at;
}

static bytes_t skip_numbers(bytes_t at, cbytes_t end, u32 count) {
    while (count-- && at < end) at = skip_number(at, end);
    return at;
}

/* Returns the instruction after the one at `at`. */
static bytes_t skip_instruction(bytes_t at, cbytes_t end) {
    u8 opcode = *at++;
    u32 number = 0;
    switch (opcode) {
        /* clang-format off */
        case c_waOp_block: case c_waOp_loop: case c_waOp_if: case c_waOp_branch: case c_waOp_branchIf: case c_waOp_call:
        case c_waOp_getLocal: case c_waOp_setLocal: case c_waOp_teeLocal: case c_waOp_getGlobal: case OP_GLOBAL_SET:
        case OP_MEMORY_SIZE: case OP_MEMORY_GROW: case c_waOp_i32_const: case c_waOp_i64_const:
        /* clang-format on */
            return skip_number(at, end);
        case c_waOp_branchTable: ReadLEB_u32(&number, &at, end); return skip_numbers(at, end, number + 1);
        case OP_CALL_INDIRECT:
        case OP_SELECT_TYPED: return skip_numbers(at, end, 2);
        case c_waOp_f32_const: return at + sizeof(f32);
        case c_waOp_f64_const: return at + sizeof(f64);
        case OP_PREFIX_FC:
            ReadLEB_u32(&number, &at, end);
            if (number < OP_MEMORY_INIT) return at;
            return skip_numbers(at, end, number == OP_DATA_DROP || number == OP_MEMORY_FILL || number == OP_ELEM_DROP ? 1 : 2);
        default: return opcode >= OP_FIRST_ACCESS && opcode <= OP_LAST_ACCESS ? skip_numbers(at, end, 2) : at; /* loads and stores */
    }
}

/* Returns the `end` or `else` of the block that contains the dead code at `at`, so that wasm3 never sees dead code. wasm3
 * would compile it with operands that are not there, and would sometimes refuse it. */
static bytes_t skip_unreachable(bytes_t at, cbytes_t end) {
    for (u32 depth = 0; at < end; at = skip_instruction(at, end)) {
        u8 opcode = *at;
        if (opcode == c_waOp_block || opcode == c_waOp_loop || opcode == c_waOp_if) depth++;
        if (depth == 0 && (opcode == c_waOp_end || opcode == c_waOp_else)) break;
        if (opcode == c_waOp_end) depth--;
    }
    return at;
}

#endif
