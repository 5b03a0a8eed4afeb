/* idf.c - what the stub port has of ESP-IDF: a clock, noise, two flash partitions, lwIP's sockets out of the host's. */
#define SOV_STUB_IDF
#include "bootloader_random.h"
#include "driver/gpio.h"
#include "esp_heap_caps.h"
#include "esp_partition.h"
#include "esp_random.h"
#include "esp_system.h"
#include "esp_timer.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "nvs.h"
#include "lwip/api.h"
#include "lwip/sockets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int noise; /* whether the ADC's is on */
int stub_noisy_fills, stub_quiet_fills;

int64_t esp_timer_get_time(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

/* Timers that ring, and pins that have edges, while MicroPython's task waits to be notified and at no other time. */
struct esp_timer {
    esp_timer_cb_t callback;
    int64_t due; /* 0: it does not run */
} timers[2];
static int timers_made, notified;
static struct { gpio_isr_t handler; void *argument; gpio_int_type_t type; int enabled; } pins[22];

void mp_hal_wake_main_task(void) { notified = 1; }
void mp_hal_wake_main_task_from_isr(void) { notified = 1; }
void machine_timer_deinit_all(void) {}

esp_err_t esp_timer_create(const esp_timer_create_args_t *arguments, esp_timer_handle_t *handle) {
    if (timers_made == 2) return 1;
    *handle = &timers[timers_made++];
    (*handle)->callback = arguments->callback;
    return ESP_OK;
}

esp_err_t esp_timer_start_once(esp_timer_handle_t timer, uint64_t us) {
    if (timer->due) return 1;
    timer->due = esp_timer_get_time() + (int64_t)us;
    return ESP_OK;
}

esp_err_t esp_timer_stop(esp_timer_handle_t timer) {
    int ran = timer->due != 0;
    timer->due = 0;
    return !ran;
}

/* A socket as lwIP makes one: with a callback of its own, which is counted. STUB_SOCKET: something happens to it while somebody waits. */
extern netconn_callback stub_told; /* main.c, as lwIP has it in a file of its own */
int stub_happened;

static void event_callback(struct netconn *connection, enum netconn_evt event, u16_t length) { stub_happened++; }
void stub_socket(void);
void stub_socket(void) { netconn_new_with_proto_and_callback(NETCONN_TCP, 0, event_callback); }

/* STUB_EDGES=pin,type,count: so many edges come where the pin's interrupt is of that type. */
static void edges(void) {
    int pin, type, count;
    const char *wanted = getenv("STUB_EDGES");
    if (!wanted || sscanf(wanted, "%d,%d,%d", &pin, &type, &count) != 3 || !pins[pin].handler || !pins[pin].enabled) return;
    while (count-- > 0 && (int)pins[pin].type == type) pins[pin].handler(pins[pin].argument);
}

uint32_t ulTaskNotifyTake(BaseType_t clear, TickType_t ticks) {
    int64_t end = esp_timer_get_time() + (int64_t)ticks * 10000;
    edges();
    if (getenv("STUB_SOCKET") && stub_told) stub_told(NULL, NETCONN_EVT_RCVPLUS, 1);
    while (!notified && esp_timer_get_time() < end)
        for (int i = 0; i < timers_made; i++)
            if (timers[i].due && timers[i].due <= esp_timer_get_time()) {
                timers[i].due = 0;
                timers[i].callback(NULL);
            }
    int was = notified;
    if (clear) notified = 0;
    return was;
}

esp_err_t gpio_set_intr_type(gpio_num_t pin, gpio_int_type_t type) {
    pins[pin].type = type;
    return ESP_OK;
}

esp_err_t gpio_isr_handler_add(gpio_num_t pin, gpio_isr_t handler, void *argument) {
    pins[pin].handler = handler;
    pins[pin].argument = argument;
    return ESP_OK;
}

esp_err_t gpio_isr_handler_remove(gpio_num_t pin) {
    pins[pin].handler = NULL;
    return ESP_OK;
}

esp_err_t gpio_intr_enable(gpio_num_t pin) { return !(pins[pin].enabled = 1); }
esp_err_t gpio_intr_disable(gpio_num_t pin) { return pins[pin].enabled = 0; }

void bootloader_random_enable(void) { noise = 1; }
void bootloader_random_disable(void) { noise = 0; }
uint32_t esp_random(void) { return 0x01020304; }

void esp_fill_random(void *buffer, size_t n) {
    noise ? stub_noisy_fills++ : stub_quiet_fills++;
    memset(buffer, 0x5a, n);
}

esp_reset_reason_t esp_reset_reason(void) { return ESP_RST_PANIC; }

/* In bytes, from the environment; one variable when it is asked for the first time, another one from then on. */
size_t heap_caps_get_largest_free_block(uint32_t capabilities) {
    static int asked;
    const char *largest = getenv(asked++ ? "STUB_LARGEST_BLOCK" : "STUB_FIRST_BLOCK");
    return capabilities != MALLOC_CAP_DEFAULT ? 0 : largest ? (size_t)atol(largest) : 1 << 20;
}

/* A storage with one handle to give, none with STUB_WRITES=none, and as many writes in it as STUB_WRITES says. */
static int32_t stored, written;
static int opened, writes;

esp_err_t nvs_open(const char *name, nvs_open_mode_t mode, nvs_handle_t *handle) {
    const char *max = getenv("STUB_WRITES");
    if (opened++ || (max && !strcmp(max, "none"))) return 1;
    *handle = 1;
    return strcmp(name, "sovelma") || mode != NVS_READWRITE;
}

esp_err_t nvs_get_i32(nvs_handle_t handle, const char *key, int32_t *value) {
    *value = stored;
    return handle != 1 || !writes || strcmp(key, "faults");
}

esp_err_t nvs_set_i32(nvs_handle_t handle, const char *key, int32_t value) {
    const char *max = getenv("STUB_WRITES");
    if (handle != 1 || (max && writes >= atoi(max)) || strcmp(key, "faults")) return 1;
    written = value;
    return ESP_OK;
}

esp_err_t nvs_commit(nvs_handle_t handle) {
    if (handle != 1) return 1;
    stored = written;
    writes++;
    return ESP_OK;
}

static const esp_partition_t partitions[] = { { 0x370000, 0x20000, "mod_0" }, { 0x390000, 0x20000, "mod_1" }, { 0, 4096, "third" } };
static uint8_t flash[3][0x20000];
int stub_mapped;

const esp_partition_t *esp_partition_find_first(esp_partition_type_t type, esp_partition_subtype_t subtype, const char *label) {
    for (int i = 0; i < 3; i++)
        if (type == ESP_PARTITION_TYPE_DATA && subtype == ESP_PARTITION_SUBTYPE_ANY && !strcmp(partitions[i].label, label))
            return &partitions[i];
    return NULL;
}

esp_err_t esp_partition_mmap(const esp_partition_t *partition, size_t offset, size_t size, esp_partition_mmap_memory_t memory,
    const void **start, esp_partition_mmap_handle_t *handle) {
    if (offset || size != partition->size || memory != ESP_PARTITION_MMAP_DATA) return 1;
    memset(flash[partition - partitions], partition->label[4], size);
    *start = flash[partition - partitions];
    *handle = (esp_partition_mmap_handle_t)++stub_mapped;
    return ESP_OK;
}

int lwip_socket(int domain, int type, int protocol) {
    stub_socket();
    return socket(domain, type, protocol);
}
int lwip_bind(int s, const struct sockaddr *name, socklen_t namelen) { return bind(s, name, namelen); }
int lwip_connect(int s, const struct sockaddr *name, socklen_t namelen) { return connect(s, name, namelen); }
ssize_t lwip_recv(int s, void *mem, size_t len, int flags) { return recv(s, mem, len, flags); }
ssize_t lwip_send(int s, const void *data, size_t size, int flags) { return send(s, data, size, flags); }
int lwip_close(int s) { return close(s); }
int lwip_shutdown(int s, int how) { return shutdown(s, how); }
int lwip_fcntl(int s, int cmd, int val) { return fcntl(s, cmd, val); }
int lwip_setsockopt(int s, int level, int name, const void *value, socklen_t length) { return setsockopt(s, level, name, value, length); }
int lwip_getsockopt(int s, int level, int name, void *value, socklen_t *length) { return getsockopt(s, level, name, value, length); }

int lwip_select(int end, fd_set *readable, fd_set *writable, fd_set *failed, struct timeval *limit) {
    return select(end, readable, writable, failed, limit);
}
