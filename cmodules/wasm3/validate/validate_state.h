/* validate_state.h - shared by the parts of the validator: the reader and the tables of one validation.
 *
 * Invariants: `at` never passes `end`, and `end` never passes the end of the module; every rejection leaves by
 * longjmp from sov_reject(), so the code after a read runs only if the read succeeded.
 */
#ifndef SOV_VALIDATE_STATE_H
#define SOV_VALIDATE_STATE_H

#include "config.h"
#include "validate.h"

#include <setjmp.h>
#include <stdbool.h>

/* Value types as small numbers; T_ANY stands for any type, in unreachable code. */
enum { T_ANY, T_I32, T_I64, T_F32, T_F64 };

struct function_type {
    const uint8_t *params, *results; /* type bytes in the module */
    uint16_t param_count, result_count;
};

/* The type of a block: either a function type or at most one inline result. */
struct block_type {
    const struct function_type *type;
    uint8_t result; /* valid when type is NULL; T_ANY: no result */
};

struct frame {
    struct block_type type;
    uint32_t height;  /* operands below this frame */
    uint32_t records; /* entries that wasm3's compiler keeps for this and all outer blocks */
    uint8_t opcode;
    bool unreachable;
};

struct validator {
    const uint8_t *wasm, *at, *end;
    jmp_buf rejected;
    volatile enum sov_verdict verdict; /* volatile, because it is read after the longjmp */
    struct sov_facts *facts;
    char *reason;
    size_t reason_bytes;
    uint8_t *free, *free_end; /* the free part of the workspace */

    struct function_type *types;
    uint32_t type_count;
    uint16_t *function_types; /* type index of each function */
    uint32_t function_count, import_count;
    uint8_t *globals; /* type | 0x80 when mutable */
    uint32_t global_count;
    bool has_table, has_memory;
    uint32_t table_size;
    uint32_t element_count; /* number of element segments */
    uint32_t data_count;    /* number in the data count section; UINT32_MAX: no such section */

    /* the function being validated */
    uint32_t function; /* its index; UINT32_MAX outside of bodies */
    uint8_t *locals, *operands; /* grow up from the start of the free workspace */
    struct frame *frames;       /* grow down from its end: frames[-1] is the first frame */
    uint32_t local_count, height, depth;
    uint32_t peak, moved; /* most operands and records at once; values moved at exits of blocks with several values */
    bool doubtful;        /* see struct sov_facts */
};

/* The i-th frame from the outside; 0 is the function itself. */
static inline struct frame *frame_at(const struct validator *v, uint32_t i) { return v->frames - 1 - i; }
static inline struct frame *innermost(const struct validator *v) { return frame_at(v, v->depth - 1); }

static inline uint8_t internal_type(uint8_t byte) { return (uint8_t)(0x80 - byte); } /* `byte`: a valid type byte */

static inline uint32_t param_count(const struct block_type *block) { return block->type ? block->type->param_count : 0; }

static inline uint32_t result_count(const struct block_type *block) {
    return block->type ? block->type->result_count : block->result != T_ANY;
}

/* The number of values that a branch to a frame needs: the parameters of a loop, the results of any other block. */
static inline uint32_t label_arity(const struct frame *frame) {
    return frame->opcode == OP_LOOP ? param_count(&frame->type) : result_count(&frame->type);
}

static inline uint8_t label_type(const struct frame *frame, uint32_t index) {
    if (!frame->type.type) return frame->type.result;
    return internal_type((frame->opcode == OP_LOOP ? frame->type.type->params : frame->type.type->results)[index]);
}

static inline void set_unreachable(struct validator *v) {
    struct frame *frame = innermost(v);
    v->height = frame->height;
    frame->unreachable = true;
}

#define NO_FUNCTION UINT32_MAX

/* The most locals and operands of a function that fit the compiler's tables. */
#define MAX_LOCALS (d_m3MaxFunctionStackHeight - 16)
#define MAX_OPERANDS (d_m3MaxFunctionStackHeight - 16)

/* Below these numbers, the compiler's tables surely have room. A value takes two of the 2 * d_m3MaxFunctionStackHeight slots. A
 * value that is not a local counts twice, because it may lie twice as high where values below it moved while many were in use.
 * Moving several values at the end of a block takes two slots for each value, which the compiler never gives back. The rest is
 * for results, constants (64) and calls. SURE_VALUES has another reason: a slot counts at most 255 values that share it. */
#define SURE_SLOTS (2 * d_m3MaxFunctionStackHeight - 64 - 80)
#define SURE_VALUES 200
#define SURE_CALL 12 /* parameters and results together */

_Noreturn void sov_reject(struct validator *v, const uint8_t *at, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Rejects a part of an unsupported feature. The reason contains `what`, formatted with `number`, the compilers' name of the feature
 * and the compiler flag that leaves the feature out. */
_Noreturn void sov_reject_feature(struct validator *v, const uint8_t *at, const char *what, unsigned number, const char *feature);
_Noreturn void sov_reject_opcode(struct validator *v, const uint8_t *start, uint8_t opcode); /* rejects an unsupported instruction */
void *sov_workspace(struct validator *v, uint32_t count, uint32_t bytes_each);
_Noreturn void sov_workspace_full(struct validator *v);

/* ---- reader: strict in width and unused bits ------------------------------------------------------- */

static inline uint8_t read_byte(struct validator *v) {
    if (v->at >= v->end) sov_reject(v, v->at, "unexpected end");
    return *v->at++;
}

uint32_t sov_read_u32_long(struct validator *v);
int64_t sov_read_signed_long(struct validator *v, unsigned bits);
const uint8_t *sov_read_bytes(struct validator *v, uint32_t count);
uint8_t sov_read_value_type(struct validator *v);
uint8_t sov_read_literal(struct validator *v, uint8_t opcode); /* reads the operand of i32.const to f64.const; returns its type */
void sov_read_constant(struct validator *v, uint8_t type); /* reads an init expression of that type */
void sov_read_funcref(struct validator *v); /* reads the type of a table's elements */
uint32_t sov_read_function_index(struct validator *v);
void sov_read_element(struct validator *v); /* reads an expression of an element segment */

static inline uint32_t read_u32(struct validator *v) {
    if (v->at < v->end && !(*v->at & 0x80)) return *v->at++;
    return sov_read_u32_long(v);
}

/* Reads a signed number of 32, 33 or 64 bits. */
static inline int64_t sov_read_signed(struct validator *v, unsigned bits) {
    if (v->at < v->end && !(*v->at & 0x80)) {
        uint8_t byte = *v->at++;
        return byte & 0x40 ? (int64_t)byte - 0x80 : byte;
    }
    return sov_read_signed_long(v, bits);
}

void sov_validate_body(struct validator *v, uint32_t function);

#endif
