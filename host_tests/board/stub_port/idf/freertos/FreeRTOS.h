/* ESP-IDF's header of this name, as far as cmodules/ uses it; for the compiler alone. */
#pragma once
#include <stdint.h>
typedef uint8_t StackType_t;
typedef unsigned UBaseType_t;
typedef int BaseType_t;
typedef uint32_t TickType_t;
typedef struct { void *dummy[80]; } StaticTask_t;
typedef struct { void *dummy[20]; } StaticSemaphore_t;
#define pdTRUE 1
#define portTICK_PERIOD_MS 10
#define portMAX_DELAY ((TickType_t)0xffffffff)
