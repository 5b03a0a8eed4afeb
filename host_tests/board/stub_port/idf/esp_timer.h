/* ESP-IDF's header of this name, as far as cmodules/ uses it; the functions are in idf.c. */
#pragma once
#include <stdint.h>
#include "esp_system.h"
typedef struct esp_timer *esp_timer_handle_t;
typedef void (*esp_timer_cb_t)(void *);
typedef struct { esp_timer_cb_t callback; void *arg; int dispatch_method; const char *name; _Bool skip_unhandled_events; } esp_timer_create_args_t;
int64_t esp_timer_get_time(void);
esp_err_t esp_timer_create(const esp_timer_create_args_t *, esp_timer_handle_t *);
esp_err_t esp_timer_start_once(esp_timer_handle_t, uint64_t);
esp_err_t esp_timer_stop(esp_timer_handle_t);
