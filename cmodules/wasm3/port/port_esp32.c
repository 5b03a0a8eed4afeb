/* port_esp32.c - the ESP32-C3 under ESP-IDF (contract in port.h).
 *
 * Flash is mapped into the address space. A job that needs more stack than MicroPython's task has runs in a FreeRTOS task of
 * its own, the helper. The helper's stack and control block are in memory that the caller lends. MicroPython's task waits for
 * the helper, so no Python code runs in the meantime.
 */
#if defined(ESP_PLATFORM)

#include "port.h"

#include "esp_memory_utils.h"
#include "freertos/FreeRTOS.h"
#include "freertos/idf_additions.h"
#include "freertos/semphr.h"
#include "freertos/task.h"

/* Room for the registers that an interrupt saves on the stack of the interrupted task; handlers have a stack of their own. */
#define KEPT_BACK 512u

/* Mapped flash holds the constants of the image and the partitions mapped with esp_partition_mmap. Nothing writes a partition
 * that is mapped for modules before the next reset (hal/esp32/flash.py enforces that). */
bool sov_port_is_read_only(const void *start, uint32_t bytes) {
    const uint8_t *first = start;
    return bytes && esp_ptr_in_drom(first) && esp_ptr_in_drom(first + bytes - 1);
}

/* There is no larger arena than the one in the firmware, because all other memory belongs to Python and ESP-IDF. */
uint8_t *sov_port_arena(uint32_t bytes) {
    (void)bytes;
    return NULL;
}

size_t sov_port_stack_left(void) {
    uintptr_t here = (uintptr_t)__builtin_frame_address(0), lowest = (uintptr_t)pxTaskGetStackStart(NULL) + KEPT_BACK;
    return here > lowest ? here - lowest : 0;
}

struct helper {
    StaticTask_t task;
    StaticSemaphore_t semaphore;
    SemaphoreHandle_t done;
    void (*job)(void *context);
    void *context;
    StackType_t stack[]; /* begins at the next multiple of 16 */
};

/* Start and length of the stack are multiples of 16, so up to 15 bytes are lost at either end. */
const uint32_t sov_port_stack_extra = sizeof(struct helper) + KEPT_BACK + 2 * 15;

static void run_helper(void *argument) {
    struct helper *helper = argument;
    helper->job(helper->context);
    xSemaphoreGive(helper->done);
    for (;;) vTaskSuspend(NULL); /* the caller deletes this task, because a task that deletes itself is in use for some time after */
}

void sov_port_run_on(void *memory, uint32_t bytes, void (*job)(void *context), void *context) {
    struct helper *helper = memory;
    StackType_t *stack = (StackType_t *)(((uintptr_t)helper->stack + 15u) & ~(uintptr_t)15u);
    uint32_t stack_bytes = (uint32_t)((uintptr_t)memory + bytes - (uintptr_t)stack) & ~15u;
    helper->job = job;
    helper->context = context;
    helper->done = xSemaphoreCreateBinaryStatic(&helper->semaphore);
    TaskHandle_t task = xTaskCreateStatic(run_helper, "wasm3", stack_bytes, helper, uxTaskPriorityGet(NULL), stack, &helper->task);
    xSemaphoreTake(helper->done, portMAX_DELAY);
    vTaskDelete(task);
    vSemaphoreDelete(helper->done);
}

#endif
