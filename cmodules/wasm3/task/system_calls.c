/* system_calls.c - checks every argument of a host call against the ABI before the kernel sees the call.
 *
 * A guest's arguments are not trusted. Only this file checks them: a (pointer, length) against the bounds of linear memory
 * (sov_slice), integers against their ranges, and flags against their mask. The kernel sees only values that are in range,
 * as small integers.
 *
 * A pointer outside memory is a fault and ends the task. An integer or flag out of range answers INVAL. A length above its
 * limit is cut where short counts are normal, else it answers TOOBIG; INVAL comes before TOOBIG. Every call pays the fuel
 * charge of the ABI, so that refused calls are not free.
 */
#include "system_calls.h"

#include "engine/engine.h"

#include "../../common/abi_table.h"

#include <stdio.h>
#include <string.h>

/* Number of a host function that answers 0 to every call. It stands for the print functions that the specification's
 * scripts import from the module "spectest". */
#define SPECTEST_NUMBER ABI_COUNT

_Static_assert(ABI_COUNT < 256, "the number of a call is remembered in a byte");

#define SMALL_INT_MAX 0x3fffffff /* MicroPython's largest small int on a 32-bit machine */

static uint64_t *argument_slots(const struct sov_task *task) { return (uint64_t *)task->run.sp + sov_pending_type(task)->numRets; }

/* Charges the call, the bytes that it may copy and the steps of its path. */
static void charge(struct sov_task *task, const struct abi_call *call, uint32_t bytes, uint32_t slashes) {
    task->run.fuel -= (int32_t)(call->fuel + call->fuel_per_16_bytes * ((bytes + 15) / 16) + ABI_FUEL_PER_SLASH * slashes);
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
    if (task->run.fuel > -SOV_MAX_FUEL) task->run.fuel -= (int32_t)fuel; /* endless retries of a call must not wrap the debt */
}

static int32_t in_range(const struct abi_argument *argument, int32_t value) {
    switch (argument->kind) {
        case ABI_INT: return value >= argument->min && value <= argument->max;
        case ABI_FLAGS: return (value & ~argument->max) == 0;
        default: return 1;
    }
}

/* Grows linear memory to all reserved bytes, which need not be whole pages. A program that asks for the size of its memory is
 * about to use all of it. */
static void grow_to_limit(struct sov_task *task) {
    if (task->header.length >= task->memory_limit) return;
    task->header.length = task->memory_limit;
    task->runtime->memory.numPages = task->memory_limit / d_m3MemPageSize;
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
        const struct abi_argument *argument = &abi_arguments[call->first_argument + i];
        if (argument->kind != ABI_SLICE_IN && argument->kind != ABI_SLICE_OUT) continue;
        uint32_t address = (uint32_t)slots[argument->first], length = (uint32_t)slots[argument->first + 1];
        if (!sov_slice(task, address, length)) {
            charge(task, call, 0, 0);
            int n = snprintf(task->error_text, sizeof task->error_text, "pointer outside memory in sp_%s", call->name);
            (void)n;
            task->error = task->error_text;
            return SOV_ENDED;
        }
        if (length > (uint32_t)argument->max) {
            if (!argument->min) refusal = ABI_ERR_TOOBIG;
            length = (uint32_t)argument->max;
            slots[argument->first + 1] = length;
        }
        if (length == 0) slots[argument->first] = 0; /* the address does not matter, and 0 is a small int */
        bytes += length;
        if (call->pays_for_slashes) slashes += count_slashes(sov_slice(task, address, length), length);
    }
    for (uint32_t i = 0; i < call->argument_count; i++) {
        const struct abi_argument *argument = &abi_arguments[call->first_argument + i];
        int32_t value = (int32_t)slots[argument->first];
        if (argument->kind == ABI_CAP) {
            if (value < argument->min || value > argument->max) slots[argument->first] = 0; /* names no capability: BADCAP */
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
            grow_to_limit(task);
            *answer = task->header.length > SMALL_INT_MAX ? SMALL_INT_MAX : (int64_t)task->header.length;
            return SOV_ANSWERED;
        default: return SOV_FOR_KERNEL;
    }
}

int64_t sov_task_argument(const struct sov_task *task, uint32_t index) {
    if (task->status != SOV_SYSCALL || index >= sov_pending_type(task)->numArgs) return 0;
    return (int64_t)argument_slots(task)[index];
}

const uint32_t sov_call_count = ABI_COUNT;

uint32_t sov_call_needs(uint32_t number) { return number < ABI_COUNT ? abi_calls[number].needs : 0; }

uint32_t sov_task_number(const struct sov_task *task) { return task->status == SOV_SYSCALL ? sov_pending_number(task) : UINT32_MAX; }

static bool is_text(const char *name, uint32_t length, const char *text) { return length == strlen(text) && !memcmp(name, text, length); }

static const struct abi_call *find_call(const char *name, uint32_t length) {
    if (length < 3 || memcmp(name, "sp_", 3) != 0) return NULL;
    for (uint32_t i = 0; i < ABI_COUNT; i++)
        if (is_text(name + 3, length - 3, abi_calls[i].name)) return &abi_calls[i];
    return NULL;
}

/* The type of a call as wasm3 writes it: "i(iI)". */
#define TYPE_BYTES 24
static void type_text(const struct abi_call *call, char *to) {
    *to++ = call->result;
    *to++ = '(';
    for (uint32_t i = 0; i < call->argument_count; i++) {
        uint8_t kind = abi_arguments[call->first_argument + i].kind;
        *to++ = kind == ABI_TIME ? 'I' : 'i';
        if (kind == ABI_SLICE_IN || kind == ABI_SLICE_OUT) *to++ = 'i';
    }
    memcpy(to, ")", 2);
}

/* Writes a name from a module as printable ASCII: other bytes become escapes, and a long name ends with dots. */
#define NAME_BYTES 100
static const char *printable(char *text, const char *name, uint32_t length) {
    char *at = text, *last = text + NAME_BYTES - 8;
    for (uint32_t i = 0; i < length; i++) {
        uint8_t byte = (uint8_t)name[i];
        if (at >= last) {
            memcpy(at, "...", 4);
            return text;
        }
        if (byte >= ' ' && byte <= '~' && byte != '\\') *at++ = (char)byte;
        else at += snprintf(at, 5, "\\x%02x", byte);
    }
    *at = 0;
    return text;
}

/* Number of the host function of an import, or -1 with the reason. */
static int32_t find_host_function(const struct sov_module *scan, const struct sov_import *import, const char **reason) {
    char module[NAME_BYTES], name[NAME_BYTES], found[TYPE_BYTES] = "", type[TYPE_BYTES];
#if SOV_TEST_HOOKS
    if (is_text(import->module, import->module_length, "spectest")) return SPECTEST_NUMBER;
#endif
    const struct abi_call *call = NULL;
    if (is_text(import->module, import->module_length, ABI_MODULE)) call = find_call(import->name, import->name_length);
    if (call) {
        sov_type_text_of(scan, import->type, found, sizeof found);
        type_text(call, type);
        if (!strcmp(found, type)) return (int32_t)(call - abi_calls);
    }
    printable(module, import->module, import->module_length);
    printable(name, import->name, import->name_length);
    if (!call && import->module_length >= 5 && !memcmp(import->module, "wasi_", 5))
        *reason = sov_reason("import %s.%s: there is no WASI here; build with modules/sdk/sovelma.h", module, name);
    else if (!call) *reason = sov_reason("import %s.%s: no such host function", module, name);
    else *reason = sov_reason("import %s.%s: type %s, declared as %s", module, name, type, found);
    return -1;
}

const char *sov_check_imports(const struct sov_module *scan) {
    struct sov_import import;
    const char *reason = NULL;
    for (uint32_t at = 0; !reason && sov_next_import(scan, &at, &import);)
        if (import.kind == 0) find_host_function(scan, &import, &reason);
    return reason;
}

const char *sov_link_imports(struct sov_task *task, const struct sov_module *scan) {
    IM3Module module = task->module;
    struct sov_import import;
    uint32_t at = 0;
    const char *reason = NULL;
    for (u32 i = 0; !reason && i < module->numFuncImports && sov_next_import(scan, &at, &import); i++) {
        int32_t number = find_host_function(scan, &import, &reason);
        if (number >= 0) reason = sov_link_host(module, &module->functions[i], (uint32_t)number);
    }
    return reason;
}
