/* waking.c - wakes an idle board: by an alarm to the microsecond, an edge of a pin, a socket. MicroPython's port wakes it for a key.
 *
 * FreeRTOS counts time in ticks of 10 ms. MicroPython's task therefore sleeps until a notification. An alarm of esp_timer, an edge,
 * an event of a socket or a key of the USB console notifies it at once.
 *
 * Invariants: nothing here allocates on the Python heap. Only on_edge() runs in an interrupt handler; wake(), alarm_rang() and
 * happened() run in tasks of ESP-IDF. A soft reset ends the alarm and all edges before MicroPython's memory is freed (--wrap, see
 * micropython.cmake).
 */
#include "py/mphal.h"
#include "py/mpthread.h"
#include "py/runtime.h"

#ifndef SOV_CHIP
#define SOV_CHIP 0
#endif

#if SOV_CHIP

#include "driver/gpio.h"
#include "esp_timer.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"

#include "services.h"
#include "waking.h"

#define PINS 22

static esp_timer_handle_t sleeper, alarm_clock;

static void wake(void *unused) {
    (void)unused;
    mp_hal_wake_main_task();
}

static void alarm_rang(void *unused) {
    mp_obj_t function = MP_STATE_VM(esp32c3_alarm);
    if (function != MP_OBJ_NULL) mp_sched_schedule(function, mp_const_none);
    wake(unused);
}

/* Starts a timer, and makes it at the first use. If ESP-IDF has no memory for it, the timer never fires, and wait() is only as precise
 * as a tick. */
static void start(esp_timer_handle_t *which, esp_timer_cb_t function, mp_int_t us) {
    const esp_timer_create_args_t wanted = { .callback = function, .name = "sovelma" };
    if (!*which && esp_timer_create(&wanted, which) != ESP_OK) *which = NULL;
    if (*which) esp_timer_start_once(*which, (uint64_t)us);
}

static void stop(esp_timer_handle_t which) {
    if (which) esp_timer_stop(which); /* returns an error if the timer does not run; ignored */
}

/* wait(us): sleeps for 1 to 2^30-1 us, or until an edge, a socket, a key, the alarm or another thread wakes MicroPython's task. Then
 * runs pending callbacks. */
static mp_obj_t esp32c3_wait(mp_obj_t us_object) {
    mp_int_t us = mp_obj_get_int(us_object);
    if (us > 0) {
        start(&sleeper, wake, us);
        MP_THREAD_GIL_EXIT();
        ulTaskNotifyTake(pdTRUE, (TickType_t)(us / 1000 / portTICK_PERIOD_MS) + 2);
        MP_THREAD_GIL_ENTER();
        stop(sleeper);
    }
    mp_handle_pending(true);
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_1(esp32c3_wait_obj, esp32c3_wait);

/* alarm(us, function): schedules function(None) in `us` microseconds. Replaces an earlier alarm. */
static mp_obj_t esp32c3_alarm(mp_obj_t us, mp_obj_t function) {
    stop(alarm_clock);
    MP_STATE_VM(esp32c3_alarm) = function;
    start(&alarm_clock, alarm_rang, mp_obj_get_int(us));
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_2(esp32c3_alarm_obj, esp32c3_alarm);

static void on_edge(void *number) {
    services_edge(MP_STATE_VM(esp32c3_edges)[(uintptr_t)number], (uint32_t)esp_timer_get_time());
    mp_hal_wake_main_task_from_isr();
}

static void end_edges(unsigned number) {
    if (MP_STATE_VM(esp32c3_edges)[number] == MP_OBJ_NULL) return;
    gpio_intr_disable((gpio_num_t)number);
    gpio_isr_handler_remove((gpio_num_t)number);
    MP_STATE_VM(esp32c3_edges)[number] = MP_OBJ_NULL;
}

/* edges(number, which, irq): counts the edges of an input in a services.Irq from now on, in an interrupt handler. which: 1 falling, 2
 * rising, 3 both; irq: None ends it. The port has installed ESP-IDF's GPIO interrupt service. */
static mp_obj_t esp32c3_edges(mp_obj_t number_object, mp_obj_t which, mp_obj_t irq) {
    static const gpio_int_type_t types[4] = { GPIO_INTR_DISABLE, GPIO_INTR_NEGEDGE, GPIO_INTR_POSEDGE, GPIO_INTR_ANYEDGE };
    mp_int_t number = mp_obj_get_int(number_object);
    if (number < 0 || number >= PINS) mp_raise_ValueError(MP_ERROR_TEXT("no such pin"));
    end_edges((unsigned)number);
    if (irq == mp_const_none) return mp_const_none;
    if (!mp_obj_is_type(irq, &irq_type)) mp_raise_TypeError(MP_ERROR_TEXT("no Irq"));
    MP_STATE_VM(esp32c3_edges)[number] = irq;
    gpio_set_intr_type((gpio_num_t)number, types[mp_obj_get_int(which) & 3]);
    gpio_isr_handler_add((gpio_num_t)number, on_edge, (void *)(uintptr_t)number);
    gpio_intr_enable((gpio_num_t)number);
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_3(esp32c3_edges_obj, esp32c3_edges);

void __real_machine_timer_deinit_all(void);
void __wrap_machine_timer_deinit_all(void);

/* Replaces the function that the port calls first in a soft reset. */
void __wrap_machine_timer_deinit_all(void) {
    stop(sleeper);
    stop(alarm_clock);
    MP_STATE_VM(esp32c3_alarm) = MP_OBJ_NULL;
    for (unsigned number = 0; number < PINS; number++) end_edges(number);
    __real_machine_timer_deinit_all();
}

#if SOV_LWIP && MICROPY_PY_NETWORK_WLAN
#include "lwip/api.h"

/* lwIP's own callback for events of a socket; all sockets have the same one. */
static netconn_callback sockets_own;

static void happened(struct netconn *connection, enum netconn_evt event, u16_t length) {
    sockets_own(connection, event, length);
    mp_hal_wake_main_task();
}

struct netconn *__real_netconn_new_with_proto_and_callback(enum netconn_type type, u8_t protocol, netconn_callback callback);
struct netconn *__wrap_netconn_new_with_proto_and_callback(enum netconn_type type, u8_t protocol, netconn_callback callback);

/* Replaces the function with which lwIP makes each connection (--wrap). A connection without a callback is not a socket's. */
struct netconn *__wrap_netconn_new_with_proto_and_callback(enum netconn_type type, u8_t protocol, netconn_callback callback) {
    if (callback) sockets_own = callback;
    return __real_netconn_new_with_proto_and_callback(type, protocol, callback ? happened : NULL);
}
#endif

MP_REGISTER_ROOT_POINTER(mp_obj_t esp32c3_alarm);
MP_REGISTER_ROOT_POINTER(mp_obj_t esp32c3_edges[22]);

#endif
