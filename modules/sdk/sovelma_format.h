/* Lines made of text and numbers, as printf does: %d %i %u %x %c %s %p %%.
 *
 *     log_format(SP_LOG_INFO, "tick %d, late by %lld us", tick, late);
 *
 * A number in front of the letter is a width (%5d, %08x), %.3s and %.*s bound a text, `ll` is for 64 bits. There are no
 * floats. A conversion that is not known here ends the formatting: the rest of the format is copied as it stands,
 * since what its argument was cannot be told.
 *
 * It takes about 10 KB of a task's region, most of it compiled code: where that is too much, sovelma_io.h has the parts.
 *
 * Invariant: nothing is written beyond the size given; what does not fit is cut. */
#ifndef SOVELMA_FORMAT_H
#define SOVELMA_FORMAT_H

#include <stdarg.h>

#include "sovelma_io.h"

#define LOG_LINE_MAX 256       /* bytes of a line that sp_log takes */

/* Writes a number's digits in front of `end`, at most 20 of them, and returns where they begin. */
static inline char *format_digits(char *end, uint64_t value, uint32_t base)
{
    do {
        uint32_t next = (uint32_t)(value % base);
        *--end = (char)(next + (next < 10 ? '0' : 'a' - 10));
    } while (value /= base);
    return end;
}

/* Formats into `to`, which is not terminated by 0. Returns the bytes the whole text has, which may be more than `size`. */
__attribute__((unused, noinline, format(printf, 3, 0))) static uint32_t format_list(
    char *to, uint32_t size, const char *format, va_list arguments)
{
    uint32_t length = 0;
    for (; *format; format++) {
        char digits[20];
        const char *text = format;      /* what to put next: this character, or what a conversion makes */
        int32_t count = 1, width = 0, max = -1, wide = 0;
        char fill = ' ';
        uint64_t value = 0;
        uint32_t base = 0;              /* of a number in `value` */
        int32_t negative = 0;
        if (*format == '%') {
            if (*++format == '0')
                fill = '0';
            for (; *format >= '0' && *format <= '9'; format++)
                width = width * 10 + *format - '0';
            if (*format == '.') {
                format++;
                for (max = 0; *format >= '0' && *format <= '9'; format++)
                    max = max * 10 + *format - '0';
                if (*format == '*') {
                    max = va_arg(arguments, int32_t);
                    format++;
                }
            }
            for (; *format == 'l' || *format == 'z'; format++)
                wide += *format == 'l';
            switch (*format) {
            case 'd':
            case 'i':
                value = (uint64_t)(wide > 1 ? va_arg(arguments, int64_t) : va_arg(arguments, int32_t));
                negative = (int64_t)value < 0;
                value = negative ? -value : value;
                base = 10;
                break;
            case 'u':
            case 'x':
            case 'p':
                value = wide > 1 ? va_arg(arguments, uint64_t) : va_arg(arguments, uint32_t);
                base = *format == 'u' ? 10 : 16;
                break;
            case 'c':
                digits[0] = (char)va_arg(arguments, int32_t);
                text = digits;
                break;
            case 's':
                text = va_arg(arguments, const char *);
                for (count = 0; count != max && text[count]; count++)
                    ;
                break;
            case '%':
                break;
            default:
                while (text[count])     /* the rest, from its % on, is put as a text */
                    count++;
                format = text + count - 1;
            }
        }
        if (base) {
            char *digit = format_digits(digits + sizeof digits, value, base);
            if (negative && fill == '0' && width) {     /* in front of the zeros */
                if (length < size)
                    to[length] = '-';
                length++;
                width--;
            } else if (negative) {
                *--digit = '-';
            }
            text = digit;
            count = (int32_t)(digits + sizeof digits - digit);
        }
        for (width -= count; width > 0; width--, length++)
            if (length < size)
                to[length] = fill;
        for (; count > 0; count--, length++, text++)
            if (length < size)
                to[length] = *text;
    }
    return length;
}

/* As format_list, with the arguments themselves. */
__attribute__((unused, noinline, format(printf, 3, 4))) static uint32_t format_text(char *to, uint32_t size, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    uint32_t length = format_list(to, size, format, arguments);
    va_end(arguments);
    return length;
}

/* Logs one line; more than 256 bytes are cut. Returns what sp_log returns. Does not block. Takes 400 bytes of stack. */
__attribute__((unused, noinline, format(printf, 2, 3))) static int32_t log_format(int32_t level, const char *format, ...)
{
    char line[LOG_LINE_MAX];
    va_list arguments;
    va_start(arguments, format);
    uint32_t length = format_list(line, sizeof line, format, arguments);
    va_end(arguments);
    return sp_log(level, line, length < sizeof line ? length : sizeof line);
}

#endif
