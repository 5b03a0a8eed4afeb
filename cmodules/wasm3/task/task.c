/* task.c - runs, ends and inspects tasks (contract in task.h).
 *
 * A task runs in phases: the start function, `_initialize`, the entry. The caller does not see the end of a phase:
 * one resume may end a phase and begin the next.
 */
#include "task.h"

#include "engine/engine.h"
#include "phases.h"
#include "system_calls.h"

#include <string.h>

void sov_task_begin(struct sov_task *task) {
    while (task->phase < SOV_PHASE_COUNT && task->phase_function[task->phase] < 0) task->phase++;
    if (task->phase >= SOV_PHASE_COUNT) {
        task->status = SOV_EXITED;
        return;
    }
    sov_enter(task, sov_function(task->module, (u32)task->phase_function[task->phase++])); /* the function was made at creation */
    task->status = SOV_PREEMPTED;
}

/* Removes the mark that wasm3 puts before its traps: a crash record shows only the text after it. */
static const char *trap_text(const char *text) {
    static const char mark[] = "[trap] ";
    return strncmp(text, mark, sizeof mark - 1) ? text : text + sizeof mark - 1;
}

/* Gives the pending host call its answer. */
static void answer_call(struct sov_task *task, int64_t answer) {
    task->call_answer[(task->syscalls - 1) % SOV_CALLS_KEPT] = answer > INT32_MAX ? INT32_MAX : (int32_t)answer;
    sov_answer(task, answer);
}

/* Runs until the slice is used up, a host call needs the kernel or the task ends. */
static void run(struct sov_task *task) {
    while (task->status == SOV_PREEMPTED && task->run.fuel >= 0) {
        const void *signal = sov_interpret(task);
        if (signal == sov_signal_preempted) return;
        if (signal == sov_signal_exited) {
            sov_task_begin(task);
        } else if (signal == sov_signal_compile) {
            sov_compile_wanted(task);
        } else if (signal == sov_signal_syscall) {
            int64_t answer;
            switch (sov_dispose(task, &answer)) {
                case SOV_ANSWERED: answer_call(task, answer); break;
                case SOV_FOR_KERNEL: task->status = SOV_SYSCALL; break;
                case SOV_ENDED: task->status = task->exited ? SOV_EXITED : SOV_TRAPPED; break;
            }
        } else {
            task->error = trap_text(signal);
            task->status = SOV_TRAPPED;
        }
    }
}

enum sov_status sov_task_resume(struct sov_task *task, int32_t fuel, int64_t result) {
    task->spent = 0;
    if (task->status == SOV_EXITED || task->status == SOV_TRAPPED) return task->status;
    if (fuel > 0) task->run.fuel = fuel + (task->run.fuel < 0 ? task->run.fuel : 0);
    if (task->status == SOV_SYSCALL) {
        answer_call(task, result);
        task->status = SOV_PREEMPTED;
    }
    int32_t before = task->run.fuel;
    run(task);
    task->spent = before - task->run.fuel;
    task->fuel_used += (uint32_t)task->spent;
    return task->status;
}

const char *sov_task_start(struct sov_task *task, uint32_t index, const uint64_t *arguments, uint32_t count) {
    IM3Module module = task->module;
    if (index >= module->numFunctions) return "no such function";
    IM3Function function = sov_find_function(task, index);
    if (!function) return sov_out_of_memory_text;
    IM3FuncType type = function->funcType;
    if (count != type->numArgs) return "wrong number of arguments";
    uint32_t slots = SOV_LINK_SLOTS + 2 * (type->numRets + type->numArgs);
    if (slots > task->runtime->numStackSlots) return "the stack is too small for the arguments";
    sov_enter(task, function);
    uint64_t *to = (uint64_t *)task->run.sp + type->numRets;
    memcpy(to, arguments, count * sizeof *to);
    task->phase = SOV_PHASE_COUNT;
    task->exited = false;
    task->error = NULL;
    task->status = SOV_PREEMPTED;
    return NULL;
}

void sov_task_kill(struct sov_task *task) { sov_region_end(task); }

void *sov_task_empty(struct sov_task *task) {
    pool_end(task, task->size);
    memset(task, 0, task->size);
    return task;
}

void sov_region_end(void *region) {
    sov_region_give(region);
    sov_tables_give();
}

uint32_t sov_task_stack(const struct sov_task *task) { return task->runtime->numStackSlots * (uint32_t)sizeof(m3slot_t); }

enum sov_status sov_task_status(const struct sov_task *task) { return task->status; }
const char *sov_task_error(const struct sov_task *task) { return task->status == SOV_TRAPPED ? task->error : NULL; }
uint64_t sov_task_fuel(const struct sov_task *task) { return task->fuel_used; }
int32_t sov_task_spent(const struct sov_task *task) { return task->spent; }

int32_t sov_task_bill(struct sov_task *task) {
    uint64_t due = task->fuel_used - task->fuel_billed;
    if (due > SOV_MAX_FUEL) due = SOV_MAX_FUEL;
    task->fuel_billed += due;
    return (int32_t)due;
}

int32_t sov_task_debt(const struct sov_task *task) { return task->run.fuel < 0 ? -task->run.fuel : 0; }

int32_t sov_task_left(const struct sov_task *task) { return task->run.fuel > 0 ? task->run.fuel : 0; }

uint32_t sov_task_syscalls(const struct sov_task *task) { return task->syscalls; }

bool sov_task_call(const struct sov_task *task, uint32_t age, uint32_t *number, int32_t *answer) {
    if (age >= SOV_CALLS_KEPT || age >= task->syscalls) return false;
    uint32_t at = (task->syscalls - 1 - age) % SOV_CALLS_KEPT;
    *number = task->call_number[at];
    *answer = task->call_answer[at];
    return true;
}

uint32_t sov_task_memory(const struct sov_task *task) { return (uint32_t)task->header.length; }

void sov_task_region(const struct sov_task *task, uint32_t *used_at_peak, uint32_t *size) {
    *used_at_peak = task->size - task->heap.size + task->heap.reach;
    *size = task->size;
}

/* ---- results -------------------------------------------------------------------------------------- */

static const char type_letter[] = "viIfF";

uint32_t sov_task_result_count(const struct sov_task *task) {
    if (task->status != SOV_EXITED || task->exited || !task->root) return 0;
    return task->root->funcType->numRets;
}

char sov_task_result_at(const struct sov_task *task, uint32_t index, uint64_t *bits) {
    uint8_t type = task->root->funcType->types[index];
    uint64_t slot = ((const uint64_t *)((const m3slot_t *)task->runtime->stack + SOV_LINK_SLOTS))[index];
    *bits = SizeOfType(type) == sizeof(u32) ? (u32)slot : slot;
    return type_letter[type];
}

int64_t sov_task_result(const struct sov_task *task) {
    if (task->exited) return task->exit_code;
    if (!sov_task_result_count(task)) return 0;
    uint64_t bits;
    return sov_task_result_at(task, 0, &bits) == 'i' ? (int32_t)bits : (int64_t)bits;
}

char sov_task_global(const struct sov_task *task, uint32_t index, uint64_t *bits) {
    if (index >= task->module->numGlobals) return 0;
    const M3Global *global = &task->module->globals[index];
    *bits = SizeOfType(global->type) == sizeof(u32) ? (u32)global->intValue : (u64)global->intValue;
    return type_letter[global->type];
}

/* ---- inspection ----------------------------------------------------------------------------------- */

uint64_t sov_task_state_hash(const struct sov_task *task) {
    uint64_t hash = 14695981039346656037ull; /* FNV-1a, 64 bit */
    const uint8_t *memory = (const uint8_t *)(&task->header + 1);
    for (size_t i = 0; i < task->header.length; i++) hash = (hash ^ memory[i]) * 1099511628211ull;
    for (uint32_t i = 0; i < task->module->numGlobals; i++) {
        uint64_t bits;
        hash = (hash ^ (uint8_t)sov_task_global(task, i, &bits)) * 1099511628211ull;
        for (int byte = 0; byte < 8; byte++) hash = (hash ^ (uint8_t)(bits >> (8 * byte))) * 1099511628211ull;
    }
    return hash;
}

void sov_task_backtrace(const struct sov_task *task, uint32_t max,
    bool (*visit)(void *context, uint32_t function, const char *name, uint32_t length), void *context) {
    if (task->status == SOV_EXITED || !task->root) return;
    m3stack_t sp = task->run.sp;
    for (uint32_t depth = 0; sp && depth < max; depth++) {
        IM3Function function = sov_frame_callee(task, sp);
        static const char unknown[] = "called through a changed table";
        uint32_t length = sizeof unknown - 1;
        const char *name = function ? sov_function_name(task, function, &length) : unknown;
        if (!visit(context, function ? sov_function_index(task, function) : SOV_NOWHERE, name, length)) return;
        sp = sov_frame_caller(sp);
    }
}

uint64_t sov_task_code(const struct sov_task *task) { return task->code_hash; }

uint32_t sov_task_locate(struct sov_task *task, const uint8_t *wasm, uint32_t size, uint32_t *offsets, uint32_t max) {
    return sov_locate(task, wasm, size, offsets, max);
}
