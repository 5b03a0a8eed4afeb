/* ESP-IDF's header of this name, as far as cmodules/ uses it; the functions are in idf.c. */
#pragma once
void bootloader_random_enable(void); void bootloader_random_disable(void);
