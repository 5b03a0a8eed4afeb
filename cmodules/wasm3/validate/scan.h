/* scan.h - reads what the loader must know of a module before it lays out a region.
 *
 * Walks section headers and the short sections; allocates nothing, reads nothing outside the module, and
 * keeps no pointer into it beyond the caller's own use.
 */
#ifndef SOV_SCAN_H
#define SOV_SCAN_H

#include <stdbool.h>
#include <stdint.h>

struct sov_bytes {
    const uint8_t *start, *end;
};

/* One entry of the import or export section. Names are not terminated and not checked for UTF-8. */
struct sov_import {
    const char *module, *name;
    uint32_t module_length, name_length;
    uint8_t kind;   /* 0 function, 1 table, 2 memory, 3 global */
    uint32_t type;  /* functions: type index */
};

struct sov_export {
    const char *name;
    uint32_t name_length;
    uint8_t kind;
    uint32_t index;
};

struct sov_module {
    struct sov_bytes section[13]; /* contents by section id; 0: the custom section "name", behind its name */
    bool has_memory;
    uint32_t memory_pages, memory_max_pages; /* most: 65536 when none is declared */
    uint32_t table_size;          /* initial elements, 0 without a table */
    uint32_t code_bytes;          /* of the code section */
};

/* Fills *module. NULL, or what is wrong with the module. */
const char *sov_scan(struct sov_module *module, const uint8_t *wasm, uint32_t size);

/* Iterate with *at = 0 at first: false at the end (or where the section is malformed). */
bool sov_next_import(const struct sov_module *module, uint32_t *at, struct sov_import *import);
bool sov_next_export(const struct sov_module *module, uint32_t *at, struct sov_export *export);

/* An entry of the name section, whose contents no validator looks at: what is malformed ends the iteration. `index`: of
 * the function or global. */
enum sov_named { SOV_NAMED_FUNCTIONS = 1, SOV_NAMED_GLOBALS = 7 };
struct sov_name {
    uint32_t index, length;
    const char *text;
};
bool sov_next_name(const struct sov_module *module, enum sov_named what, uint32_t *at, struct sov_name *name);

/* A function type as wasm3 writes it, "i(iI)", cut to fit. Value types as in the module, or as wasm3 counts them. */
void sov_type_text(char *text, uint32_t bytes, const uint8_t *results, uint32_t result_count, const uint8_t *params, uint32_t param_count);

/* The same of the type with that index; an index beyond the types gives "v()". */
void sov_type_text_of(const struct sov_module *module, uint32_t type, char *text, uint32_t bytes);

/* Where the C stack begins that a compiler laid into linear memory: the initial value of the global that the module itself
 * calls __stack_pointer, by an export or in its name section. False where it names none. */
bool sov_stack_pointer(const struct sov_module *module, uint32_t *top);

/* The contents of the custom section of that name, behind the name; no validator looks at them. NULL, NULL: there is none. Of any bytes. */
struct sov_bytes sov_custom_section(const uint8_t *wasm, uint32_t size, const char *name, uint32_t length);

/* The first feature that the section target_features demands and the runtime lacks, its name not terminated; false: none is. Of any bytes. */
bool sov_missing_feature(const uint8_t *wasm, uint32_t size, const char **name, uint32_t *name_length);

/* Value of an exported i32 global that is initialised without reading another one. */
bool sov_exported_global(const struct sov_module *module, const char *name, uint32_t length, uint32_t *value);

/* Finds an export of that kind and name. */
bool sov_find_export(const struct sov_module *module, uint8_t kind, const char *name, uint32_t length, uint32_t *index);

/* Values that an init expression holds at once at most. Compilers write two; the specification has no bound. */
#define SOV_CONSTANT_HEIGHT 16

/* The value of a global, for an init expression that reads it; false: not known. */
typedef bool sov_global_value(const void *context, uint32_t index, uint64_t *value);

/* Evaluates the init expression at *at, of any type but a reference, and moves *at behind it; an i32 has its upper half clear. False
 * where the value is not known, since `global` does not (NULL: it knows none), or where it is malformed. Source: WebAssembly Core
 * Specification, 3.3.10 "Constant Expressions", with the proposal "extended constant expressions". */
bool sov_constant_value(const uint8_t **at, const uint8_t *end, sov_global_value *global, const void *context, uint64_t *value);

/* Value of an i32 global that is initialised without reading another one. */
bool sov_constant_global(const struct sov_module *module, uint32_t index, uint32_t *value, bool *is_mutable);

#endif
