/* validate_module.c - validates the sections of a module: order, sizes and contents, except for function bodies. */
#include "validate_state.h"

#include <string.h>

/* Bounds on a module, because larger numbers would take too much memory or time: wasm3 compares types pairwise, and all
 * others cost structures in the region. */
#define MAX_TYPES 1000u
#define MAX_FUNCTIONS 20000u
#define MAX_IMPORTS 1000u
#define MAX_EXPORTS 10000u
#define MAX_GLOBALS 10000u
#define MAX_SEGMENTS 10000u
#define MAX_PARAMS 1000u /* wasm3's own limit on parameters and results together */
#define MAX_TABLE 100000u /* wasm3's own limit */
#define MAX_NAME 10000u   /* wasm3's own limit */
#define MAX_PAGES 65536u

static uint32_t read_count(struct validator *v, uint32_t max, const char *what) {
    const uint8_t *at = v->at;
    uint32_t count = read_u32(v);
    /* Every entry takes at least one byte, so a count above the bytes that are left is malformed. */
    if (count > (uint32_t)(v->end - v->at)) sov_reject(v, at, "unexpected end: %u %s", (unsigned)count, what);
    if (count > max) sov_reject(v, at, "%u %s, at most %u are supported", (unsigned)count, what, (unsigned)max);
    return count;
}

/* Is this UTF-8, without surrogates and overlong forms? */
static bool is_utf8(const uint8_t *at, const uint8_t *end) {
    while (at < end) {
        uint8_t lead = *at++;
        if (lead < 0x80) continue;
        unsigned more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
        if (lead < 0xc2 || lead > 0xf4 || (size_t)(end - at) < more) return false;
        uint8_t min = 0x80, max = 0xbf; /* bounds of the second byte */
        if (lead == 0xe0) min = 0xa0;
        if (lead == 0xed) max = 0x9f;
        if (lead == 0xf0) min = 0x90;
        if (lead == 0xf4) max = 0x8f;
        if (*at < min || *at > max) return false;
        for (unsigned i = 1; i < more; i++)
            if ((at[i] & 0xc0) != 0x80) return false;
        at += more;
    }
    return true;
}

/* Reads a name and writes its length to *length. */
static const uint8_t *read_name(struct validator *v, uint32_t *length) {
    const uint8_t *at = v->at;
    *length = read_u32(v);
    const uint8_t *name = sov_read_bytes(v, *length);
    if (!is_utf8(name, name + *length)) sov_reject(v, at, "malformed UTF-8 encoding");
    if (*length > MAX_NAME) sov_reject(v, at, "a name of %u bytes", (unsigned)*length);
    return name;
}

static void read_limits(struct validator *v, uint32_t max, const char *what, uint32_t *min) {
    const uint8_t *at = v->at;
    uint8_t flags = read_byte(v);
    if (flags > 15) sov_reject(v, at, "malformed limits flags");
    if (flags > 1)
        sov_reject_feature(v, at, "limits of kind %u", flags, flags > 7 ? "custom-page-sizes" : flags > 3 ? "memory64" : "atomics");
    *min = read_u32(v);
    if (*min > max) sov_reject(v, at, "%s size must be at most %u", what, (unsigned)max);
    if (flags & 1) {
        uint32_t maximum = read_u32(v);
        if (maximum > max && max == MAX_PAGES) sov_reject(v, at, "%s size must be at most %u", what, (unsigned)max);
        if (*min > maximum) sov_reject(v, at, "size minimum must not be greater than maximum");
    }
}

static void read_table_type(struct validator *v) {
    const uint8_t *at = v->at;
    sov_read_funcref(v);
    read_limits(v, UINT32_MAX, "table", &v->table_size);
    if (v->table_size > MAX_TABLE)
        sov_reject(v, at, "a table of %u elements, at most %u are supported", (unsigned)v->table_size, MAX_TABLE);
    if (v->has_table) sov_reject_feature(v, at, "multiple tables", 0, "reference-types");
    v->has_table = true;
}

static void read_memory_type(struct validator *v) {
    const uint8_t *at = v->at;
    uint32_t pages;
    read_limits(v, MAX_PAGES, "memory", &pages);
    if (v->has_memory) sov_reject_feature(v, at, "multiple memories", 0, "multimemory");
    v->has_memory = true;
}

static uint8_t read_mutability(struct validator *v) {
    const uint8_t *at = v->at;
    uint8_t mutability = read_byte(v);
    if (mutability > 1) sov_reject(v, at, "malformed mutability");
    return mutability;
}

static uint32_t read_type_index(struct validator *v) {
    const uint8_t *at = v->at;
    uint32_t index = read_u32(v);
    if (index >= v->type_count) sov_reject(v, at, "unknown type %u", (unsigned)index);
    return index;
}

/* ---- sections ------------------------------------------------------------------------------------- */

static void type_section(struct validator *v) {
    v->type_count = read_count(v, MAX_TYPES, "types");
    v->types = sov_workspace(v, v->type_count, sizeof *v->types);
    for (uint32_t i = 0; i < v->type_count; i++) {
        struct function_type *type = &v->types[i];
        const uint8_t *at = v->at;
        uint8_t form = read_byte(v);
        if (form == 0x50 || (form >= 0x4e && form <= 0x4f) || (form >= 0x5e && form <= 0x5f))
            sov_reject_feature(v, at, "type 0x%02x", form, "gc");
        if (form != 0x60) sov_reject(v, at, "malformed function type");
        uint32_t params = read_count(v, MAX_PARAMS, "parameters");
        type->params = v->at;
        for (uint32_t n = 0; n < params; n++) sov_read_value_type(v);
        uint32_t results = read_count(v, MAX_PARAMS, "results");
        type->results = v->at;
        for (uint32_t n = 0; n < results; n++) sov_read_value_type(v);
        /* Each value takes two slots, and the compiler's slot table must also hold constants and some operands. */
        if (params + results > MAX_PARAMS || params + results > MAX_OPERANDS - d_m3MaxConstantTableSize)
            sov_reject(v, at, "%u parameters and results are too many", (unsigned)(params + results));
        type->param_count = (uint16_t)params;
        type->result_count = (uint16_t)results;
    }
}

/* Reads the imports. Imported functions first get a table of their own, because function_section() needs their number to lay
 * out the table of all functions. */
static void import_section(struct validator *v) {
    uint32_t count = read_count(v, MAX_IMPORTS, "imports"), length;
    v->function_types = sov_workspace(v, count, sizeof *v->function_types);
    for (uint32_t i = 0; i < count; i++) {
        read_name(v, &length);
        read_name(v, &length);
        const uint8_t *at = v->at;
        switch (read_byte(v)) {
            case 0: v->function_types[v->function_count++] = (uint16_t)read_type_index(v); break;
            case 1: read_table_type(v); sov_reject(v, at, "imported table is not supported: link without --import-table");
            case 2: read_memory_type(v); sov_reject(v, at, "imported memory is not supported: link without --import-memory");
            case 3:
                sov_read_value_type(v);
                read_mutability(v);
                sov_reject(v, at, "imported global is not supported: build without -fPIC");
            case 4: sov_reject_feature(v, at, "imported tag", 0, "exception-handling");
            default: sov_reject(v, at, "malformed import kind");
        }
    }
    v->import_count = v->function_count;
}

static void function_section(struct validator *v) {
    uint32_t count = read_count(v, MAX_FUNCTIONS, "functions"), imported = v->function_count;
    /* One table holds all functions, because function indices count the imported functions first. */
    uint16_t *all = sov_workspace(v, count + imported, sizeof *all);
    if (imported) memcpy(all, v->function_types, imported * sizeof *all);
    v->function_types = all;
    for (uint32_t i = 0; i < count; i++) all[imported + i] = (uint16_t)read_type_index(v);
    v->function_count += count;
}

static void table_section(struct validator *v) {
    for (uint32_t count = read_count(v, UINT32_MAX, "tables"); count; count--) read_table_type(v);
}

static void memory_section(struct validator *v) {
    for (uint32_t count = read_count(v, UINT32_MAX, "memories"); count; count--) read_memory_type(v);
}

static void global_section(struct validator *v) {
    uint32_t count = read_count(v, MAX_GLOBALS, "globals");
    v->globals = sov_workspace(v, count, 1);
    while (v->global_count < count) {
        uint8_t type = sov_read_value_type(v), mutability = read_mutability(v);
        sov_read_constant(v, type);
        v->globals[v->global_count++] = (uint8_t)(type | mutability << 7);
    }
}

struct export_name {
    const uint8_t *name;
    uint32_t length;
};

static int compare_names(const struct export_name *a, const struct export_name *b) {
    if (a->length != b->length) return a->length < b->length ? -1 : 1;
    return memcmp(a->name, b->name, a->length);
}

/* Moves the name at `root` down to its place in a heap of `count` names, with the largest name at the top. */
static void sift_down(struct export_name *names, uint32_t root, uint32_t count) {
    struct export_name name = names[root];
    for (uint32_t child; (child = 2 * root + 1) < count; root = child) {
        if (child + 1 < count && compare_names(&names[child], &names[child + 1]) < 0) child++;
        if (compare_names(&name, &names[child]) >= 0) break;
        names[root] = names[child];
    }
    names[root] = name;
}

/* Rejects equal export names, by a heapsort in place and without recursion. A hash table would be faster, but a hostile module
 * could choose names that collide. */
static void reject_duplicates(struct validator *v, struct export_name *names, uint32_t count) {
    for (uint32_t i = count / 2; i-- > 0;) sift_down(names, i, count);
    for (uint32_t left = count; left > 1; left--) {
        struct export_name largest = names[0];
        names[0] = names[left - 1];
        names[left - 1] = largest;
        sift_down(names, 0, left - 1);
    }
    for (uint32_t i = 1; i < count; i++) {
        if (compare_names(&names[i - 1], &names[i])) continue;
        const uint8_t *a = names[i - 1].name, *b = names[i].name;
        sov_reject(v, a > b ? a : b, "duplicate export name");
    }
}

static void export_section(struct validator *v) {
    uint32_t count = read_count(v, MAX_EXPORTS, "exports"), length;
    uint8_t *before = v->free;
    struct export_name *names = sov_workspace(v, count, sizeof *names);
    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *name = read_name(v, &length);
        names[i] = (struct export_name){ name, length };
        const uint8_t *at = v->at;
        uint8_t kind = read_byte(v);
        if (kind == 4) sov_reject_feature(v, at, "exported tag", 0, "exception-handling");
        if (kind > 3) sov_reject(v, at, "malformed export kind");
        if (kind == 0) {
            sov_read_function_index(v);
            continue;
        }
        uint32_t index = read_u32(v);
        if (kind == 1 && (index || !v->has_table)) sov_reject(v, at, "unknown table %u", (unsigned)index);
        if (kind == 2 && (index || !v->has_memory)) sov_reject(v, at, "unknown memory %u", (unsigned)index);
        if (kind == 3 && index >= v->global_count) sov_reject(v, at, "unknown global %u", (unsigned)index);
    }
    reject_duplicates(v, names, count);
    /* The names count as a body does: the tables that follow take their place. */
    if ((uint32_t)(v->free - before) > v->facts->workspace) v->facts->workspace = (uint32_t)(v->free - before);
    v->free = before;
}

static void start_section(struct validator *v) {
    const uint8_t *at = v->at;
    const struct function_type *type = &v->types[v->function_types[sov_read_function_index(v)]];
    if (type->param_count || type->result_count) sov_reject(v, at, "the start function must take and return nothing");
}

static void element_section(struct validator *v) {
    v->element_count = read_count(v, MAX_SEGMENTS, "element segments");
    for (uint32_t i = 0; i < v->element_count; i++) {
        const uint8_t *at = v->at;
        uint32_t kind = read_u32(v);
        if (kind > (SEGMENT_PASSIVE | SEGMENT_EXPLICIT | SEGMENT_EXPRESSIONS))
            sov_reject(v, at, "malformed elements segment kind %u", (unsigned)kind);
        if (!(kind & SEGMENT_PASSIVE)) {
            uint32_t table = kind & SEGMENT_EXPLICIT ? read_u32(v) : 0;
            if (table || !v->has_table) sov_reject(v, at, "unknown table %u", (unsigned)table);
            sov_read_constant(v, T_I32);
        }
        if (kind & (SEGMENT_PASSIVE | SEGMENT_EXPLICIT)) {
            at = v->at;
            if (kind & SEGMENT_EXPRESSIONS) sov_read_funcref(v);
            else if (read_byte(v)) sov_reject(v, at, "malformed element kind: only functions");
        }
        for (uint32_t n = read_count(v, MAX_TABLE, "elements"); n; n--) {
            if (kind & SEGMENT_EXPRESSIONS) sov_read_element(v);
            else sov_read_function_index(v);
        }
    }
}

static void data_count_section(struct validator *v) { v->data_count = read_u32(v); }

static void code_section(struct validator *v) {
    const uint8_t *at = v->at;
    uint32_t count = read_count(v, MAX_FUNCTIONS, "function bodies");
    if (count != v->function_count - v->import_count) sov_reject(v, at, "function and code section have inconsistent lengths");
    v->locals = v->free;
    v->frames = (struct frame *)((uintptr_t)v->free_end & ~(uintptr_t)7);
    const uint8_t *section_end = v->end;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t size = read_u32(v);
        const uint8_t *body = sov_read_bytes(v, size);
        v->at = body;
        v->end = body + size;
        sov_validate_body(v, v->import_count + i);
        v->at = v->end;
        v->end = section_end;
    }
}

static void data_section(struct validator *v) {
    const uint8_t *at = v->at;
    uint32_t count = read_count(v, MAX_SEGMENTS, "data segments");
    if (v->data_count != UINT32_MAX && v->data_count != count) sov_reject(v, at, "data count and data section have inconsistent lengths");
    v->data_count = count;
    while (count--) {
        at = v->at;
        uint32_t kind = read_u32(v);
        if (kind > SEGMENT_EXPLICIT) sov_reject(v, at, "malformed data segment kind %u", (unsigned)kind);
        if (kind != SEGMENT_PASSIVE) {
            uint32_t memory = kind ? read_u32(v) : 0;
            if (memory || !v->has_memory) sov_reject(v, at, "unknown memory %u", (unsigned)memory);
            sov_read_constant(v, T_I32);
        }
        sov_read_bytes(v, read_u32(v));
    }
}

/* ---- the module ----------------------------------------------------------------------------------- */

typedef void (*section_reader)(struct validator *v);

static const section_reader section_readers[13] = {
    NULL,
    type_section,
    import_section,
    function_section,
    table_section,
    memory_section,
    global_section,
    export_section,
    start_section,
    element_section,
    code_section,
    data_section,
    data_count_section,
};

/* The place of each section in the order, by id: the data count section comes before the code section. */
static const uint8_t section_place[13] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 10 };

static void validate_sections(struct validator *v) {
    static const uint8_t magic[4] = { 0, 'a', 's', 'm' }, version[4] = { 1, 0, 0, 0 };
    const uint8_t *module_end = v->end;
    if ((size_t)(v->end - v->at) < 4 || memcmp(v->at, magic, 4) != 0) sov_reject(v, v->at, "magic header not detected");
    v->at += 4;
    if ((size_t)(v->end - v->at) < 4 || memcmp(v->at, version, 4) != 0) sov_reject(v, v->at, "unknown binary version");
    v->at += 4;
    uint8_t place = 0;
    bool has_code = false;
    while (v->at < module_end) {
        const uint8_t *at = v->at;
        uint8_t id = read_byte(v);
        uint32_t size = read_u32(v);
        const uint8_t *contents = sov_read_bytes(v, size);
        v->at = contents;
        v->end = contents + size;
        if (id == 0) {
            uint32_t length;
            read_name(v, &length);
            v->at = v->end;
        } else {
            if (id == 13) sov_reject_feature(v, at, "tag section", 0, "exception-handling");
            if (id > 12) sov_reject(v, at, "malformed section id %u", id);
            if (section_place[id] <= place) sov_reject(v, at, "unexpected section %u: out of order or twice", id);
            place = section_place[id];
            has_code |= id == 10;
            section_readers[id](v);
            if (v->at != v->end) sov_reject(v, v->at, "section size mismatch in section %u", id);
        }
        v->end = module_end;
    }
    if (!has_code && v->function_count != v->import_count) sov_reject(v, v->at, "function and code section have inconsistent lengths");
    if (v->data_count != UINT32_MAX && v->data_count && place < section_place[11])
        sov_reject(v, v->at, "data count and data section have inconsistent lengths");
}

enum sov_verdict sov_validate(const uint8_t *wasm, uint32_t size, void *workspace, uint32_t workspace_bytes, struct sov_facts *facts,
    char *reason, size_t reason_bytes) {
    struct validator v = {
        .wasm = wasm,
        .at = wasm,
        .end = wasm + size,
        .facts = facts,
        .reason = reason,
        .reason_bytes = reason_bytes,
        .free = workspace,
        .free_end = (uint8_t *)workspace + workspace_bytes,
        .data_count = UINT32_MAX,
        .function = NO_FUNCTION,
    };
    memset(facts, 0, sizeof *facts);
    if (setjmp(v.rejected)) return v.verdict;
    validate_sections(&v);
    facts->functions = v.function_count;
    facts->workspace += (uint32_t)(v.free - (uint8_t *)workspace); /* the tables, plus the largest body above them */
    return SOV_VALID;
}
