/* port_esp32.c - the ESP32-C3 under ESP-IDF (contract in port.h): flash is mapped into the address space, and a job
 * that needs more stack than MicroPython's task has runs in a FreeRTOS task of its own.
 *
 * The helper task's stack and control block lie in a block of the arena that is free at that moment and is given back
 * when the job is done. MicroPython's task waits meanwhile: nothing of Python runs.
 */
#if defined(ESP_PLATFORM)

#include "port.h"
#include "memory/region.h"

#include "esp_memory_utils.h"
#include "freertos/FreeRTOS.h"
#include "freertos/idf_additions.h"
#include "freertos/semphr.h"
#include "freertos/task.h"

/* The frame that an interrupt saves on the stack of the task it stops; handlers have a stack of their own. */
#define KEPT_BACK 512u

/* Flash: constants of the image, and partitions mapped with esp_partition_mmap. Who maps one for modules does not
 * write it before the next reset (the kernel's storage sees to that). */
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

_Static_assert(sizeof(struct helper) + KEPT_BACK + 64 <= SOV_BORROWED_EXTRA, "creation leaves too little room for the helper");

static void run_helper(void *argument) {
    struct helper *helper = argument;
    helper->job(helper->context);
    xSemaphoreGive(helper->done);
    for (;;) vTaskSuspend(NULL); /* deleted from outside: a task that deletes itself is still in use for a while */
}

bool sov_port_on_borrowed_stack(void (*job)(void *context), void *context, uint32_t bytes) {
    bytes = (bytes + KEPT_BACK + 15u) & ~15u;
    struct helper *helper = sov_region_take(sizeof *helper + bytes + 16);
    if (!helper) return false;
    if (job) {
        StackType_t *stack = (StackType_t *)(((uintptr_t)helper->stack + 15u) & ~(uintptr_t)15u);
        helper->job = job;
        helper->context = context;
        helper->done = xSemaphoreCreateBinaryStatic(&helper->semaphore);
        TaskHandle_t task = xTaskCreateStatic(run_helper, "wasm3", bytes, helper, uxTaskPriorityGet(NULL), stack, &helper->task);
        xSemaphoreTake(helper->done, portMAX_DELAY);
        vTaskDelete(task);
        vSemaphoreDelete(helper->done);
    }
    sov_region_give(helper);
    return true;
}

#endif
