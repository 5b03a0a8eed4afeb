/* load.c - makes an instance from validated wasm bytes: runtime, linear memory, table.
 *
 * It replaces wasm3's own loader, which moves memory and ignores the table's size.
 *
 * Invariants: this file reads only modules that passed the validator, and does not check again what the validator proved;
 * no code of the module runs here.
 */
#include "engine.h"

const char *sov_load(struct sov_task *task, const struct sov_module *scan, const uint8_t *wasm, uint32_t size, uint32_t stack) {
    const char *reason;
    task->environment = m3_NewEnvironment();
    sov_parse(task, scan, wasm, size);
    IM3Module module = task->module;
    task->runtime = m3_NewRuntime(task->environment, stack & ~7u, task);
    IM3Runtime runtime = task->runtime;
    runtime->modules = module;
    module->runtime = runtime;
    task->header.runtime = runtime;
    task->header.maxStack = (m3slot_t *)runtime->stack + runtime->numStackSlots;
    runtime->memory.mallocated = &task->header;
    runtime->memory.numPages = scan->memory_pages;
    runtime->memory.maxPages = task->max_pages;
    if ((reason = sov_load_data(task, scan))) return reason;
    return sov_load_table(task, scan);
}

/* Clears all pointers into the bytes for a task whose functions are all compiled, because the caller may free the bytes. Keeps
 * the size of each function (in wasmEnd), because the charge of its first call depends on it. */
void sov_forget_wasm(struct sov_task *task) {
    IM3Module module = task->module;
    if (!task->on_demand) {
        for (u32 i = 0; i < module->numFunctions; i++) {
            M3Function *function = &module->functions[i];
            function->wasmEnd = (bytes_t)(size_t)(function->wasmEnd - function->wasm);
            function->wasm = NULL;
        }
        module->wasmStart = module->wasmEnd = NULL;
    }
}
