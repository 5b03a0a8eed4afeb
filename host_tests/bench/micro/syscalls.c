/* Asks for the size of a file, CALLS times: what one system call costs on its whole way and back.
 *
 * CALLS is given by the runner; with 0 the same module measures everything else. Exits 0 when every answer was
 * right, else with the wrong one.
 */
#include "sovelma.h"

/* The runner's file has this many bytes. */
#define SIZE 1000

__attribute__((export_name("_start"))) void start(void) {
    int32_t wrong = 0;
    sp_cap_t file = sp_cap_find("file", 4);
    for (int32_t i = 0; i < CALLS; i++) {
        int32_t size = sp_fs_size(file);
        if (size != SIZE) {
            wrong = size;
        }
    }
    sp_exit(wrong);
}
