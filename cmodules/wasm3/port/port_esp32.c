/* port_esp32.c - the ESP32-C3 under ESP-IDF (contract in port.h): flash is mapped into the address space, and a job
 * that needs more stack than MicroPython's task has runs in a FreeRTOS task of its own.
 *
 * The helper task's stack and control block lie in memory that the caller lends. MicroPython's task waits meanwhile, so no
 * Python code runs.
 */
#if defined(ESP_PLATFORM)

#include "port.h"

#include "esp_memory_utils.h"
#include "freertos/FreeRTOS.h"
#include "freertos/idf_additions.h"
#include "freertos/semphr.h"
#include "freertos/task.h"

/* The frame that an interrupt saves on the stack of the task it stops; handlers have a stack of their own. */
#define KEPT_BACK 512u

/* Flash: constants of the image, and partitions mapped with esp_partition_mmap. A partition that is mapped for
 * modules is not written before the next reset (hal/esp32/flash.py enforces that). */
bool sov_port_is_read_only(const void *start, uint32_t bytes) {
    const uint8_t *first = start;
    return bytes && esp_ptr_in_drom(first) && esp_ptr_in_drom(first + bytes - 1);
}

/* The arena is what the firmware was built with: all other memory is Python's and ESP-IDF's. */
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

/* The stack begins at a multiple of 16 and is one of that long: up to 15 bytes are lost at either end. */
const uint32_t sov_port_stack_extra = sizeof(struct helper) + KEPT_BACK + 2 * 15;

static void run_helper(void *argument) {
    struct helper *helper = argument;
    helper->job(helper->context);
    xSemaphoreGive(helper->done);
    for (;;) vTaskSuspend(NULL); /* deleted from outside: a task that deletes itself is still in use for a while */
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
