/* ESP-IDF's header of this name, as far as cmodules/ uses it; for the compiler alone. */
#pragma once
#include "freertos/FreeRTOS.h"
typedef struct tskTaskControlBlock *TaskHandle_t;
typedef void (*TaskFunction_t)(void *);
TaskHandle_t xTaskCreateStatic(TaskFunction_t, const char *, uint32_t, void *, UBaseType_t, StackType_t *, StaticTask_t *);
void vTaskDelete(TaskHandle_t);
void vTaskSuspend(TaskHandle_t);
uint32_t ulTaskNotifyTake(BaseType_t, TickType_t);
UBaseType_t uxTaskPriorityGet(TaskHandle_t);
