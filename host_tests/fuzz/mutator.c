/* mutator.c - mutations that leave the shell of a module whole, so that most of them get past its first bytes.
 *
 * libFuzzer's own mutations break the sizes of sections and bodies long before they reach anything interesting. Here
 * the contents of one section or one function body are mutated and the sizes around them written anew; in bodies
 * whole instructions are inserted, removed, repeated, wrapped in blocks, or get another operand. A fifth of all
 * mutations are libFuzzer's own on the bytes as they are, for everything that this cannot think of.
 *
 * Invariant: the same seed and input give the same output (libFuzzer replays).
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);

#define OPTION_BYTES 4
#define MAX_BYTES 65536u /* of a module that is mutated */
#define MAX_INSTRUCTIONS 4096u
#define MAX_SNIPPET 64u

static uint64_t state;

static uint32_t random_below(uint32_t max) {
    state = state * 6364136223846793005ull + 1442695040888963407ull;
    return max ? (uint32_t)(state >> 33) % max : 0;
}

/* ---- numbers --------------------------------------------------------------------------------------- */

static bool read_leb(const uint8_t **at, const uint8_t *end, uint32_t *value) {
    *value = 0;
    for (unsigned shift = 0; *at < end && shift < 70; shift += 7) {
        uint8_t byte = *(*at)++;
        if (shift < 32) *value |= (uint32_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80)) return true;
    }
    return false;
}

static uint8_t *put_unsigned(uint8_t *at, uint64_t value) {
    while (value >= 0x80) {
        *at++ = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    *at++ = (uint8_t)value;
    return at;
}

static uint8_t *put_signed(uint8_t *at, int64_t value) {
    for (;;) {
        uint8_t byte = value & 0x7f;
        value >>= 7;
        if ((value == 0 && !(byte & 0x40)) || (value == -1 && (byte & 0x40))) {
            *at++ = byte;
            return at;
        }
        *at++ = byte | 0x80;
    }
}

/* Numbers at the edges of something. */
static int64_t edge(void) {
    static const int64_t edges[] = { 0, 1, -1, 2, 7, 8, 63, 64, 127, 128, 255, 256, 1000, 4095, 65535, 65536, 131072,
        INT32_MAX, INT32_MIN, UINT32_MAX, INT64_MAX, INT64_MIN };
    return edges[random_below(sizeof edges / sizeof *edges)] + (random_below(4) ? 0 : (int64_t)random_below(9) - 4);
}

/* ---- instructions ---------------------------------------------------------------------------------- */

/* Numeric opcodes by operand type (i I f F) and count. */
static const struct numeric {
    uint8_t first, last;
    char type;
    uint8_t count;
} numerics[] = {
    { 0x45, 0x45, 'i', 1 }, { 0x46, 0x4f, 'i', 2 }, { 0x50, 0x50, 'I', 1 }, { 0x51, 0x5a, 'I', 2 }, { 0x5b, 0x60, 'f', 2 },
    { 0x61, 0x66, 'F', 2 }, { 0x67, 0x69, 'i', 1 }, { 0x6a, 0x78, 'i', 2 }, { 0x79, 0x7b, 'I', 1 }, { 0x7c, 0x8a, 'I', 2 },
    { 0x8b, 0x91, 'f', 1 }, { 0x92, 0x98, 'f', 2 }, { 0x99, 0x9f, 'F', 1 }, { 0xa0, 0xa6, 'F', 2 }, { 0xa7, 0xa7, 'I', 1 },
    { 0xa8, 0xa9, 'f', 1 }, { 0xaa, 0xab, 'F', 1 }, { 0xac, 0xad, 'i', 1 }, { 0xae, 0xaf, 'f', 1 }, { 0xb0, 0xb1, 'F', 1 },
    { 0xb2, 0xb3, 'i', 1 }, { 0xb4, 0xb5, 'I', 1 }, { 0xb6, 0xb6, 'F', 1 }, { 0xb7, 0xb8, 'i', 1 }, { 0xb9, 0xba, 'I', 1 },
    { 0xbb, 0xbb, 'f', 1 }, { 0xbc, 0xbc, 'f', 1 }, { 0xbd, 0xbd, 'F', 1 }, { 0xbe, 0xbe, 'i', 1 }, { 0xbf, 0xbf, 'I', 1 },
    { 0xc0, 0xc1, 'i', 1 }, { 0xc2, 0xc4, 'I', 1 },
};

static const char access_types[] = "iIfFiiiiIIIIIIiIfFiiIII"; /* of the opcodes 0x28 to 0x3e */

/* A value of that type: a constant, or a local that may or may not have it. */
static uint8_t *put_value(uint8_t *at, char type) {
    if (!random_below(3)) {
        *at++ = 0x20;
        return put_unsigned(at, random_below(8));
    }
    int64_t value = edge();
    switch (type) {
        case 'i': *at++ = 0x41; return put_signed(at, (int32_t)value);
        case 'I': *at++ = 0x42; return put_signed(at, value);
        case 'f': *at++ = 0x43; memcpy(at, &value, 4); return at + 4;
        default: *at++ = 0x44; memcpy(at, &value, 8); return at + 8;
    }
}

static uint8_t *put_sink(uint8_t *at) {
    switch (random_below(6)) {
        case 0: *at++ = 0x21; return put_unsigned(at, random_below(8));
        case 1: *at++ = 0x24; return put_unsigned(at, random_below(3));
        case 2: return at; /* left lying about */
        default: *at++ = 0x1a; return at;
    }
}

/* A bulk instruction: memory.init to table.copy. Three numbers for those that copy or fill; the numbers of segments are small. */
static uint8_t *put_bulk(uint8_t *at) {
    uint8_t number = (uint8_t)(8 + random_below(7));
    bool drops = number == 9 || number == 13;
    for (int i = 0; i < 3 && !drops; i++) at = put_value(at, 'i');
    *at++ = 0xfc;
    *at++ = number;
    if (number == 8 || number == 12 || drops) at = put_unsigned(at, random_below(4));
    if (number == 10 || number == 14) *at++ = 0;
    if (!drops) *at++ = 0;
    return at;
}

/* An init expression: a constant, or an earlier global, or arithmetic of some. */
static uint8_t *put_constant(uint8_t *at, unsigned depth) {
    bool wide = !random_below(6);
    if (depth && random_below(2)) {
        at = put_constant(at, depth - 1);
        at = put_constant(at, depth - 1);
        *at++ = (uint8_t)((wide ? 0x7c : 0x6a) + random_below(3));
        return at;
    }
    if (!random_below(4)) {
        *at++ = 0x23;
        return put_unsigned(at, random_below(4));
    }
    *at++ = wide ? 0x42 : 0x41;
    return put_signed(at, random_below(3) ? random_below(64) : (int32_t)edge());
}

/* A segment of data or elements, of any kind, or a global. */
static uint8_t *put_entry(uint8_t *at, uint8_t id) {
    if (id == 6) {
        *at++ = (uint8_t)(0x7c + random_below(4));
        *at++ = (uint8_t)random_below(2);
        at = put_constant(at, 2);
        *at++ = 0x0b;
        return at;
    }
    uint8_t kind = (uint8_t)random_below(id == 9 ? 8 : 3);
    *at++ = kind;
    if (!(kind & 1)) {
        if (kind & 2) *at++ = 0;
        at = put_constant(at, 1);
        *at++ = 0x0b;
    }
    uint32_t count = random_below(5);
    if (id == 11) {
        *at++ = (uint8_t)count;
        while (count--) *at++ = (uint8_t)random_below(256);
        return at;
    }
    if (kind & 3) *at++ = kind & 4 ? 0x70 : 0;
    *at++ = (uint8_t)count;
    while (count--) {
        if (kind & 4) *at++ = random_below(3) ? 0xd2 : 0xd0;
        *at++ = kind & 4 && at[-1] == 0xd0 ? 0x70 : (uint8_t)random_below(4);
        if (kind & 4) *at++ = 0x0b;
    }
    return at;
}

/* Some instructions, most of which leave the operand stack as it was. Returns how many bytes. */
static size_t snippet(uint8_t *out) {
    uint8_t *at = out, opcode;
    const struct numeric *numeric;
    switch (random_below(14)) {
        case 0: case 1: case 2:
            numeric = &numerics[random_below(sizeof numerics / sizeof *numerics)];
            for (unsigned i = 0; i < numeric->count; i++) at = put_value(at, numeric->type);
            *at++ = (uint8_t)(numeric->first + random_below(numeric->last - numeric->first + 1u));
            at = put_sink(at);
            break;
        case 3: case 4:
            opcode = (uint8_t)(0x28 + random_below(0x17));
            at = put_value(at, 'i');
            if (opcode >= 0x36) at = put_value(at, access_types[opcode - 0x28]);
            *at++ = opcode;
            *at++ = 0;
            at = put_unsigned(at, random_below(3) ? random_below(100) : (uint32_t)edge());
            if (opcode < 0x36) at = put_sink(at);
            break;
        case 5: /* a branch that may be taken */
            at = put_value(at, 'i');
            *at++ = 0x0d;
            *at++ = (uint8_t)random_below(4);
            break;
        case 6:
            at = put_value(at, 'i');
            *at++ = 0x0e;
            *at++ = 3;
            for (int i = 0; i < 4; i++) *at++ = (uint8_t)random_below(3);
            break;
        case 7:
            *at++ = 0x10;
            *at++ = (uint8_t)random_below(6);
            break;
        case 8:
            at = put_value(at, 'i');
            *at++ = 0x11;
            *at++ = (uint8_t)random_below(4);
            *at++ = 0;
            break;
        case 9: at = put_bulk(at); break;
        case 10:
            at = put_value(at, 'i');
            *at++ = 0x40;
            *at++ = 0;
            at = put_sink(at);
            break;
        case 11: /* select, and values that stay below it */
            at = put_value(at, "iIfF"[random_below(4)]);
            at = put_value(at, "iIfF"[random_below(4)]);
            at = put_value(at, 'i');
            if (random_below(3)) {
                *at++ = 0x1b;
            } else { /* with its type */
                *at++ = 0x1c;
                *at++ = 1;
                *at++ = (uint8_t)(0x7c + random_below(4));
            }
            at = put_sink(at);
            break;
        case 12: *at++ = "\x00\x01\x0f\x05\x0b\x1a"[random_below(6)]; break;
        default:
            at = put_value(at, "iIfF"[random_below(4)]);
            *at++ = 0x22;
            *at++ = (uint8_t)random_below(8);
            at = put_sink(at);
    }
    return (size_t)(at - out);
}

/* The end of the instruction at `at`, NULL where it does not end. */
static const uint8_t *instruction_end(const uint8_t *at, const uint8_t *end) {
    uint32_t count = 0, value;
    uint8_t opcode = *at++;
    switch (opcode) {
        case 0x02: case 0x03: case 0x04: case 0x0c: case 0x0d: case 0x10: case 0x3f: case 0x40: case 0x41: case 0x42: count = 1; break;
        case 0x20: case 0x21: case 0x22: case 0x23: case 0x24: count = 1; break;
        case 0x11: case 0x1c: count = 2; break;
        case 0xd0: case 0xd2: count = 1; break;
        case 0x43: return end - at < 4 ? NULL : at + 4;
        case 0x44: return end - at < 8 ? NULL : at + 8;
        case 0x0e:
            if (!read_leb(&at, end, &count) || count >= (uint32_t)(end - at)) return NULL;
            count++;
            break;
        case 0xfc:
            if (!read_leb(&at, end, &value)) return NULL;
            count = value < 8 ? 0 : value == 9 || value == 11 || value == 13 ? 1 : 2;
            break;
        default:
            if (opcode >= 0x28 && opcode <= 0x3e) count = 2;
    }
    while (count--)
        if (!read_leb(&at, end, &value)) return NULL;
    return at;
}

/* ---- a stretch of bytes, edited -------------------------------------------------------------------- */

struct stretch {
    uint8_t bytes[MAX_BYTES + 4 * MAX_SNIPPET];
    uint32_t size;
};

static void replace(struct stretch *s, uint32_t at, uint32_t old, const uint8_t *with, uint32_t bytes) {
    if (s->size - old + bytes > MAX_BYTES) return;
    memmove(s->bytes + at + bytes, s->bytes + at + old, s->size - at - old);
    memcpy(s->bytes + at, with, bytes);
    s->size += bytes - old;
}

/* One change to the instructions of a body, whose declarations of locals come first. */
static void change_body(struct stretch *body) {
    static uint32_t starts[MAX_INSTRUCTIONS + 1];
    const uint8_t *at = body->bytes, *end = at + body->size;
    uint8_t small[MAX_SNIPPET], *to = small;
    uint32_t groups, value, count = 0;
    if (!read_leb(&at, end, &groups)) return;
    while (groups--)
        if (!read_leb(&at, end, &value) || at++ >= end) return;
    while (at && at < end && count < MAX_INSTRUCTIONS) {
        starts[count++] = (uint32_t)(at - body->bytes);
        at = instruction_end(at, end);
    }
    if (!count || !at) return;
    starts[count] = body->size;
    uint32_t i = random_below(count), more = 1 + random_below(8), j = i + more < count ? i + more : count;
    switch (random_below(8)) {
        case 0: case 1: case 2: replace(body, starts[i], 0, small, (uint32_t)snippet(small)); break;
        case 3: replace(body, starts[i], starts[i + 1] - starts[i], small, 0); break;
        case 4: { /* again, somewhere else */
            static uint8_t copied[MAX_BYTES];
            uint32_t bytes = starts[j] - starts[i];
            memcpy(copied, body->bytes + starts[i], bytes);
            replace(body, starts[random_below(count)], 0, copied, bytes);
            break;
        }
        case 5: /* inside a block */
            replace(body, starts[j], 0, (const uint8_t *)"\x0b", 1);
            if (!random_below(3)) to = put_value(to, 'i');
            *to++ = (uint8_t)(to > small ? 0x04 : 0x02 + random_below(2));
            *to++ = (uint8_t)(random_below(2) ? 0x40 : random_below(2) ? 0x7c + random_below(4) : random_below(4));
            replace(body, starts[i], 0, small, (uint32_t)(to - small));
            break;
        case 6: /* another number */
            if (starts[i + 1] - starts[i] < 2) break;
            to = random_below(2) ? put_signed(to, edge()) : put_unsigned(to, random_below(2) ? random_below(10) : (uint32_t)edge());
            replace(body, starts[i] + 1, starts[i + 1] - starts[i] - 1, small, (uint32_t)(to - small));
            break;
        default: /* another instruction with the same operands */
            body->bytes[starts[i]] = (uint8_t)(body->bytes[starts[i]] + (int)random_below(7) - 3);
    }
}

/* One more global or segment, the first of all. */
static void add_entry(struct stretch *section, uint8_t id) {
    uint8_t small[2 * MAX_SNIPPET], *to;
    const uint8_t *at = section->bytes, *end = at + section->size;
    uint32_t count;
    if (!read_leb(&at, end, &count)) return;
    to = put_unsigned(small, count + 1);
    to = put_entry(to, id);
    replace(section, 0, (uint32_t)(at - section->bytes), small, (uint32_t)(to - small));
}

/* ---- the module ------------------------------------------------------------------------------------ */

/* Replaces data[from, to) by a size and the stretch; returns the new size of data, 0 where it does not fit. */
static size_t put_back(uint8_t *data, size_t size, size_t max, size_t from, size_t to, const struct stretch *s) {
    uint8_t number[5];
    size_t digits = (size_t)(put_unsigned(number, s->size) - number), whole = digits + s->size;
    if (size - (to - from) + whole > max) return 0;
    memmove(data + from + whole, data + to, size - to);
    memcpy(data + from, number, digits);
    memcpy(data + from + digits, s->bytes, s->size);
    return size - (to - from) + whole;
}

struct span {
    size_t size_at, start, end; /* of the size, of the contents, behind them */
};

/* The section that is to change: half of the time the code. */
static bool choose_section(const uint8_t *data, size_t size, struct span *chosen, uint8_t *id) {
    const uint8_t *at = data + OPTION_BYTES + 8, *end = data + size;
    uint32_t sections = 0, bytes;
    bool want_code = random_below(2);
    while (at < end) {
        uint8_t section = *at++;
        size_t size_at = (size_t)(at - data);
        if (!read_leb(&at, end, &bytes) || bytes > (size_t)(end - at)) break;
        sections++;
        if (want_code ? section == 10 : random_below(sections) == 0) {
            *chosen = (struct span){ size_at, (size_t)(at - data), (size_t)(at - data) + bytes };
            *id = section;
            if (want_code) break;
        }
        at += bytes;
    }
    return sections && chosen->end;
}

static bool choose_body(const uint8_t *section, size_t size, struct span *chosen) {
    const uint8_t *at = section, *end = section + size;
    uint32_t count, bytes, seen = 0;
    if (!read_leb(&at, end, &count)) return false;
    while (count-- && at < end) {
        size_t size_at = (size_t)(at - section);
        if (!read_leb(&at, end, &bytes) || bytes > (size_t)(end - at)) break;
        if (random_below(++seen) == 0) *chosen = (struct span){ size_at, (size_t)(at - section), (size_t)(at - section) + bytes };
        at += bytes;
    }
    return seen;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed) {
    static struct stretch section, body;
    struct span where = { 0 }, inside = { 0 };
    uint8_t id = 0;
    state = seed;
    random_below(1);
    if (size >= OPTION_BYTES && !random_below(16)) {
        data[random_below(OPTION_BYTES)] = (uint8_t)random_below(256);
        return size;
    }
    if (size < OPTION_BYTES + 8 || size > MAX_BYTES || !random_below(5) || !choose_section(data, size, &where, &id))
        return LLVMFuzzerMutate(data, size, max);
    section.size = (uint32_t)(where.end - where.start);
    memcpy(section.bytes, data + where.start, section.size);
    if (id == 10 && random_below(8) && choose_body(section.bytes, section.size, &inside)) {
        body.size = (uint32_t)(inside.end - inside.start);
        memcpy(body.bytes, section.bytes + inside.start, body.size);
        if (random_below(6))
            for (uint32_t changes = 1 + random_below(3); changes; changes--) change_body(&body);
        else
            body.size = (uint32_t)LLVMFuzzerMutate(body.bytes, body.size, body.size + 16 < MAX_BYTES ? body.size + 16 : MAX_BYTES);
        size_t bytes = put_back(section.bytes, section.size, MAX_BYTES, inside.size_at, inside.end, &body);
        if (!bytes) return size;
        section.size = (uint32_t)bytes;
    } else if ((id == 6 || id == 9 || id == 11) && random_below(2)) {
        add_entry(&section, id);
    } else {
        section.size = (uint32_t)LLVMFuzzerMutate(section.bytes, section.size, section.size + 16 < MAX_BYTES ? section.size + 16 : MAX_BYTES);
    }
    size_t bytes = put_back(data, size, max, where.size_at, where.end, &section);
    return bytes ? bytes : size;
}
