/* state.c - checks a guest's pointer, formats the reasons of refusals, sets the kernel's trap (contract in status.h). */
#include "task_state.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

uint8_t *sov_slice(struct sov_task *task, uint32_t address, uint32_t length) {
    uint64_t size = task->header.length;
    if ((uint64_t)address + length > size) return NULL;
    return (uint8_t *)(&task->header + 1) + address;
}

void sov_task_trap(struct sov_task *task, const char *reason, size_t length) {
    if (task->status == SOV_EXITED) return; /* its frames are gone, and a backtrace would follow what lies there now */
    if (length >= sizeof task->error_text) length = sizeof task->error_text - 1;
    memcpy(task->error_text, reason, length);
    task->error_text[length] = 0;
    task->error = task->error_text;
    task->status = SOV_TRAPPED;
}

/* Outside of any region, because the region is already given back when the caller reads the reason. */
char sov_reason_text[SOV_REASON_BYTES];

const char *sov_reason(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sov_reason_text, sizeof sov_reason_text, format, arguments);
    va_end(arguments);
    return sov_reason_text;
}

const char sov_out_of_memory_text[] = "out of memory";

bool sov_out_of_memory(const char *reason) { return reason == sov_out_of_memory_text; }
