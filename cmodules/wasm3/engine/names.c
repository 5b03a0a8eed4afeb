/* names.c - finds the names of functions, for backtraces.
 *
 * A task whose functions were compiled at its creation keeps copies of the names. A task that compiles on demand keeps
 * the module's bytes, and a backtrace searches them. In both cases a name ends at its first zero byte.
 */
#include "engine.h"

#include <string.h>

/* The name of the function's first export, else its entry in the name section. */
static const char *find_name(const struct sov_module *module, uint32_t function, uint32_t *length) {
    struct sov_export export;
    for (uint32_t at = 0; sov_next_export(module, &at, &export);) {
        if (export.kind || export.index != function) continue;
        *length = export.name_length;
        return export.name;
    }
    struct sov_name name;
    for (uint32_t at = 0; sov_next_name(module, SOV_NAMED_FUNCTIONS, &at, &name);) {
        if (name.index != function) continue;
        *length = name.length;
        return name.text;
    }
    return NULL;
}

const char *sov_function_name(const struct sov_task *task, IM3Function function, uint32_t *length) {
    const char *name = function->import.fieldUtf8;
    if (!name && function->numNames) name = function->names[0];
    if (name) {
        *length = (uint32_t)strlen(name);
        return name;
    }
    const IM3Module module = task->module;
    struct sov_module scan;
    if (!task->on_demand || sov_scan(&scan, module->wasmStart, (uint32_t)(module->wasmEnd - module->wasmStart))) return NULL;
    if ((name = find_name(&scan, sov_function_index(task, function), length))) *length = (uint32_t)strnlen(name, *length);
    return name;
}

/* Keeps the names of the name section. An exported function already has the name of its export. */
void sov_keep_names(IM3Module module, const struct sov_module *scan) {
    struct sov_name name;
    for (uint32_t at = 0; sov_next_name(scan, SOV_NAMED_FUNCTIONS, &at, &name);) {
        if (name.index >= module->numFunctions) continue;
        IM3Function function = &module->functions[name.index];
        if (function->numNames) continue;
        char *text = m3_AllocArray(char, name.length + 1);
        memcpy(text, name.text, name.length);
        function->names[function->numNames++] = text;
    }
}
