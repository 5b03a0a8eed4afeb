/* validate_body.c - validates function bodies: every operand and label, including unreachable code.
 *
 * It is the algorithm of the specification's appendix, with a stack of operand types, a stack of frames and one pass. In
 * unreachable code, the operand stack yields T_ANY below the frame's height.
 *
 * Invariants: operands[0..height) and frames 0 to depth - 1 are in use and do not overlap; a frame's height never exceeds
 * the operand height; the first frame is the function itself.
 */
#include "validate_state.h"

#include "operands.h"
#include "signatures.h"

#include <string.h>

/* ---- blocks --------------------------------------------------------------------------------------- */

static void pop_results(struct validator *v, const uint8_t *start, const struct block_type *block) {
    if (block->type) pop_types(v, start, block->type->results, block->type->result_count);
    else if (block->result) pop(v, start, block->result);
}

static void push_results(struct validator *v, const uint8_t *start, const struct block_type *block) {
    if (block->type) push_types(v, start, block->type->results, block->type->result_count);
    else if (block->result) push(v, start, block->result);
}

static void push_params(struct validator *v, const uint8_t *start, const struct block_type *block) {
    if (block->type) push_types(v, start, block->type->params, block->type->param_count);
}

/* Leaves with SOV_WORKSPACE_FULL unless there is room for one more frame above the operands or locals that end at `end`. */
static void need_room(struct validator *v, const uint8_t *end) {
    const uint8_t *low = (const uint8_t *)frame_at(v, v->depth);
    if (low < end) sov_workspace_full(v);
}

static void enter(struct validator *v, const uint8_t *start, uint8_t opcode, struct block_type type) {
    if (v->depth > SOV_MAX_NESTED_BLOCKS) reject_here("blocks are nested deeper than %u", (unsigned)SOV_MAX_NESTED_BLOCKS);
    uint32_t values = param_count(&type) + result_count(&type), records = innermost(v)->records + values;
    if (values > v->facts->values) v->facts->values = values;
    need_room(v, v->operands + v->height);
    *frame_at(v, v->depth) = (struct frame){ .type = type, .height = v->height, .opcode = opcode, .records = records };
    v->depth++;
    if (v->depth - 1 > v->facts->nesting) v->facts->nesting = v->depth - 1;
    push_params(v, start, &type);
}

/* Counts the values that leave a block together, because the compiler never reuses the slots of such a move (SURE_SLOTS). */
static void note_moves(struct validator *v, uint32_t count) {
    if (count > 1 && v->moved < SURE_SLOTS) v->moved += count;
}

static struct frame leave(struct validator *v, const uint8_t *start) {
    struct frame frame = *innermost(v);
    note_moves(v, result_count(&frame.type));
    note_moves(v, result_count(&frame.type)); /* an `if` without `else` moves them a second time */
    pop_results(v, start, &frame.type);
    if (v->height != frame.height)
        reject_here("type mismatch: %u operands too many at the end of a block", (unsigned)(v->height - frame.height));
    v->depth--;
    return frame;
}

static struct block_type read_block_type(struct validator *v) {
    const uint8_t *start = v->at;
    int64_t code = sov_read_signed(v, 33);
    if (code >= 0) {
        if ((uint64_t)code >= v->type_count) reject_here("unknown type %u", (unsigned)code);
        return (struct block_type){ &v->types[code], T_ANY };
    }
    bool is_byte = v->at == start + 1; /* the specification has one-byte codes here, not numbers */
    if (is_byte && code == -64) return (struct block_type){ NULL, T_ANY };
    if (is_byte && code >= -4) return (struct block_type){ NULL, (uint8_t)-code };
    v->at = start; /* reads the type again, to name the feature that has it */
    sov_read_value_type(v);
    reject_here("malformed block type");
}

static const struct frame *read_label(struct validator *v) {
    const uint8_t *start = v->at;
    uint32_t depth = read_u32(v);
    if (depth >= v->depth) reject_here("unknown label %u", (unsigned)depth);
    const struct frame *label = frame_at(v, v->depth - 1 - depth);
    note_moves(v, label_arity(label));
    return label;
}

static void pop_label(struct validator *v, const uint8_t *start, const struct frame *label) {
    for (uint32_t i = label_arity(label); i; i--) pop(v, start, label_type(label, i - 1));
}

static void push_label(struct validator *v, const uint8_t *start, const struct frame *label) {
    for (uint32_t i = 0; i < label_arity(label); i++) push(v, start, label_type(label, i));
}

/* Compares the operands with the types of a label, without popping them. */
static void check_label(struct validator *v, const uint8_t *start, const struct frame *label) {
    const struct frame *frame = innermost(v);
    uint32_t height = v->height;
    for (uint32_t i = label_arity(label); i; i--) {
        if (height > frame->height) {
            uint8_t found = v->operands[--height], expected = label_type(label, i - 1);
            if (found != expected && found != T_ANY)
                reject_here("type mismatch: expected %s, found %s", type_name[expected], type_name[found]);
        } else if (!frame->unreachable) {
            reject_here("type mismatch: operand stack is empty");
        }
    }
}

static void branch_table(struct validator *v, const uint8_t *start) {
    pop(v, start, T_I32);
    uint32_t count = read_u32(v);
    if (count >= (uint32_t)(v->end - v->at)) reject_here("unexpected end: br_table of %u labels", (unsigned)count);
    uint32_t arity = 0;
    for (uint32_t i = 0; i <= count; i++) {
        const struct frame *label = read_label(v);
        if (i == 0) arity = label_arity(label);
        if (label_arity(label) != arity) reject_here("type mismatch: br_table labels of different arity");
        check_label(v, start, label);
    }
    set_unreachable(v);
}

/* ---- calls, variables, memory --------------------------------------------------------------------- */

static void call(struct validator *v, const uint8_t *start, const struct function_type *type) {
    if (type->param_count + type->result_count > SURE_CALL) v->doubtful = true;
    pop_types(v, start, type->params, type->param_count);
    push_types(v, start, type->results, type->result_count);
}

/* Reads the index of table 0, an LEB128 number in up to five bytes, because LLVM 20 writes five. */
static void need_table(struct validator *v, const uint8_t *start) {
    uint32_t index = read_u32(v);
    if (index || !v->has_table) reject_here("unknown table %u", (unsigned)index);
}

static void call_indirect(struct validator *v, const uint8_t *start) {
    uint32_t index = read_u32(v);
    if (index >= v->type_count) reject_here("unknown type %u", (unsigned)index);
    need_table(v, start);
    pop(v, start, T_I32);
    call(v, start, &v->types[index]);
}

static void select_one(struct validator *v, const uint8_t *start) {
    pop(v, start, T_I32);
    uint8_t a = pop_any(v, start), b = pop_any(v, start);
    if (a != b && a != T_ANY && b != T_ANY) reject_here("type mismatch: select of %s and %s", type_name[b], type_name[a]);
    push(v, start, a == T_ANY ? b : a);
}

static void select_typed(struct validator *v, const uint8_t *start) {
    if (read_u32(v) != 1) reject_here("invalid result arity: select has one type");
    uint8_t type = sov_read_value_type(v);
    pop(v, start, T_I32);
    pop(v, start, type);
    pop(v, start, type);
    push(v, start, type);
}

static uint8_t read_local(struct validator *v, const uint8_t *start) {
    uint32_t index = read_u32(v);
    if (index >= v->local_count) reject_here("unknown local %u", (unsigned)index);
    return v->locals[index];
}

static uint8_t read_global(struct validator *v, const uint8_t *start) {
    uint32_t index = read_u32(v);
    if (index >= v->global_count) reject_here("unknown global %u", (unsigned)index);
    return v->globals[index];
}

static void need_memory(struct validator *v, const uint8_t *start) {
    if (!v->has_memory) reject_here("unknown memory 0");
}

static void read_zero(struct validator *v) {
    const uint8_t *start = v->at;
    if (read_byte(v)) reject_here("zero byte expected");
}

static void access_memory(struct validator *v, const uint8_t *start, uint8_t opcode) {
    uint8_t type = access_type[opcode - OP_FIRST_ACCESS];
    need_memory(v, start);
    uint32_t alignment = read_u32(v);
    if (alignment > access_alignment[opcode - OP_FIRST_ACCESS]) reject_here("alignment must not be larger than natural");
    read_u32(v);
    if (opcode >= OP_FIRST_STORE) pop(v, start, type);
    pop(v, start, T_I32);
    if (opcode < OP_FIRST_STORE) push(v, start, type);
}

/* ---- numeric instructions ------------------------------------------------------------------------- */

static void apply(struct validator *v, const uint8_t *start, uint8_t signature) {
    /* Fast path: the operands are nearly always present, and the result replaces an operand, so no bound needs a check. */
    uint8_t type = signature & 7, *top = v->operands + v->height - 1;
    uint32_t present = v->height - innermost(v)->height;
    if (signature & 8 ? present > 1 && top[0] == type && top[-1] == type : present && top[0] == type) {
        v->height -= signature >> 3 & 1;
        v->operands[v->height - 1] = signature >> 4;
        return;
    }
    pop(v, start, signature & 7);
    if (signature & 8) pop(v, start, signature & 7);
    push(v, start, signature >> 4);
}

/* Reads the index of a data segment. The data section comes after the code, so the data count section gives the number of
 * segments. */
static void need_data(struct validator *v, const uint8_t *start) {
    uint32_t index = read_u32(v);
    if (v->data_count == UINT32_MAX) reject_here("data count section required");
    if (index >= v->data_count) reject_here("unknown data segment %u", (unsigned)index);
}

static void need_elements(struct validator *v, const uint8_t *start) {
    uint32_t index = read_u32(v);
    if (index >= v->element_count) reject_here("unknown elem segment %u", (unsigned)index);
}

static void prefixed(struct validator *v, const uint8_t *start) {
    uint32_t opcode = read_u32(v);
    if (opcode < OP_MEMORY_INIT) {
        apply(v, start, saturating[opcode]);
        return;
    }
    switch (opcode) {
        case OP_MEMORY_INIT:
        case OP_DATA_DROP: need_data(v, start); break;
        case OP_TABLE_INIT:
        case OP_ELEM_DROP: need_elements(v, start); break;
        case OP_MEMORY_COPY: read_zero(v); break;
        case OP_MEMORY_FILL: break;
        case OP_TABLE_COPY: need_table(v, start); break;
        case 15 ... 17: sov_reject_feature(v, start, "instruction 0xfc 0x%02x", opcode, "reference-types");
        case 19 ... 22: sov_reject_feature(v, start, "instruction 0xfc 0x%02x", opcode, "wide-arithmetic");
        default: reject_here("unknown instruction 0xfc 0x%02x", (unsigned)opcode);
    }
    if (opcode == OP_DATA_DROP || opcode == OP_ELEM_DROP) return;
    if (opcode >= OP_TABLE_INIT) {
        need_table(v, start);
    } else {
        read_zero(v);
        need_memory(v, start);
    }
    for (int i = 0; i < 3; i++) pop(v, start, T_I32);
}

/* ---- the body ------------------------------------------------------------------------------------- */

static void read_locals(struct validator *v, const struct function_type *type) {
    v->local_count = 0;
    need_room(v, v->locals + type->param_count);
    for (uint32_t i = 0; i < type->param_count; i++) v->locals[v->local_count++] = internal_type(type->params[i]);
    for (uint32_t groups = read_u32(v); groups; groups--) {
        const uint8_t *start = v->at;
        uint32_t count = read_u32(v);
        uint8_t local = sov_read_value_type(v);
        if (count > MAX_LOCALS - v->local_count)
            reject_here(
                "too many locals: %u with parameters, at most %u are supported", (unsigned)(count + v->local_count), (unsigned)MAX_LOCALS);
        need_room(v, v->locals + v->local_count + count);
        memset(v->locals + v->local_count, local, count);
        v->local_count += count;
    }
}

static void end_block(struct validator *v, const uint8_t *start) {
    struct frame frame = leave(v, start);
    if (frame.opcode == OP_IF &&
        (param_count(&frame.type) != result_count(&frame.type) || frame.type.result != T_ANY ||
            (frame.type.type && memcmp(frame.type.type->params, frame.type.type->results, frame.type.type->param_count) != 0)))
        reject_here("type mismatch: if without else must leave its operands as they are");
    if (v->depth) push_results(v, start, &frame.type);
}

static void begin_block(struct validator *v, const uint8_t *start, uint8_t opcode) {
    if (opcode == OP_IF) pop(v, start, T_I32);
    struct block_type block = read_block_type(v);
    if (block.type) pop_types(v, start, block.type->params, block.type->param_count);
    enter(v, start, opcode, block);
}

static void begin_else(struct validator *v, const uint8_t *start) {
    if (innermost(v)->opcode != OP_IF) reject_here("else without if");
    struct frame frame = leave(v, start);
    enter(v, start, OP_ELSE, frame.type);
}

static void instruction(struct validator *v) {
    const uint8_t *start = v->at;
    uint8_t opcode = read_byte(v), type;
    const struct frame *label;
    if (opcode >= OP_FIRST_NUMERIC && opcode <= OP_LAST_NUMERIC) {
        apply(v, start, numeric[opcode - OP_FIRST_NUMERIC]);
        return;
    }
    if (opcode >= OP_FIRST_ACCESS && opcode <= OP_LAST_ACCESS) {
        access_memory(v, start, opcode);
        return;
    }
    switch (opcode) {
        case OP_UNREACHABLE: set_unreachable(v); break;
        case OP_NOP: break;
        case OP_BLOCK:
        case OP_LOOP:
        case OP_IF: begin_block(v, start, opcode); break;
        case OP_ELSE: begin_else(v, start); break;
        case OP_END: end_block(v, start); break;
        case OP_BR:
            pop_label(v, start, read_label(v));
            set_unreachable(v);
            break;
        case OP_BR_IF:
            pop(v, start, T_I32);
            label = read_label(v);
            pop_label(v, start, label);
            push_label(v, start, label);
            break;
        case OP_BR_TABLE: branch_table(v, start); break;
        case OP_RETURN:
            pop_label(v, start, frame_at(v, 0));
            set_unreachable(v);
            break;
        case OP_CALL: {
            uint32_t index = read_u32(v);
            if (index >= v->function_count) reject_here("unknown function %u", (unsigned)index);
            call(v, start, &v->types[v->function_types[index]]);
            break;
        }
        case OP_CALL_INDIRECT: call_indirect(v, start); break;
        case OP_DROP: pop_any(v, start); break;
        case OP_SELECT: select_one(v, start); break;
        case OP_SELECT_TYPED: select_typed(v, start); break;
        case OP_LOCAL_GET: push(v, start, read_local(v, start)); break;
        case OP_LOCAL_SET: pop(v, start, read_local(v, start)); break;
        case OP_LOCAL_TEE:
            type = read_local(v, start);
            pop(v, start, type);
            push(v, start, type);
            break;
        case OP_GLOBAL_GET: push(v, start, read_global(v, start) & 0x7f); break;
        case OP_GLOBAL_SET:
            type = read_global(v, start);
            if (!(type & 0x80)) reject_here("global is immutable");
            pop(v, start, type & 0x7f);
            break;
        case OP_MEMORY_SIZE:
        case OP_MEMORY_GROW:
            need_memory(v, start);
            read_zero(v);
            if (opcode == OP_MEMORY_GROW) pop(v, start, T_I32);
            push(v, start, T_I32);
            break;
        case OP_I32_CONST:
        case OP_I64_CONST:
        case OP_F32_CONST:
        case OP_F64_CONST: push(v, start, sov_read_literal(v, opcode)); break;
        case OP_PREFIX_FC: prefixed(v, start); break;
        default: sov_reject_opcode(v, start, opcode);
    }
}

void sov_validate_body(struct validator *v, uint32_t function) {
    const struct function_type *type = &v->types[v->function_types[function]];
    v->function = function;
    v->height = v->depth = 0;
    read_locals(v, type);
    v->doubtful = type->result_count > SURE_CALL;
    v->peak = v->moved = 0;
    v->operands = v->locals + v->local_count;
    /* The function's own frame has its parameters as locals, not as operands. read_locals() has left room for the frame. */
    *frame_at(v, 0) = (struct frame){ .type = { type, T_ANY }, .opcode = OP_BLOCK };
    v->depth = 1;
    while (v->depth) {
        if (v->at >= v->end) sov_reject(v, v->at, "unexpected end of a function body: END opcode expected");
        instruction(v);
    }
    if (v->at != v->end) sov_reject(v, v->at, "END opcode expected at the end of the function body only");
    struct sov_facts *facts = v->facts;
    if (v->peak >= SURE_VALUES || 4 * v->peak + 2 * v->local_count + 2 * v->moved >= SURE_SLOTS) v->doubtful = true;
    if (v->doubtful && facts->doubtful_count < SOV_DOUBTFUL_KEPT) facts->doubtful[facts->doubtful_count++] = (uint16_t)function;
    uint32_t body = v->local_count + v->peak + (facts->nesting + 3) * (uint32_t)sizeof(struct frame) + 16;
    if (facts->workspace < body) facts->workspace = body;
    v->function = NO_FUNCTION;
}
