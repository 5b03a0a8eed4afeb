/* parse.c - fills wasm3's structures of a module: types, functions, globals, names.
 *
 * It replaces wasm3's own parser. That parser repeats the checks of the validator, grows its tables entry by entry, compiles init
 * expressions, and supports neither passive segments nor extended constant expressions.
 *
 * Invariants: the bytes passed the validator, so every number ends and every entry exists; all allocations are in the open heap.
 */
#include "engine.h"

static u8 value_type(u8 byte) { return (u8)(0x80 - byte); } /* wasm3's number of the type */

static void parse_types(IM3Module module, bytes_t at) {
    module->numFuncTypes = at ? sov_number(&at) : 0;
    if (!module->numFuncTypes) return;
    module->funcTypes = m3_AllocArray(IM3FuncType, module->numFuncTypes);
    for (u32 i = 0; i < module->numFuncTypes; i++) {
        at++; /* 0x60: a function */
        u32 params = sov_number(&at);
        bytes_t param = at;
        at += params;
        u32 results = sov_number(&at);
        IM3FuncType type;
        AllocFuncType(&type, params + results);
        type->numArgs = (u16)params;
        type->numRets = (u16)results;
        for (u32 n = 0; n < results; n++) type->types[n] = value_type(*at++);
        for (u32 n = 0; n < params; n++) type->types[results + n] = value_type(param[n]);
        Environment_AddFuncType(module->environment, &type);
        module->funcTypes[i] = type;
    }
}

/* Copies a name and adds a terminating zero. */
static cstr_t keep_name(const char *text, u32 length) {
    char *name = m3_AllocArray(char, length + 1);
    memcpy(name, text, length);
    return name;
}

/* Makes the imported functions and the `count` functions of the function section, whose types start at `types`, with their bodies
 * in the code section. For a task that compiles on demand, the caller passes a `count` of 0. */
static void parse_functions(IM3Module module, const struct sov_module *scan, u32 count, bytes_t types) {
    struct sov_import import;
    u32 imported = 0;
    for (u32 at = 0; sov_next_import(scan, &at, &import);) imported++;
    module->numFuncImports = imported;
    module->numFunctions = imported + count;
    if (!module->numFunctions) return;
    IM3Function function = module->functions = m3_AllocArray(M3Function, module->numFunctions);
    for (u32 at = 0; sov_next_import(scan, &at, &import); function++) {
        function->funcType = module->funcTypes[import.type];
        function->import.fieldUtf8 = function->names[0] = keep_name(import.name, import.name_length);
        function->numNames = 1;
    }
    bytes_t body = scan->section[10].start;
    if (count) sov_number(&body);
    for (; count; count--, function++) {
        function->module = module;
        function->funcType = module->funcTypes[sov_number(&types)];
        function->wasm = body;
        u32 size = sov_number(&body);
        function->wasmEnd = body += size;
    }
}

static void name_exports(IM3Module module, const struct sov_module *scan) {
    struct sov_export export;
    for (u32 at = 0; sov_next_export(scan, &at, &export);) {
        if (export.kind) continue;
        IM3Function function = &module->functions[export.index];
        if (function->numNames) continue;
        function->names[0] = keep_name(export.name, export.name_length);
        function->numNames = 1;
    }
}

bool sov_earlier_global(const void *context, uint32_t index, uint64_t *value) {
    *value = (u64)((const M3Module *)context)->globals[index].intValue;
    return true;
}

static void parse_globals(IM3Module module, bytes_t at, cbytes_t end) {
    module->numGlobals = at ? sov_number(&at) : 0;
    if (!module->numGlobals) return;
    module->globals = m3_AllocArray(M3Global, module->numGlobals);
    for (u32 i = 0; i < module->numGlobals; i++) {
        M3Global *global = &module->globals[i];
        global->type = value_type(*at++);
        global->isMutable = *at++;
        u64 value;
        sov_constant_value(&at, end, sov_earlier_global, module, &value);
        global->intValue = (i64)value;
    }
}

void sov_parse(struct sov_task *task, const struct sov_module *scan, const uint8_t *wasm, uint32_t size) {
    IM3Module module = task->module = m3_AllocStruct(M3Module);
    module->name = "";
    module->startFunction = -1;
    module->environment = task->environment;
    module->wasmStart = wasm;
    module->wasmEnd = wasm + size;
    parse_types(module, scan->section[1].start);
    bytes_t types = scan->section[3].start, start = scan->section[8].start;
    u32 count = types ? sov_number(&types) : 0;
    parse_functions(module, scan, task->on_demand ? 0 : count, types);
    if (task->on_demand) { /* functions are made later; exports would only name them, and names.c searches the bytes */
        sov_prepare_functions(task, scan);
    } else {
        name_exports(module, scan);
        sov_keep_names(module, scan);
    }
    parse_globals(module, scan->section[6].start, scan->section[6].end);
    if (start) module->startFunction = (i32)sov_number(&start);
}
