/* What the two C harnesses share: reading a module, the CPU clock, and how a run is printed.
 *
 * Both print one line of `key=value` pairs, so that run.py compares like with like.
 */
#ifndef HARNESS_H
#define HARNESS_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static inline void die(const char *what, const char *why) {
    fprintf(stderr, "%s: %s\n", what, why);
    exit(1);
}

/* Nanoseconds of CPU time this process has used: other processes on the machine do not count. */
static inline int64_t cpu_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* The file's bytes; the caller owns them. Ends the process where the file cannot be read. */
static inline uint8_t *read_module(const char *path, uint32_t *size) {
    FILE *file = fopen(path, "rb");
    if (!file) {
        die(path, "cannot be opened");
    }
    fseek(file, 0, SEEK_END);
    long length = ftell(file);
    rewind(file);
    uint8_t *bytes = malloc((size_t)length + 1);
    if (length <= 0 || !bytes || fread(bytes, 1, (size_t)length, file) != (size_t)length) {
        die(path, "cannot be read");
    }
    fclose(file);
    *size = (uint32_t)length;
    return bytes;
}

#endif
