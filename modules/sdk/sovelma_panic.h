/* The end of a task that cannot go on: says why, and faults. The message stands in the crash record.
 *
 *     panic("no room for %d lines", count);
 *     check(sp_gpio_write(led, 1) == 0);
 *
 * What the manifest says about faults happens then: the task is restarted, or stays dead. A task that has done its work
 * badly but knows what it does ends with sp_exit instead. */
#ifndef SOVELMA_PANIC_H
#define SOVELMA_PANIC_H

#include "sovelma_format.h"

/* Ends the task with a fault. The kernel takes the error line logged right before a fault for its reason, even where
 * the task has logged so much that the line is not shown. */
__attribute__((unused, noinline, noreturn, cold, format(printf, 1, 2))) static void panic(const char *format, ...)
{
    char line[LOG_LINE_MAX];
    va_list arguments;
    va_start(arguments, format);
    uint32_t length = format_list(line, sizeof line, format, arguments);
    va_end(arguments);
    sp_log(SP_LOG_ERROR, line, length < sizeof line ? length : sizeof line);
    __builtin_trap();
}

/* Panics with file and line where the condition does not hold. The condition is evaluated in every build. */
#define check(condition) ((condition) ? (void)0 : panic("%s:%d: %s", __FILE__, __LINE__, #condition))

#endif
