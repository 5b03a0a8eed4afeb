/* ESP-IDF's header of this name, as far as cmodules/ uses it; the functions are in idf.c. */
#pragma once
#include <stdint.h>
int64_t esp_timer_get_time(void);
