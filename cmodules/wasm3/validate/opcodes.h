/* opcodes.h - the opcodes of WebAssembly that the runtime names, with the specification's names.
 *
 * Source: WebAssembly Core Specification, section 5.4 "Instructions" of the binary format. For a range of opcodes, this file
 * names the first and the last member.
 */
#ifndef SOV_OPCODES_H
#define SOV_OPCODES_H

enum sov_opcode {
    OP_UNREACHABLE = 0x00,
    OP_NOP = 0x01,
    OP_BLOCK = 0x02,
    OP_LOOP = 0x03,
    OP_IF = 0x04,
    OP_ELSE = 0x05,
    OP_END = 0x0b,
    OP_BR = 0x0c,
    OP_BR_IF = 0x0d,
    OP_BR_TABLE = 0x0e,
    OP_RETURN = 0x0f,
    OP_CALL = 0x10,
    OP_CALL_INDIRECT = 0x11,
    OP_DROP = 0x1a,
    OP_SELECT = 0x1b,
    OP_SELECT_TYPED = 0x1c, /* followed by a vector of one type */
    OP_LOCAL_GET = 0x20,
    OP_LOCAL_SET = 0x21,
    OP_LOCAL_TEE = 0x22,
    OP_GLOBAL_GET = 0x23,
    OP_GLOBAL_SET = 0x24,
    OP_FIRST_ACCESS = 0x28, /* i32.load; the loads come before the stores */
    OP_FIRST_STORE = 0x36,  /* i32.store */
    OP_LAST_ACCESS = 0x3e,  /* i64.store32 */
    OP_MEMORY_SIZE = 0x3f,
    OP_MEMORY_GROW = 0x40,
    OP_I32_CONST = 0x41,
    OP_I64_CONST = 0x42,
    OP_F32_CONST = 0x43,
    OP_F64_CONST = 0x44,
    OP_FIRST_NUMERIC = 0x45, /* i32.eqz */
    OP_I32_ADD = 0x6a,       /* followed by sub and mul */
    OP_I32_MUL = 0x6c,
    OP_I64_ADD = 0x7c,
    OP_I64_MUL = 0x7e,
    OP_LAST_NUMERIC = 0xc4,  /* i64.extend32_s */
    OP_REF_NULL = 0xd0,      /* followed by a type */
    OP_REF_FUNC = 0xd2,
    OP_PREFIX_FC = 0xfc,     /* followed by a number */
};

/* Numbers after OP_PREFIX_FC; 0 to 7 are the saturating truncations. */
enum sov_prefixed_opcode {
    OP_MEMORY_INIT = 8, /* the first after the saturating truncations */
    OP_DATA_DROP = 9,
    OP_MEMORY_COPY = 10,
    OP_MEMORY_FILL = 11,
    OP_TABLE_INIT = 12,
    OP_ELEM_DROP = 13,
    OP_TABLE_COPY = 14,
};

/* Flags of a segment. PASSIVE: it is passive or declared. EXPLICIT: it names its table or memory, or, with PASSIVE, it is
 * declared. EXPRESSIONS: its elements are expressions. An active segment of kind 0 or 4 belongs to table or memory 0. */
enum { SEGMENT_PASSIVE = 1, SEGMENT_EXPLICIT = 2, SEGMENT_EXPRESSIONS = 4 };

#define TYPE_FUNCREF 0x70

#endif
