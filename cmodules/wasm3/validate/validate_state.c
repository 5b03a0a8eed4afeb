/* validate_state.c - the validator's reader: numbers, names, constants, rejections (contract in validate_state.h). */
#include "validate_state.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

_Noreturn void sov_reject(struct validator *v, const uint8_t *at, const char *format, ...) {
    int n = snprintf(v->reason, v->reason_bytes, "offset 0x%x: ", (unsigned)(at - v->wasm));
    if (v->function != NO_FUNCTION) n += snprintf(v->reason + n, v->reason_bytes - (size_t)n, "function %u: ", (unsigned)v->function);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(v->reason + n, v->reason_bytes - (size_t)n, format, arguments);
    va_end(arguments);
    v->verdict = SOV_INVALID;
    longjmp(v->rejected, 1);
}

_Noreturn void sov_reject_opcode(struct validator *v, const uint8_t *start, uint8_t opcode) {
    const char *flag = NULL;
    switch (opcode) {
        /* clang-format off */
        case 0x06 ... 0x0a: case 0x18: case 0x19: case 0x1f: flag = "-mno-exception-handling"; break;
        case 0x12: case 0x13: flag = "-mno-tail-call"; break;
        case 0x1c: case 0x25: case 0x26: case 0xd0: case 0xd1: case 0xd2: flag = "-mno-reference-types"; break;
        /* clang-format on */
        case 0xfd: flag = "-mno-simd128"; break;
        case 0xfe: flag = "-mno-atomics"; break;
        default: break;
    }
    if (flag) sov_reject(v, start, "instruction 0x%02x is not supported: build with %s", opcode, flag);
    sov_reject(v, start, "unknown instruction 0x%02x", opcode);
}

_Noreturn void sov_workspace_full(struct validator *v) {
    v->verdict = SOV_WORKSPACE_FULL;
    longjmp(v->rejected, 1);
}

void *sov_workspace(struct validator *v, uint32_t count, uint32_t bytes_each) {
    uint64_t bytes = ((uint64_t)count * bytes_each + 7u) & ~(uint64_t)7;
    if (bytes > (uint64_t)(v->free_end - v->free)) sov_workspace_full(v);
    void *block = v->free;
    v->free += bytes;
    return block;
}

uint32_t sov_read_u32_long(struct validator *v) {
    const uint8_t *start = v->at;
    uint32_t value = 0;
    for (unsigned shift = 0; shift < 35; shift += 7) {
        uint8_t byte = read_byte(v);
        if (shift == 28 && (byte & 0xf0)) sov_reject(v, start, byte & 0x80 ? "integer representation too long" : "integer too large");
        value |= (uint32_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80)) break;
    }
    return value;
}

int64_t sov_read_signed_long(struct validator *v, unsigned bits) {
    const uint8_t *start = v->at;
    uint64_t value = 0;
    unsigned shift = 0;
    for (;;) {
        uint8_t byte = read_byte(v);
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (shift + 7 >= bits) { /* the last byte: the bits beyond the value repeat its sign */
            if (byte & 0x80) sov_reject(v, start, "integer representation too long");
            unsigned used = bits - shift;
            uint8_t beyond = (uint8_t)(0x7f & (0x7f << (used - 1)));
            if ((byte & beyond) != 0 && (byte & beyond) != beyond) sov_reject(v, start, "integer too large");
        }
        shift += 7;
        if (!(byte & 0x80)) {
            if ((byte & 0x40) && shift < 64) value |= ~(uint64_t)0 << shift;
            return (int64_t)value;
        }
    }
}

const uint8_t *sov_read_bytes(struct validator *v, uint32_t count) {
    if ((size_t)(v->end - v->at) < count) sov_reject(v, v->at, "unexpected end");
    const uint8_t *bytes = v->at;
    v->at += count;
    return bytes;
}

uint8_t sov_read_value_type(struct validator *v) {
    const uint8_t *at = v->at;
    uint8_t byte = read_byte(v);
    if (byte >= 0x7c && byte <= 0x7f) return internal_type(byte);
    if (byte == 0x7b) sov_reject(v, at, "type v128: build with -mno-simd128");
    if (byte == 0x70 || byte == 0x6f) sov_reject(v, at, "reference type: build with -mno-reference-types");
    sov_reject(v, at, "malformed value type 0x%02x", byte);
}

/* An init expression: exactly one constant of that type, then `end`. */
uint8_t sov_read_literal(struct validator *v, uint8_t opcode) {
    switch (opcode) {
        case OP_I32_CONST: sov_read_signed(v, 32); return T_I32;
        case OP_I64_CONST: sov_read_signed(v, 64); return T_I64;
        case OP_F32_CONST: sov_read_bytes(v, 4); return T_F32;
        default: sov_read_bytes(v, 8); return T_F64;
    }
}

void sov_read_constant(struct validator *v, uint8_t type) {
    const uint8_t *at = v->at;
    uint8_t opcode = read_byte(v), found = T_ANY;
    switch (opcode) {
        case OP_I32_CONST:
        case OP_I64_CONST:
        case OP_F32_CONST:
        case OP_F64_CONST: found = sov_read_literal(v, opcode); break;
        case OP_GLOBAL_GET:
            sov_reject(
                v, at, "init expression reads global %u: only imported globals may be read, and there are none", (unsigned)read_u32(v));
        case OP_END: sov_reject(v, at, "type mismatch: empty init expression");
        default: sov_reject(v, at, "constant expression required, found opcode 0x%02x", opcode);
    }
    if (found != type) sov_reject(v, at, "type mismatch in an init expression");
    at = v->at;
    if (read_byte(v) != OP_END) sov_reject(v, at, "an init expression must be exactly one constant");
}
