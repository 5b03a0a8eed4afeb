/* ESP-IDF's header of this name, as far as cmodules/ uses it; for the compiler alone. */
#pragma once
#include "freertos/task.h"
uint8_t *pxTaskGetStackStart(TaskHandle_t);
