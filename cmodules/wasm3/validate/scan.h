/* scan.h - reads the facts that the loader needs from a module before it lays out a region.
 *
 * The functions walk the section headers and the short sections. They allocate nothing, read nothing outside the module and
 * keep no pointer into it; only the structures of the caller point into the module.
 */
#ifndef SOV_SCAN_H
#define SOV_SCAN_H

#include <stdbool.h>
#include <stdint.h>

struct sov_bytes {
    const uint8_t *start, *end;
};

/* One entry of the import or export section. Names have no terminating zero and are not checked for UTF-8. */
struct sov_import {
    const char *module, *name;
    uint32_t module_length, name_length;
    uint8_t kind;   /* 0 function, 1 table, 2 memory, 3 global */
    uint32_t type;  /* of a function: its type index */
};

struct sov_export {
    const char *name;
    uint32_t name_length;
    uint8_t kind;
    uint32_t index;
};

struct sov_module {
    struct sov_bytes section[13]; /* contents by section id; 0: the custom section "name", after its name */
    bool has_memory;
    uint32_t memory_pages, memory_max_pages; /* the maximum is 65536 where the module declares none */
    uint32_t table_size;          /* initial elements; 0 without a table */
    uint32_t code_bytes;          /* bytes of the code section's contents */
};

/* Fills *module. Returns NULL, or the reason why the module is malformed. */
const char *sov_scan(struct sov_module *module, const uint8_t *wasm, uint32_t size);

/* Iterators over imports and exports. The caller sets *at to 0 before the first call. False: the end, or a malformed section. */
bool sov_next_import(const struct sov_module *module, uint32_t *at, struct sov_import *import);
bool sov_next_export(const struct sov_module *module, uint32_t *at, struct sov_export *export);

/* An entry of the name section; `index` is that of the function or global. The validator does not check the contents of this
 * section, so a malformed entry ends the iteration. */
enum sov_named { SOV_NAMED_FUNCTIONS = 1, SOV_NAMED_GLOBALS = 7 };
struct sov_name {
    uint32_t index, length;
    const char *text;
};
bool sov_next_name(const struct sov_module *module, enum sov_named what, uint32_t *at, struct sov_name *name);

/* Writes a function type in wasm3's notation, "i(iI)", cut to fit. Value types are those of the module or wasm3's numbers. */
void sov_type_text(char *text, uint32_t bytes, const uint8_t *results, uint32_t result_count, const uint8_t *params, uint32_t param_count);

/* The same for the type with index `type`; an index beyond the types gives "v()". */
void sov_type_text_of(const struct sov_module *module, uint32_t type, char *text, uint32_t bytes);

/* Finds the start of the C stack that the compiler put into linear memory: the initial value of the mutable global that the
 * module calls __stack_pointer, in an export or in its name section. False: the module names no such global. */
bool sov_stack_pointer(const struct sov_module *module, uint32_t *top);

/* Finds the contents of the custom section `name`, after the name. NULL, NULL: there is none. Accepts any bytes; nothing has checked
 * the contents. */
struct sov_bytes sov_custom_section(const uint8_t *wasm, uint32_t size, const char *name, uint32_t length);

/* Finds the first feature that the section target_features demands and the runtime lacks; its name has no terminating zero. False:
 * there is none. Accepts any bytes. */
bool sov_missing_feature(const uint8_t *wasm, uint32_t size, const char **name, uint32_t *name_length);

/* The initial value of an exported i32 global. False: there is none, or its init expression reads another global. */
bool sov_exported_global(const struct sov_module *module, const char *name, uint32_t length, uint32_t *value);

/* Finds an export by its kind and name. */
bool sov_find_export(const struct sov_module *module, uint8_t kind, const char *name, uint32_t length, uint32_t *index);

/* The most values that an init expression may hold at once. Compilers write two; the specification has no bound. */
#define SOV_CONSTANT_HEIGHT 16

/* A callback that returns the value of a global for an init expression; false: the value is not known. */
typedef bool sov_global_value(const void *context, uint32_t index, uint64_t *value);

/* Evaluates the init expression at *at, of any type but a reference, and moves *at to its end. The upper half of an i32 is 0. False:
 * the expression is malformed, or it reads a global whose value `global` does not know (NULL: it knows none). Source: WebAssembly
 * Core Specification, 3.3.10 "Constant Expressions", with the proposal "extended constant expressions". */
bool sov_constant_value(const uint8_t **at, const uint8_t *end, sov_global_value *global, const void *context, uint64_t *value);

/* The initial value of an i32 global by its index. False: there is none, or its init expression reads another global. */
bool sov_constant_global(const struct sov_module *module, uint32_t index, uint32_t *value, bool *is_mutable);

#endif
