/* functions.c - makes the functions of a task that compiles on demand, each when something first names it.
 *
 * wasm3 makes a structure of 50 to 100 bytes for every function when it parses the module. In a large module, these structures
 * take more memory than the code that ever runs. This file keeps one word for each function. It makes the structure only for
 * functions that a compiled call names, that a call through the table reaches, or that the kernel starts. It reads the
 * contents of the structure from the module's bytes at that time.
 *
 * Invariants: a function's structure never moves, so compiled code may point to it; imported functions have wasm3's structure
 * from the start; a table element that no call has reached is sov_unmade, whose type equals no function type.
 */
#include "engine.h"

/* A mark stores the position of every 32nd entry. A search starts at the last mark before the entry that it wants. */
#define MARK_EVERY 32u

struct mark {
    uint32_t type, body; /* bytes from the first entry of the function section and of the code section */
};

struct sov_functions {
    bytes_t types, bodies; /* first entries of the two sections */
    struct mark *marks;
    uint32_t code_bytes;
    IM3Function made[]; /* by index, without imported functions; NULL: not made yet */
};

const M3Function sov_unmade;

void sov_prepare_functions(struct sov_task *task, const struct sov_module *scan) {
    IM3Module module = task->module;
    bytes_t type = scan->section[3].start, body = scan->section[10].start;
    u32 count = type ? sov_number(&type) : 0;
    if (count) sov_number(&body);
    struct sov_functions *functions = sov_heap_take(sizeof *functions + count * sizeof(IM3Function));
    functions->marks = sov_heap_take((count / MARK_EVERY + 1) * sizeof *functions->marks);
    functions->types = type;
    functions->bodies = body;
    functions->code_bytes = scan->code_bytes;
    for (u32 i = 0; i < count; i++) {
        if (i % MARK_EVERY == 0)
            functions->marks[i / MARK_EVERY] = (struct mark){ (uint32_t)(type - functions->types), (uint32_t)(body - functions->bodies) };
        sov_number(&type);
        u32 size = sov_number(&body);
        body += size;
    }
    module->numFunctions = module->numFuncImports + count;
    task->functions = functions;
}

uint32_t sov_code_bytes(const struct sov_task *task) {
    if (task->functions) return task->functions->code_bytes;
    IM3Module module = task->module;
    if (module->numFunctions == module->numFuncImports) return 0;
    return (uint32_t)(module->functions[module->numFunctions - 1].wasmEnd - module->functions[module->numFuncImports].wasm);
}

static IM3Function make(IM3Module module, const struct sov_functions *functions, u32 defined) {
    const struct mark *mark = &functions->marks[defined / MARK_EVERY];
    bytes_t type = functions->types + mark->type, body = functions->bodies + mark->body;
    for (u32 i = 0; i < defined % MARK_EVERY; i++) {
        sov_number(&type);
        u32 size = sov_number(&body);
        body += size;
    }
    IM3Function function = sov_heap_take(sizeof *function);
    function->module = module;
    function->funcType = module->funcTypes[sov_number(&type)];
    function->wasm = body;
    u32 size = sov_number(&body);
    function->wasmEnd = body + size;
    return function;
}

IM3Function sov_function(IM3Module module, u32 index) {
    struct sov_functions *functions = ((struct sov_task *)module->runtime->userdata)->functions;
    if (!functions || index < module->numFuncImports) return &module->functions[index];
    IM3Function *place = &functions->made[index - module->numFuncImports];
    if (!*place) *place = make(module, functions, index - module->numFuncImports);
    return *place;
}

u32 sov_function_index(const struct sov_task *task, IM3Function function) {
    IM3Module module = task->module;
    u32 index = 0;
    if (!task->functions || (function >= module->functions && function < module->functions + module->numFuncImports))
        return (u32)(function - module->functions);
    while (task->functions->made[index] != function) index++;
    return index + module->numFuncImports;
}

u32 sov_element_function(IM3Module module, u32 element) { return ((const struct sov_task *)module->runtime->userdata)->elements[element]; }
