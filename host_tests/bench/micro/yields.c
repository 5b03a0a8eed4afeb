/* Yields CALLS times: what it costs to pass the processor on, to another task or to itself. CALLS is given by the runner; with 0
 * the same module measures everything else.
 */
#include "sovelma.h"

__attribute__((export_name("_start"))) void start(void) {
    for (int32_t i = 0; i < CALLS; i++) {
        sp_yield();
    }
}
