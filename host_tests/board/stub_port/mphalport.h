/* The stub port has a console for output and no clock. */
#include <stdint.h>
void mp_hal_wake_main_task(void);
void mp_hal_wake_main_task_from_isr(void);
static inline void mp_hal_set_interrupt_char(int c) { (void)c; }
