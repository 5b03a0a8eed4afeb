/* ESP-IDF's header of this name, as far as cmodules/ uses it; for the compiler alone. */
#pragma once
#include <stdbool.h>
bool esp_ptr_in_drom(const void *);
