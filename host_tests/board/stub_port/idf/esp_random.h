/* ESP-IDF's header of this name, as far as cmodules/ uses it; the functions are in idf.c. */
#pragma once
#include <stdint.h>
#include <stddef.h>
uint32_t esp_random(void); void esp_fill_random(void *, size_t);
