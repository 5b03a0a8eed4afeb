/* system_calls.c - what happens between a host call and the kernel: every argument is checked against the ABI.
 *
 * A guest's arguments are allegations. Here, and nowhere else, a (pointer, length) is held against the
 * bounds of linear memory (sov_slice), integers against their ranges, flags against their mask. The kernel
 * only ever sees values that are in range, as small integers.
 *
 * Order, the same for all calls: pointers first (outside memory: a fault, the task ends), then integers and
 * flags (INVAL), then limits on lengths (cut where short counts are normal, else TOOBIG). The fuel charge of
 * the ABI is taken in every case, so that refused calls are not free.
 */
#include "system_calls.h"

#include "engine/engine.h"

#include "../../common/abi_table.h"

#include <stdio.h>
#include <string.h>

/* Number of the host function that answers 0 to anything: the print functions that the specification's
 * scripts import from the module "spectest". */
#define SPECTEST_NUMBER ABI_COUNT

_Static_assert(ABI_COUNT < 256, "the number of a call is remembered in a byte");

#define SMALL_INT_MOST 0x3fffffff /* MicroPython's largest small int on a 32-bit machine */

static uint64_t *argument_slots(const struct sov_task *task) { return (uint64_t *)task->run.sp + sov_pending_type(task)->numRets; }

/* Charges the call, what it may copy and the steps of its path. */
static void charge(struct sov_task *task, const struct abi_call *call, uint32_t bytes, uint32_t slashes) {
    task->run.fuel -= (int32_t)(call->fuel + call->fuel_per_16_bytes * ((bytes + 15) / 16) + call->fuel_per_slash * slashes);
}

static uint32_t count_slashes(const uint8_t *text, uint32_t length) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < length; i++) count += text[i] == '/';
    return count;
}

void sov_task_charge_again(struct sov_task *task) {
    uint32_t number = sov_task_number(task);
    if (number >= ABI_COUNT) return;
    uint32_t fuel = abi_calls[number].fuel;
    task->fuel_used += fuel;
    if (task->run.fuel > -SOV_MOST_FUEL) task->run.fuel -= (int32_t)fuel; /* a call that is tried again for ever must not wrap the debt */
}

static int32_t in_range(const struct abi_argument *argument, int32_t value) {
    switch (argument->kind) {
        case ABI_INT: return value >= argument->least && value <= argument->most;
        case ABI_FLAGS: return (value & ~argument->most) == 0;
        default: return 1;
    }
}

enum sov_disposition sov_dispose(struct sov_task *task, int64_t *answer) {
    uint32_t number = sov_pending_number(task);
    *answer = 0;
    uint32_t at = task->syscalls++ % SOV_CALLS_KEPT;
    task->call_number[at] = (uint8_t)number;
    task->call_answer[at] = SOV_NO_ANSWER;
    if (number >= ABI_COUNT) return SOV_ANSWERED;
    const struct abi_call *call = &abi_calls[number];
    uint64_t *slots = argument_slots(task);
    uint32_t bytes = 0, slashes = 0;
    int32_t refusal = 0;
    for (uint32_t i = 0; i < call->argument_count; i++) {
        const struct abi_argument *argument = &call->argument[i];
        if (argument->kind != ABI_SLICE_IN && argument->kind != ABI_SLICE_OUT) continue;
        uint32_t address = (uint32_t)slots[argument->first], length = (uint32_t)slots[argument->first + 1];
        if (!sov_slice(task, address, length)) {
            charge(task, call, 0, 0);
            int n = snprintf(task->error_text, sizeof task->error_text, "pointer outside memory in %s", call->name);
            (void)n;
            task->error = task->error_text;
            return SOV_ENDED;
        }
        if (length > (uint32_t)argument->most) {
            if (!argument->least) refusal = ABI_ERR_TOOBIG;
            length = (uint32_t)argument->most;
            slots[argument->first + 1] = length;
        }
        if (length == 0) slots[argument->first] = 0; /* any address will do, and this one is a small int */
        bytes += length;
        if (call->fuel_per_slash) slashes += count_slashes(sov_slice(task, address, length), length);
    }
    for (uint32_t i = 0; i < call->argument_count; i++) {
        const struct abi_argument *argument = &call->argument[i];
        int32_t value = (int32_t)slots[argument->first];
        if (argument->kind == ABI_CAP) {
            if (value < argument->least || value > argument->most) slots[argument->first] = 0; /* no capability: BADCAP */
        } else if (!in_range(argument, value)) {
            refusal = ABI_ERR_INVAL;
        }
    }
    charge(task, call, refusal ? 0 : bytes, refusal ? 0 : slashes);
    if (refusal) {
        *answer = refusal;
        return SOV_ANSWERED;
    }
    switch (number) {
        case ABI_NR_SP_EXIT:
            task->exit_code = (int32_t)slots[0];
            task->exited = true;
            return SOV_ENDED;
        case ABI_NR_SP_MEMORY_BYTES:
            *answer = task->header.length > SMALL_INT_MOST ? SMALL_INT_MOST : (int64_t)task->header.length;
            return SOV_ANSWERED;
        default: return SOV_FOR_KERNEL;
    }
}

int32_t sov_task_argument(const struct sov_task *task, uint32_t index) {
    if (task->status != SOV_SYSCALL || index >= sov_pending_type(task)->numArgs) return 0;
    return (int32_t)argument_slots(task)[index];
}

const uint32_t sov_call_count = ABI_COUNT;

uint32_t sov_call_needs(uint32_t number) { return number < ABI_COUNT ? abi_calls[number].needs : 0; }

uint32_t sov_task_number(const struct sov_task *task) { return task->status == SOV_SYSCALL ? sov_pending_number(task) : UINT32_MAX; }

static const struct abi_call *find_call(const char *name) {
    for (uint32_t i = 0; i < ABI_COUNT; i++)
        if (!strcmp(abi_calls[i].name, name)) return &abi_calls[i];
    return NULL;
}

/* Links one imported function, or says why not. */
static const char *link_import(IM3Module module, IM3Function function) {
    const char *from = function->import.moduleUtf8, *name = function->import.fieldUtf8;
    char found[24];
#if SOV_TEST_HOOKS
    if (!strcmp(from, "spectest")) return sov_link_host(module, function, SPECTEST_NUMBER);
#endif
    if (!strncmp(from, "wasi_", 5))
        return sov_reason("import %.20s.%.24s: there is no WASI here; build with modules/sdk/sovelma.h", from, name);
    const struct abi_call *call = strcmp(from, ABI_MODULE) != 0 ? NULL : find_call(name);
    if (!call) return sov_reason("import %.24s.%.32s: no such host function", from, name);
    sov_type_text(found, sizeof found, function->funcType);
    if (strcmp(found, call->type) != 0) return sov_reason("import %s.%s: type %s, declared as %s", from, name, call->type, found);
    return sov_link_host(module, function, call->number);
}

const char *sov_link_imports(struct sov_task *task, const struct sov_module *scan) {
    IM3Module module = task->module;
    struct sov_import import;
    uint32_t at = 0;
    for (u32 i = 0; i < module->numFuncImports && sov_next_import(scan, &at, &import); i++) {
        /* wasm3 ends a name at its first zero byte: a name that holds a zero is no system call's. */
        if (memchr(import.module, 0, import.module_length) || memchr(import.name, 0, import.name_length))
            return sov_reason("import with a zero in its name: no such host function");
        const char *reason = link_import(module, &module->functions[i]);
        if (reason) return reason;
    }
    return NULL;
}
