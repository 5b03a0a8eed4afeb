/* Small helpers over the system calls: logging text and numbers, finding a capability by its name.
 *
 * Everything is static inline and uses no memory but the caller's, so a module pays only for what it calls.
 * Invariant: a line is built in a buffer the caller owns and sent whole, so lines of two tasks never mix. */
#ifndef SOVELMA_IO_H
#define SOVELMA_IO_H

#include "sovelma.h"

static inline uint32_t text_length(const char *text)
{
    uint32_t length = 0;
    while (text[length])
        length++;
    return length;
}

/* Logs one line of text. Returns what sp_log returns; a line over 256 bytes is cut. Does not block. */
static inline int32_t log_text(int32_t level, const char *text)
{
    return sp_log(level, text, text_length(text));
}

/* The identifier of the capability the manifest granted under `name`, or an error < 0. Does not block. */
static inline sp_cap_t capability(const char *name)
{
    return sp_cap_find(name, text_length(name));
}

/* Copies `text` to `end` and returns the new end. The caller sees to the room. */
static inline char *put_text(char *end, const char *text)
{
    while (*text)
        *end++ = *text++;
    return end;
}

/* Writes `value` in decimal (at most 20 characters) to `end` and returns the new end. */
static inline char *put_number(char *end, int64_t value)
{
    char digits[20];
    int count = 0;
    uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;
    if (value < 0)
        *end++ = '-';
    do {
        digits[count++] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    while (count)
        *end++ = digits[--count];
    return end;
}

#endif
