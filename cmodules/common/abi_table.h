/* generated from firmware/abi.toml by tools/generate/gen_abi.py: do not edit */
#ifndef SOVELMA_ABI_TABLE_H
#define SOVELMA_ABI_TABLE_H

#include <stdint.h>

#define ABI_MODULE "sovelma"
#define ABI_VERSION_MAJOR 1
#define ABI_VERSION_MINOR 1
#define ABI_COUNT 49
#define ABI_FUEL_PER_SLASH 6000

enum {
    ABI_ERR_BADCAP = -1,
    ABI_ERR_REVOKED = -2,
    ABI_ERR_DENIED = -3,
    ABI_ERR_INVAL = -4,
    ABI_ERR_NOTFOUND = -5,
    ABI_ERR_EXISTS = -6,
    ABI_ERR_AGAIN = -7,
    ABI_ERR_TIMEOUT = -8,
    ABI_ERR_DEAD = -9,
    ABI_ERR_QUOTA = -10,
    ABI_ERR_NOMEM = -11,
    ABI_ERR_IO = -12,
    ABI_ERR_UNSUPPORTED = -13,
    ABI_ERR_BUSY = -14,
    ABI_ERR_TOOBIG = -15,
    ABI_ERR_REFUSED = -16,
    ABI_ERR_UNREACHABLE = -17,
    ABI_ERR_RESET = -18,
    ABI_ERR_NOSPACE = -19,
    ABI_ERR_CLOSED = -20,
};

enum {
    ABI_KIND_DIRECTORY = 1,
    ABI_KIND_FILE = 2,
    ABI_KIND_NETWORK = 4,
    ABI_KIND_SOCKET = 8,
    ABI_KIND_PIN = 16,
    ABI_KIND_ENDPOINT = 32,
    ABI_KIND_NOTIFICATION = 64,
    ABI_KIND_MUTEX = 128,
    ABI_KIND_SEMAPHORE = 256,
    ABI_KIND_MEMORY = 512,
    ABI_KIND_TIMER = 1024,
    ABI_KIND_IRQ = 2048,
    ABI_KIND_TASK = 4096,
    ABI_RIGHT_READ = 1,
    ABI_RIGHT_WRITE = 2,
    ABI_RIGHT_CREATE = 4,
    ABI_RIGHT_GRANT = 8,
    ABI_LOG_ERROR = 0,
    ABI_LOG_WARNING = 1,
    ABI_LOG_INFO = 2,
    ABI_LOG_DEBUG = 3,
    ABI_CLOCK_MONOTONIC = 0,
    ABI_CLOCK_UTC = 1,
    ABI_OPEN_READ = 1,
    ABI_OPEN_WRITE = 2,
    ABI_OPEN_CREATE = 4,
    ABI_OPEN_TRUNCATE = 8,
    ABI_OPEN_APPEND = 16,
    ABI_OPEN_DIRECTORY = 32,
    ABI_NET_TLS = 1,
    ABI_NET_UDP = 2,
    ABI_IPC_ACCEPT = 1,
};

enum {
    ABI_NR_SP_YIELD = 0,
    ABI_NR_SP_SLEEP = 1,
    ABI_NR_SP_LOG = 2,
    ABI_NR_SP_EXIT = 3,
    ABI_NR_SP_TIME = 4,
    ABI_NR_SP_RANDOM = 5,
    ABI_NR_SP_MEMORY_BYTES = 6,
    ABI_NR_SP_CAP_FIND = 7,
    ABI_NR_SP_FS_OPEN = 8,
    ABI_NR_SP_FS_READ = 9,
    ABI_NR_SP_FS_WRITE = 10,
    ABI_NR_SP_FS_SIZE = 11,
    ABI_NR_SP_FS_CLOSE = 12,
    ABI_NR_SP_GPIO_READ = 13,
    ABI_NR_SP_GPIO_WRITE = 14,
    ABI_NR_SP_NET_CONNECT = 15,
    ABI_NR_SP_NET_SEND = 16,
    ABI_NR_SP_NET_RECV = 17,
    ABI_NR_SP_NET_CLOSE = 18,
    ABI_NR_SP_CAP_LIST = 19,
    ABI_NR_SP_CAP_INFO = 20,
    ABI_NR_SP_CAP_DERIVE = 21,
    ABI_NR_SP_CAP_DROP = 22,
    ABI_NR_SP_CAP_REVOKE = 23,
    ABI_NR_SP_IPC_CALL = 24,
    ABI_NR_SP_IPC_RECEIVE = 25,
    ABI_NR_SP_IPC_REPLY = 26,
    ABI_NR_SP_NOTIFY_SIGNAL = 27,
    ABI_NR_SP_NOTIFY_WAIT = 28,
    ABI_NR_SP_NOTIFY_BIND = 29,
    ABI_NR_SP_SYNC_LOCK = 30,
    ABI_NR_SP_SYNC_UNLOCK = 31,
    ABI_NR_SP_SYNC_TAKE = 32,
    ABI_NR_SP_SYNC_GIVE = 33,
    ABI_NR_SP_SLEEP_UNTIL = 34,
    ABI_NR_SP_CAP_CREATE = 35,
    ABI_NR_SP_MEM_READ = 36,
    ABI_NR_SP_MEM_WRITE = 37,
    ABI_NR_SP_MEM_SIZE = 38,
    ABI_NR_SP_MEM_DERIVE = 39,
    ABI_NR_SP_TIMER_SET = 40,
    ABI_NR_SP_TIMER_WAIT = 41,
    ABI_NR_SP_TIMER_BIND = 42,
    ABI_NR_SP_IRQ_WAIT = 43,
    ABI_NR_SP_IRQ_BIND = 44,
    ABI_NR_SP_TASK_WAIT = 45,
    ABI_NR_SP_TASK_BIND = 46,
    ABI_NR_SP_TASK_START = 47,
    ABI_NR_SP_TASK_STOP = 48,
};

enum abi_kind { ABI_INT, ABI_CAP, ABI_FLAGS, ABI_SLICE_IN, ABI_SLICE_OUT, ABI_ANY, ABI_TIME };

/* min, max: INT: its range; FLAGS: max = mask of the known bits; SLICE: max = limit in bytes, min = 1
   where a longer one is shortened, 0 where it is refused with TOOBIG; CAP: anything outside becomes 0. */
struct abi_argument {
    uint8_t kind;
    uint8_t first;      /* index of its first wasm argument; a slice has two */
    int16_t min;
    int32_t max;
};

struct abi_call {
    const char *name;   /* without sp_ in front */
    char result;        /* v none, i i32, I i64 */
    uint8_t first_argument; /* in abi_arguments */
    uint8_t argument_count : 4;
    uint8_t in_runtime : 1; /* answered in C, never reaches the kernel */
    uint8_t pays_for_slashes : 1; /* ABI_FUEL_PER_SLASH for each */
    uint16_t fuel, fuel_per_16_bytes;
    uint32_t needs;     /* of the capability in argument 0: bits 0-15 any of these kinds, above all of these rights */
};

/* of all calls, one after the other */
static const struct abi_argument abi_arguments[] = {
    { ABI_INT, 0, 0, 536870911 }, /* sp_sleep */
    { ABI_INT, 0, 0, 3 }, { ABI_SLICE_IN, 1, 1, 256 }, /* sp_log */
    { ABI_ANY, 0, 0, 0 }, /* sp_exit */
    { ABI_INT, 0, 0, 1 }, /* sp_time */
    { ABI_SLICE_OUT, 0, 1, 256 }, /* sp_random */
    { ABI_SLICE_IN, 0, 0, 64 }, /* sp_cap_find */
    { ABI_CAP, 0, 1, 1073741823 }, { ABI_SLICE_IN, 1, 0, 255 }, { ABI_FLAGS, 3, 0, 63 }, /* sp_fs_open */
    { ABI_CAP, 0, 1, 1073741823 }, { ABI_SLICE_OUT, 1, 1, 4096 }, { ABI_INT, 3, -1, 1073741823 }, /* sp_fs_read */
    { ABI_CAP, 0, 1, 1073741823 }, { ABI_SLICE_IN, 1, 1, 4096 }, { ABI_INT, 3, -1, 1073741823 }, /* sp_fs_write */
    { ABI_CAP, 0, 1, 1073741823 }, /* sp_fs_size */
    { ABI_CAP, 0, 1, 1073741823 }, /* sp_fs_close */
    { ABI_CAP, 0, 1, 1073741823 }, /* sp_gpio_read */
    { ABI_CAP, 0, 1, 1073741823 }, { ABI_INT, 1, 0, 1 }, /* sp_gpio_write */
    { ABI_CAP, 0, 1, 1073741823 }, { ABI_SLICE_IN, 1, 0, 253 }, { ABI_INT, 3, 1, 65535 }, { ABI_FLAGS, 4, 0, 3 }, { ABI_INT, 5, -1, 536870911 }, /* sp_net_connect */
    { ABI_CAP, 0, 1, 1073741823 }, { ABI_SLICE_IN, 1, 1, 4096 }, { ABI_INT, 3, -1, 536870911 }, /* sp_net_send */
    { ABI_CAP, 0, 1, 1073741823 }, { ABI_SLICE_OUT, 1, 1, 4096 }, { ABI_INT, 3, -1, 536870911 }, /* sp_net_recv */
    { ABI_CAP, 0, 1, 1073741823 }, /* sp_net_close */
    { ABI_SLICE_OUT, 0, 1, 1020 }, /* sp_cap_list */
    { ABI_CAP, 0, 1, 1073741823 }, { ABI_SLICE_OUT, 1, 1, 72 }, /* sp_cap_info */
    { ABI_CAP, 0, 1, 1073741823 }, { ABI_FLAGS, 1, 0, 15 }, /* sp_cap_derive */
    { ABI_CAP, 0, 1, 1073741823 }, /* sp_cap_drop */
    { ABI_CAP, 0, 1, 1073741823 }, /* sp_cap_revoke */
    { ABI_CAP, 0, 1, 1073741823 }, { ABI_SLICE_IN, 1, 0, 256 }, { ABI_SLICE_OUT, 3, 1, 272 }, { ABI_ANY, 5, 0, 0 }, { ABI_FLAGS, 6, 0, 1 }, { ABI_INT, 7, -1, 536870911 }, /* sp_ipc_call */
    { ABI_CAP, 0, 1, 1073741823 }, { ABI_SLICE_OUT, 1, 1, 272 }, { ABI_FLAGS, 3, 0, 1 }, { ABI_INT, 4, -1, 536870911 }, /* sp_ipc_receive */
    { ABI_CAP, 0, 1, 1073741823 }, { ABI_ANY, 1, 0, 0 }, { ABI_SLICE_IN, 2, 0, 256 }, { ABI_ANY, 4, 0, 0 }, /* sp_ipc_reply */
    { ABI_CAP, 0, 1, 1073741823 }, { ABI_INT, 1, 1, 1073741823 }, /* sp_notify_signal */
    { ABI_CAP, 0, 1, 1073741823 }, { ABI_INT, 1, 1, 1073741823 }, { ABI_INT, 2, -1, 536870911 }, /* sp_notify_wait */
    { ABI_CAP, 0, 1, 1073741823 }, { ABI_ANY, 1, 0, 0 }, /* sp_notify_bind */
    { ABI_CAP, 0, 1, 1073741823 }, { ABI_INT, 1, -1, 536870911 }, /* sp_sync_lock */
    { ABI_CAP, 0, 1, 1073741823 }, /* sp_sync_unlock */
    { ABI_CAP, 0, 1, 1073741823 }, { ABI_INT, 1, -1, 536870911 }, /* sp_sync_take */
    { ABI_CAP, 0, 1, 1073741823 }, { ABI_INT, 1, 1, 1073741823 }, /* sp_sync_give */
    { ABI_TIME, 0, 0, 0 }, /* sp_sleep_until */
    { ABI_ANY, 0, 0, 0 }, { ABI_INT, 1, 0, 1073741823 }, /* sp_cap_create */
    { ABI_CAP, 0, 1, 1073741823 }, { ABI_SLICE_OUT, 1, 1, 4096 }, { ABI_INT, 3, 0, 65535 }, /* sp_mem_read */
    { ABI_CAP, 0, 1, 1073741823 }, { ABI_SLICE_IN, 1, 1, 4096 }, { ABI_INT, 3, 0, 65535 }, /* sp_mem_write */
    { ABI_CAP, 0, 1, 1073741823 }, /* sp_mem_size */
    { ABI_CAP, 0, 1, 1073741823 }, { ABI_INT, 1, 0, 65535 }, { ABI_INT, 2, 1, 65535 }, { ABI_FLAGS, 3, 0, 15 }, /* sp_mem_derive */
    { ABI_CAP, 0, 1, 1073741823 }, { ABI_TIME, 1, 0, 0 }, { ABI_INT, 2, 0, 1073741823 }, /* sp_timer_set */
    { ABI_CAP, 0, 1, 1073741823 }, { ABI_INT, 1, -1, 536870911 }, /* sp_timer_wait */
    { ABI_CAP, 0, 1, 1073741823 }, { ABI_ANY, 1, 0, 0 }, { ABI_INT, 2, 1, 1073741823 }, /* sp_timer_bind */
    { ABI_CAP, 0, 1, 1073741823 }, { ABI_INT, 1, -1, 536870911 }, /* sp_irq_wait */
    { ABI_CAP, 0, 1, 1073741823 }, { ABI_ANY, 1, 0, 0 }, { ABI_INT, 2, 1, 1073741823 }, /* sp_irq_bind */
    { ABI_CAP, 0, 1, 1073741823 }, { ABI_INT, 1, -1, 536870911 }, /* sp_task_wait */
    { ABI_CAP, 0, 1, 1073741823 }, { ABI_ANY, 1, 0, 0 }, { ABI_INT, 2, 1, 1073741823 }, /* sp_task_bind */
    { ABI_CAP, 0, 1, 1073741823 }, /* sp_task_start */
    { ABI_CAP, 0, 1, 1073741823 }, /* sp_task_stop */
};

/* indexed by number */
static const struct abi_call abi_calls[ABI_COUNT] = {
    { "yield", .result = 'i', .first_argument = 0, .argument_count = 0,
      .fuel = 320, .fuel_per_16_bytes = 0, .in_runtime = 0 },
    { "sleep", .result = 'i', .first_argument = 0, .argument_count = 1,
      .fuel = 1500, .fuel_per_16_bytes = 0, .in_runtime = 0 },
    { "log", .result = 'i', .first_argument = 1, .argument_count = 2,
      .fuel = 4200, .fuel_per_16_bytes = 110, .in_runtime = 0 },
    { "exit", .result = 'v', .first_argument = 3, .argument_count = 1,
      .fuel = 40, .fuel_per_16_bytes = 0, .in_runtime = 1 },
    { "time", .result = 'I', .first_argument = 4, .argument_count = 1,
      .fuel = 750, .fuel_per_16_bytes = 0, .in_runtime = 0 },
    { "random", .result = 'i', .first_argument = 5, .argument_count = 1,
      .fuel = 2000, .fuel_per_16_bytes = 150, .in_runtime = 0 },
    { "memory_bytes", .result = 'i', .first_argument = 6, .argument_count = 0,
      .fuel = 40, .fuel_per_16_bytes = 0, .in_runtime = 1 },
    { "cap_find", .result = 'i', .first_argument = 6, .argument_count = 1,
      .fuel = 3800, .fuel_per_16_bytes = 0, .in_runtime = 0 },
    { "fs_open", .result = 'i', .first_argument = 7, .argument_count = 3,
      .fuel = 18000, .fuel_per_16_bytes = 50, .pays_for_slashes = 1, .in_runtime = 0, .needs = 1 },
    { "fs_read", .result = 'i', .first_argument = 10, .argument_count = 3,
      .fuel = 2000, .fuel_per_16_bytes = 27, .in_runtime = 0, .needs = 65538 },
    { "fs_write", .result = 'i', .first_argument = 13, .argument_count = 3,
      .fuel = 3000, .fuel_per_16_bytes = 27, .in_runtime = 0, .needs = 131074 },
    { "fs_size", .result = 'i', .first_argument = 16, .argument_count = 1,
      .fuel = 700, .fuel_per_16_bytes = 0, .in_runtime = 0, .needs = 2 },
    { "fs_close", .result = 'i', .first_argument = 17, .argument_count = 1,
      .fuel = 2500, .fuel_per_16_bytes = 0, .in_runtime = 0, .needs = 3 },
    { "gpio_read", .result = 'i', .first_argument = 18, .argument_count = 1,
      .fuel = 1100, .fuel_per_16_bytes = 0, .in_runtime = 0, .needs = 65552 },
    { "gpio_write", .result = 'i', .first_argument = 19, .argument_count = 2,
      .fuel = 1800, .fuel_per_16_bytes = 0, .in_runtime = 0, .needs = 131088 },
    { "net_connect", .result = 'i', .first_argument = 21, .argument_count = 5,
      .fuel = 60000, .fuel_per_16_bytes = 0, .in_runtime = 0, .needs = 4 },
    { "net_send", .result = 'i', .first_argument = 26, .argument_count = 3,
      .fuel = 7500, .fuel_per_16_bytes = 14, .in_runtime = 0, .needs = 131080 },
    { "net_recv", .result = 'i', .first_argument = 29, .argument_count = 3,
      .fuel = 2600, .fuel_per_16_bytes = 14, .in_runtime = 0, .needs = 65544 },
    { "net_close", .result = 'i', .first_argument = 32, .argument_count = 1,
      .fuel = 15000, .fuel_per_16_bytes = 0, .in_runtime = 0, .needs = 8 },
    { "cap_list", .result = 'i', .first_argument = 33, .argument_count = 1,
      .fuel = 700, .fuel_per_16_bytes = 10, .in_runtime = 0 },
    { "cap_info", .result = 'i', .first_argument = 34, .argument_count = 2,
      .fuel = 1000, .fuel_per_16_bytes = 0, .in_runtime = 0, .needs = 65535 },
    { "cap_derive", .result = 'i', .first_argument = 36, .argument_count = 2,
      .fuel = 250, .fuel_per_16_bytes = 0, .in_runtime = 0, .needs = 65535 },
    { "cap_drop", .result = 'i', .first_argument = 38, .argument_count = 1,
      .fuel = 250, .fuel_per_16_bytes = 0, .in_runtime = 0, .needs = 65535 },
    { "cap_revoke", .result = 'i', .first_argument = 39, .argument_count = 1,
      .fuel = 250, .fuel_per_16_bytes = 0, .in_runtime = 0, .needs = 65535 },
    { "ipc_call", .result = 'i', .first_argument = 40, .argument_count = 6,
      .fuel = 400, .fuel_per_16_bytes = 10, .in_runtime = 0, .needs = 131104 },
    { "ipc_receive", .result = 'i', .first_argument = 46, .argument_count = 4,
      .fuel = 400, .fuel_per_16_bytes = 10, .in_runtime = 0, .needs = 65568 },
    { "ipc_reply", .result = 'i', .first_argument = 50, .argument_count = 4,
      .fuel = 400, .fuel_per_16_bytes = 10, .in_runtime = 0, .needs = 65568 },
    { "notify_signal", .result = 'i', .first_argument = 54, .argument_count = 2,
      .fuel = 300, .fuel_per_16_bytes = 0, .in_runtime = 0, .needs = 131136 },
    { "notify_wait", .result = 'i', .first_argument = 56, .argument_count = 3,
      .fuel = 300, .fuel_per_16_bytes = 0, .in_runtime = 0, .needs = 65600 },
    { "notify_bind", .result = 'i', .first_argument = 59, .argument_count = 2,
      .fuel = 300, .fuel_per_16_bytes = 0, .in_runtime = 0, .needs = 65600 },
    { "sync_lock", .result = 'i', .first_argument = 61, .argument_count = 2,
      .fuel = 300, .fuel_per_16_bytes = 0, .in_runtime = 0, .needs = 131200 },
    { "sync_unlock", .result = 'i', .first_argument = 63, .argument_count = 1,
      .fuel = 300, .fuel_per_16_bytes = 0, .in_runtime = 0, .needs = 131200 },
    { "sync_take", .result = 'i', .first_argument = 64, .argument_count = 2,
      .fuel = 300, .fuel_per_16_bytes = 0, .in_runtime = 0, .needs = 65792 },
    { "sync_give", .result = 'i', .first_argument = 66, .argument_count = 2,
      .fuel = 300, .fuel_per_16_bytes = 0, .in_runtime = 0, .needs = 131328 },
    { "sleep_until", .result = 'i', .first_argument = 68, .argument_count = 1,
      .fuel = 900, .fuel_per_16_bytes = 0, .in_runtime = 0 },
    { "cap_create", .result = 'i', .first_argument = 69, .argument_count = 2,
      .fuel = 3400, .fuel_per_16_bytes = 0, .in_runtime = 0 },
    { "mem_read", .result = 'i', .first_argument = 71, .argument_count = 3,
      .fuel = 400, .fuel_per_16_bytes = 14, .in_runtime = 0, .needs = 66048 },
    { "mem_write", .result = 'i', .first_argument = 74, .argument_count = 3,
      .fuel = 400, .fuel_per_16_bytes = 14, .in_runtime = 0, .needs = 131584 },
    { "mem_size", .result = 'i', .first_argument = 77, .argument_count = 1,
      .fuel = 300, .fuel_per_16_bytes = 0, .in_runtime = 0, .needs = 512 },
    { "mem_derive", .result = 'i', .first_argument = 78, .argument_count = 4,
      .fuel = 300, .fuel_per_16_bytes = 0, .in_runtime = 0, .needs = 512 },
    { "timer_set", .result = 'i', .first_argument = 82, .argument_count = 3,
      .fuel = 480, .fuel_per_16_bytes = 0, .in_runtime = 0, .needs = 132096 },
    { "timer_wait", .result = 'i', .first_argument = 85, .argument_count = 2,
      .fuel = 400, .fuel_per_16_bytes = 0, .in_runtime = 0, .needs = 66560 },
    { "timer_bind", .result = 'i', .first_argument = 87, .argument_count = 3,
      .fuel = 400, .fuel_per_16_bytes = 0, .in_runtime = 0, .needs = 66560 },
    { "irq_wait", .result = 'i', .first_argument = 90, .argument_count = 2,
      .fuel = 400, .fuel_per_16_bytes = 0, .in_runtime = 0, .needs = 67584 },
    { "irq_bind", .result = 'i', .first_argument = 92, .argument_count = 3,
      .fuel = 400, .fuel_per_16_bytes = 0, .in_runtime = 0, .needs = 67584 },
    { "task_wait", .result = 'i', .first_argument = 95, .argument_count = 2,
      .fuel = 400, .fuel_per_16_bytes = 0, .in_runtime = 0, .needs = 69632 },
    { "task_bind", .result = 'i', .first_argument = 97, .argument_count = 3,
      .fuel = 400, .fuel_per_16_bytes = 0, .in_runtime = 0, .needs = 69632 },
    { "task_start", .result = 'i', .first_argument = 100, .argument_count = 1,
      .fuel = 8000, .fuel_per_16_bytes = 0, .in_runtime = 0, .needs = 135168 },
    { "task_stop", .result = 'i', .first_argument = 101, .argument_count = 1,
      .fuel = 40000, .fuel_per_16_bytes = 0, .in_runtime = 0, .needs = 135168 },
};

#endif
