/* scan.c - reads the facts that the loader needs from a module before it lays out a region (contract in scan.h).
 *
 * Every read goes through a cursor that cannot pass its end. A read of short or malformed bytes makes the cursor `bad`, and a
 * bad cursor yields zeroes, so a caller tests it once, at the end.
 */
#include "opcodes.h"
#include "scan.h"

#include <stddef.h>
#include <string.h>

struct cursor {
    const uint8_t *at, *end;
    bool bad;
};

static uint8_t read_byte(struct cursor *c) {
    if (c->at < c->end) return *c->at++;
    c->bad = true;
    return 0;
}

/* Reads an LEB128 number of at most `max` bytes; extends the sign if `is_signed`. */
static uint64_t read_leb(struct cursor *c, unsigned max, bool is_signed) {
    uint64_t value = 0;
    for (unsigned i = 0; i < max; i++) {
        uint8_t byte = read_byte(c);
        value |= (uint64_t)(byte & 0x7f) << (7 * i);
        if (!(byte & 0x80)) {
            if (is_signed && (byte & 0x40) && 7 * (i + 1) < 64) value |= ~(uint64_t)0 << (7 * (i + 1));
            return value;
        }
    }
    c->bad = true;
    return 0;
}

static uint32_t read_u32(struct cursor *c) { return (uint32_t)read_leb(c, 5, false); }

static const uint8_t *read_bytes(struct cursor *c, uint32_t count) {
    if ((size_t)(c->end - c->at) < count) {
        c->bad = true;
        return c->end;
    }
    const uint8_t *bytes = c->at;
    c->at += count;
    return bytes;
}

static void read_limits(struct cursor *c, uint32_t *min, uint32_t *max, uint32_t unbounded) {
    uint8_t has_max = read_byte(c);
    *min = read_u32(c);
    *max = has_max & 1 ? read_u32(c) : unbounded;
}

static struct cursor section_cursor(const struct sov_module *module, unsigned id) {
    return (struct cursor){ module->section[id].start, module->section[id].end, false };
}

struct sov_bytes sov_custom_section(const uint8_t *wasm, uint32_t size, const char *wanted, uint32_t length) {
    struct sov_bytes found = { NULL, NULL };
    struct cursor c = { wasm, wasm + size, false };
    read_bytes(&c, 8);
    while (c.at < c.end && !c.bad) {
        uint8_t id = read_byte(&c);
        uint32_t bytes = read_u32(&c);
        const uint8_t *start = read_bytes(&c, bytes);
        struct cursor name = { start, c.at, c.bad };
        if (id || c.bad) continue;
        uint32_t name_length = read_u32(&name);
        const uint8_t *text = read_bytes(&name, name_length);
        if (!name.bad && name_length == length && !memcmp(text, wanted, length)) found = (struct sov_bytes){ name.at, name.end };
    }
    return found;
}

const char *sov_scan(struct sov_module *module, const uint8_t *wasm, uint32_t size) {
    static const uint8_t preamble[8] = { 0, 'a', 's', 'm', 1, 0, 0, 0 };
    memset(module, 0, sizeof *module);
    if (size < 4 || memcmp(wasm, preamble, 4) != 0) return "not a WebAssembly module";
    if (size < 8 || memcmp(wasm, preamble, 8) != 0) return "not a module of WebAssembly version 1";
    struct cursor c = { wasm + 8, wasm + size, false };
    while (c.at < c.end && !c.bad) {
        uint8_t id = read_byte(&c);
        uint32_t length = read_u32(&c);
        const uint8_t *start = read_bytes(&c, length);
        if (c.bad) return "a section is longer than the module";
        if (id > 12) return "unknown section";
        if (id) module->section[id] = (struct sov_bytes){ start, start + length };
    }
    module->section[0] = sov_custom_section(wasm, size, "name", 4);
    module->code_bytes = (uint32_t)(module->section[10].end - module->section[10].start);
    c = section_cursor(module, 5);
    if (c.at < c.end && read_u32(&c)) {
        module->has_memory = true;
        read_limits(&c, &module->memory_pages, &module->memory_max_pages, 65536);
        if (c.bad || module->memory_pages > 65536 || module->memory_max_pages > 65536) return "malformed memory section";
    }
    c = section_cursor(module, 4);
    if (c.at < c.end && read_u32(&c)) {
        uint32_t max;
        read_byte(&c);
        read_limits(&c, &module->table_size, &max, UINT32_MAX);
        if (c.bad) return "malformed table section";
    }
    return NULL;
}

bool sov_next_import(const struct sov_module *module, uint32_t *at, struct sov_import *import) {
    struct cursor c = section_cursor(module, 2);
    if (c.at == c.end) return false;
    uint32_t count = read_u32(&c);
    if (*at == 0) *at = (uint32_t)(c.at - module->section[2].start);
    c.at = module->section[2].start + *at;
    if (c.at >= c.end || !count) return false;
    memset(import, 0, sizeof *import);
    import->module_length = read_u32(&c);
    import->module = (const char *)read_bytes(&c, import->module_length);
    import->name_length = read_u32(&c);
    import->name = (const char *)read_bytes(&c, import->name_length);
    import->kind = read_byte(&c);
    uint32_t min, max;
    switch (import->kind) {
        case 0: import->type = read_u32(&c); break;
        case 1:
            read_byte(&c);
            read_limits(&c, &min, &max, 0);
            break;
        case 2: read_limits(&c, &min, &max, 0); break;
        case 3:
            read_byte(&c);
            read_byte(&c);
            break;
        default: c.bad = true;
    }
    *at = (uint32_t)(c.at - module->section[2].start);
    return !c.bad;
}

bool sov_next_export(const struct sov_module *module, uint32_t *at, struct sov_export *export) {
    struct cursor c = section_cursor(module, 7);
    if (c.at == c.end) return false;
    uint32_t count = read_u32(&c);
    if (*at == 0) *at = (uint32_t)(c.at - module->section[7].start);
    c.at = module->section[7].start + *at;
    if (c.at >= c.end || !count) return false;
    export->name_length = read_u32(&c);
    export->name = (const char *)read_bytes(&c, export->name_length);
    export->kind = read_byte(&c);
    export->index = read_u32(&c);
    *at = (uint32_t)(c.at - module->section[7].start);
    return !c.bad;
}

bool sov_find_export(const struct sov_module *module, uint8_t kind, const char *name, uint32_t length, uint32_t *index) {
    struct sov_export export;
    for (uint32_t at = 0; sov_next_export(module, &at, &export);) {
        if (export.kind == kind && export.name_length == length && !memcmp(export.name, name, length)) {
            *index = export.index;
            return true;
        }
    }
    return false;
}

/* Adds, subtracts or multiplies the two values at `top`; the result replaces the first. */
static void calculate(uint64_t *top, uint8_t opcode) {
    bool is_i32 = opcode <= OP_I32_MUL;
    switch (opcode - (is_i32 ? OP_I32_ADD : OP_I64_ADD)) {
        case 0: top[0] += top[1]; break;
        case 1: top[0] -= top[1]; break;
        default: top[0] *= top[1]; break;
    }
    if (is_i32) top[0] = (uint32_t)top[0];
}

static bool evaluate(struct cursor *c, sov_global_value *global, const void *context, uint64_t *value) {
    uint64_t values[SOV_CONSTANT_HEIGHT + 1];
    uint32_t height = 0, i;
    bool known = true;
    while (!c->bad && height <= SOV_CONSTANT_HEIGHT) {
        uint64_t next = 0;
        uint8_t opcode = read_byte(c);
        switch (opcode) {
            case OP_I32_CONST: next = (uint32_t)read_leb(c, 5, true); break;
            case OP_I64_CONST: next = read_leb(c, 10, true); break;
            case OP_F32_CONST:
            case OP_F64_CONST:
                i = opcode == OP_F32_CONST ? 4 : 8;
                const uint8_t *bytes = read_bytes(c, i);
                if (!c->bad) memcpy(&next, bytes, i); /* all our machines are little-endian */
                break;
            case OP_GLOBAL_GET:
                i = read_u32(c);
                known &= global && global(context, i, &next);
                break;
            case OP_I32_ADD ... OP_I32_MUL:
            case OP_I64_ADD ... OP_I64_MUL:
                if (height < 2) break;
                height--;
                calculate(&values[height - 1], opcode);
                continue;
            case OP_END: *value = height ? values[0] : 0; return known && height == 1 && !c->bad;
            default: c->bad = true;
        }
        values[height++] = next;
    }
    c->bad = true; /* the expression does not end or is too high: not valid */
    return false;
}

bool sov_constant_value(const uint8_t **at, const uint8_t *end, sov_global_value *global, const void *context, uint64_t *value) {
    struct cursor c = { *at, end, false };
    bool known = evaluate(&c, global, context, value);
    *at = c.at;
    return known;
}

bool sov_constant_global(const struct sov_module *module, uint32_t index, uint32_t *value, bool *is_mutable) {
    struct cursor c = section_cursor(module, 6);
    if (c.at == c.end) return false;
    uint32_t count = read_u32(&c);
    for (uint32_t i = 0; i < count && !c.bad; i++) {
        uint64_t found = 0;
        bool is_i32 = read_byte(&c) == 0x7f;
        *is_mutable = read_byte(&c);
        bool known = evaluate(&c, NULL, NULL, &found) && is_i32;
        *value = (uint32_t)found;
        if (i == index) return known;
    }
    return false;
}

bool sov_exported_global(const struct sov_module *module, const char *name, uint32_t length, uint32_t *value) {
    uint32_t index;
    bool is_mutable;
    return sov_find_export(module, 3, name, length, &index) && sov_constant_global(module, index, value, &is_mutable);
}

/* `at` is the offset of the next entry in the section's contents; 0 before the first entry. */
bool sov_next_name(const struct sov_module *module, enum sov_named what, uint32_t *at, struct sov_name *name) {
    struct cursor c = section_cursor(module, 0);
    while (c.at < c.end) {
        uint8_t id = read_byte(&c);
        uint32_t length = read_u32(&c);
        const uint8_t *start = read_bytes(&c, length);
        if (c.bad) return false;
        if (id != what) continue;
        c = (struct cursor){ start, start + length, false };
        read_u32(&c); /* the count is not needed, because the names end with the subsection */
        if (*at) c.at = module->section[0].start + *at;
        if (c.at >= c.end) return false;
        name->index = read_u32(&c);
        name->length = read_u32(&c);
        name->text = (const char *)read_bytes(&c, name->length);
        *at = (uint32_t)(c.at - module->section[0].start);
        return !c.bad;
    }
    return false;
}

/* The letter of a value type, as the module encodes it (0x7f to 0x7c) or as wasm3 numbers it (1 to 4). "?": another type, which only
 * a module that was not validated has. */
static char type_letter(uint8_t type) { return "viIfF???"[(type > 4 ? 0x80 - type : type) & 7]; }

void sov_type_text(char *text, uint32_t bytes, const uint8_t *results, uint32_t result_count, const uint8_t *params, uint32_t param_count) {
    char *at = text, *last = text + bytes - 1;
    if (!result_count && at < last) *at++ = 'v';
    for (uint32_t i = 0; i < result_count && at < last; i++) *at++ = type_letter(results[i]);
    if (at < last) *at++ = '(';
    for (uint32_t i = 0; i < param_count && at < last; i++) *at++ = type_letter(params[i]);
    if (at < last) *at++ = ')';
    *at = 0;
}

void sov_type_text_of(const struct sov_module *module, uint32_t type, char *text, uint32_t bytes) {
    struct cursor c = section_cursor(module, 1);
    const uint8_t *values[2] = { NULL, NULL };
    uint32_t counts[2] = { 0, 0 };
    uint32_t count = c.at < c.end ? read_u32(&c) : 0;
    if (type >= count) count = type = 0;
    for (uint32_t i = 0; count && i <= type && !c.bad; i++) {
        read_byte(&c); /* 0x60: a function */
        for (int part = 0; part < 2; part++) {
            counts[part] = read_u32(&c);
            values[part] = read_bytes(&c, counts[part]);
        }
    }
    if (c.bad) counts[0] = counts[1] = 0;
    sov_type_text(text, bytes, values[1], counts[1], values[0], counts[0]);
}

bool sov_stack_pointer(const struct sov_module *module, uint32_t *top) {
    static const char wanted[] = "__stack_pointer";
    uint32_t index;
    bool is_mutable;
    if (!sov_find_export(module, 3, wanted, sizeof wanted - 1, &index)) {
        struct sov_name name;
        uint32_t at = 0;
        for (;;) {
            if (!sov_next_name(module, SOV_NAMED_GLOBALS, &at, &name)) return false;
            if (name.length == sizeof wanted - 1 && !memcmp(name.text, wanted, name.length)) break;
        }
        index = name.index;
    }
    return sov_constant_global(module, index, top, &is_mutable) && is_mutable;
}
