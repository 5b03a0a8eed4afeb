/* One thing over and over: a system call, or slow instructions. What costs more time than the fuel it is charged?
 *
 * WORK is given by the runner: a statement, which may use `file`, `directory`, `input`, `output`, `buffer`, `n`, `x` and `y`. */
#include "sovelma.h"

static unsigned char buffer[4096];

__attribute__((noinline)) void nothing(void) { __asm__ volatile(""); }

__attribute__((export_name("_start"))) void start(void) {
    sp_cap_t file = sp_cap_find("file", 4), directory = sp_cap_find("directory", 9);
    sp_cap_t input = sp_cap_find("input", 5), output = sp_cap_find("output", 6);
    volatile long long x = -9223372036854775807;
    double y = 1;
    for (int32_t n = 0;; n++) {
        WORK;
        __asm__ volatile("" : "+r"(n), "+r"(y) : "r"(file), "r"(directory), "r"(input), "r"(output), "r"(buffer), "r"(x));
    }
}
