/* The stub port has a console for output and no clock. */
#include <stdint.h>
static inline void mp_hal_set_interrupt_char(int c) { (void)c; }
