/* validate_state.c - the validator's reader: numbers, types, init expressions, rejections (contract in validate_state.h). */
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

_Noreturn void sov_reject_feature(struct validator *v, const uint8_t *at, const char *what, unsigned number, const char *feature) {
    char text[32];
    snprintf(text, sizeof text, what, number);
    sov_reject(v, at, "%s: %s is not supported: build with -mno-%s", text, feature, feature);
}

_Noreturn void sov_reject_opcode(struct validator *v, const uint8_t *start, uint8_t opcode) {
    const char *feature;
    switch (opcode) {
        /* clang-format off */
        case 0x06 ... 0x0a: case 0x18: case 0x19: case 0x1f: feature = "exception-handling"; break;
        case 0x12: case 0x13: feature = "tail-call"; break;
        case 0x25: case 0x26: case OP_REF_NULL: case 0xd1: case OP_REF_FUNC: feature = "reference-types"; break;
        case 0x14: case 0x15: case 0xd3 ... 0xd6: case 0xfb: feature = "gc"; break;
        /* clang-format on */
        case 0xfd: feature = "simd128"; break;
        case 0xfe: feature = "atomics"; break;
        default: sov_reject(v, start, "unknown instruction 0x%02x", opcode);
    }
    sov_reject_feature(v, start, "instruction 0x%02x", opcode, feature);
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
        if (shift + 7 >= bits) { /* the last byte: its unused bits must repeat the sign */
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
    const char *feature;
    switch (byte) {
        /* clang-format off */
        case 0x7c ... 0x7f: return internal_type(byte);
        case 0x7b: feature = "simd128"; break;
        case TYPE_FUNCREF: case 0x6f: feature = "reference-types"; break;
        case 0x69: case 0x74: feature = "exception-handling"; break;
        case 0x63: case 0x64: case 0x6a ... 0x6e: case 0x71 ... 0x73: case 0x77: case 0x78: feature = "gc"; break;
        /* clang-format on */
        default: sov_reject(v, at, "malformed value type 0x%02x", byte);
    }
    sov_reject_feature(v, at, "type 0x%02x", byte, feature);
}

uint8_t sov_read_literal(struct validator *v, uint8_t opcode) {
    switch (opcode) {
        case OP_I32_CONST: sov_read_signed(v, 32); return T_I32;
        case OP_I64_CONST: sov_read_signed(v, 64); return T_I64;
        case OP_F32_CONST: sov_read_bytes(v, 4); return T_F32;
        default: sov_read_bytes(v, 8); return T_F64;
    }
}

uint32_t sov_read_function_index(struct validator *v) {
    const uint8_t *at = v->at;
    uint32_t index = read_u32(v);
    if (index >= v->function_count) sov_reject(v, at, "unknown function %u", (unsigned)index);
    return index;
}

void sov_read_funcref(struct validator *v) {
    const uint8_t *at = v->at;
    if (read_byte(v) == TYPE_FUNCREF) return;
    v->at = at;
    sov_read_value_type(v);
    sov_reject(v, at, "malformed reference type: only funcref");
}

/* ---- init expressions ------------------------------------------------------------------------------ */

/* Reads the index of a global that an init expression may read, an earlier and immutable one; returns its type. */
static uint8_t read_constant_global(struct validator *v, const uint8_t *at) {
    uint32_t index = read_u32(v);
    if (index >= v->global_count) sov_reject(v, at, "unknown global %u: an init expression reads earlier ones only", (unsigned)index);
    if (v->globals[index] & 0x80) sov_reject(v, at, "constant expression required: global %u is mutable", (unsigned)index);
    return v->globals[index];
}

static void apply_constant(struct validator *v, const uint8_t *at, uint8_t opcode, const uint8_t *types, uint32_t *height) {
    uint8_t type = opcode < OP_I64_ADD ? T_I32 : T_I64;
    if (*height < 2 || types[*height - 1] != type || types[*height - 2] != type) sov_reject(v, at, "type mismatch in an init expression");
    --*height;
}

void sov_read_constant(struct validator *v, uint8_t type) {
    uint8_t types[SOV_CONSTANT_HEIGHT];
    uint32_t height = 0;
    for (;;) {
        const uint8_t *at = v->at;
        uint8_t opcode = read_byte(v), found;
        switch (opcode) {
            case OP_I32_CONST:
            case OP_I64_CONST:
            case OP_F32_CONST:
            case OP_F64_CONST: found = sov_read_literal(v, opcode); break;
            case OP_GLOBAL_GET: found = read_constant_global(v, at); break;
            case OP_I32_ADD ... OP_I32_MUL:
            case OP_I64_ADD ... OP_I64_MUL: apply_constant(v, at, opcode, types, &height); continue;
            case OP_END:
                if (height == 1 && types[0] == type) return;
                sov_reject(v, at, height ? "type mismatch in an init expression" : "type mismatch: empty init expression");
            case OP_REF_NULL:
            case OP_REF_FUNC:
            case 0xfb: sov_reject_opcode(v, at, opcode);
            default: sov_reject(v, at, "constant expression required, found opcode 0x%02x", opcode);
        }
        if (height == SOV_CONSTANT_HEIGHT)
            sov_reject(v, at, "an init expression holds %u values at once at most", (unsigned)SOV_CONSTANT_HEIGHT);
        types[height++] = found;
    }
}

void sov_read_element(struct validator *v) {
    const uint8_t *at = v->at;
    uint8_t opcode = read_byte(v);
    if (opcode == OP_REF_FUNC) sov_read_function_index(v);
    else if (opcode == OP_REF_NULL) sov_read_funcref(v);
    else sov_reject(v, at, "constant expression required, found opcode 0x%02x in an element", opcode);
    at = v->at;
    if (read_byte(v) != OP_END) sov_reject(v, at, "type mismatch: an element is one function or none");
}
