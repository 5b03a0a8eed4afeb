"""The ABI in numbers: generated from firmware/abi.toml by tools/generate/gen_abi.py: do not edit."""

MAJOR = const(1)
MINOR = const(1)

BADCAP = const(-1)
REVOKED = const(-2)
DENIED = const(-3)
INVAL = const(-4)
NOTFOUND = const(-5)
EXISTS = const(-6)
AGAIN = const(-7)
TIMEOUT = const(-8)
DEAD = const(-9)
QUOTA = const(-10)
NOMEM = const(-11)
IO = const(-12)
UNSUPPORTED = const(-13)
BUSY = const(-14)
TOOBIG = const(-15)
REFUSED = const(-16)
UNREACHABLE = const(-17)
RESET = const(-18)
NOSPACE = const(-19)
CLOSED = const(-20)

# kinds of object and rights: bit masks
KIND_DIRECTORY = const(1)
KIND_FILE = const(2)
KIND_NETWORK = const(4)
KIND_SOCKET = const(8)
KIND_PIN = const(16)
RIGHT_READ = const(1)
RIGHT_WRITE = const(2)
RIGHT_CREATE = const(4)
RIGHTS_SHIFT = const(16)

LOG_ERROR = const(0)
LOG_WARNING = const(1)
LOG_INFO = const(2)
LOG_DEBUG = const(3)
CLOCK_MONOTONIC = const(0)
CLOCK_UTC = const(1)
OPEN_READ = const(1)
OPEN_WRITE = const(2)
OPEN_CREATE = const(4)
OPEN_TRUNCATE = const(8)
OPEN_APPEND = const(16)
OPEN_DIRECTORY = const(32)
NET_TLS = const(1)
NET_UDP = const(2)

# numbers of the calls; the tuples below are indexed by them
NR_YIELD = const(0)
NR_SLEEP = const(1)
NR_LOG = const(2)
NR_EXIT = const(3)
NR_TIME = const(4)
NR_RANDOM = const(5)
NR_MEMORY_BYTES = const(6)
NR_CAP_FIND = const(7)
NR_FS_OPEN = const(8)
NR_FS_READ = const(9)
NR_FS_WRITE = const(10)
NR_FS_SIZE = const(11)
NR_FS_CLOSE = const(12)
NR_GPIO_READ = const(13)
NR_GPIO_WRITE = const(14)
NR_NET_CONNECT = const(15)
NR_NET_SEND = const(16)
NR_NET_RECV = const(17)
NR_NET_CLOSE = const(18)
NR_CAP_LIST = const(19)
NR_CAP_INFO = const(20)
NR_CAP_DERIVE = const(21)
NR_CAP_DROP = const(22)
NR_CAP_REVOKE = const(23)

NAMES = ("sp_yield", "sp_sleep", "sp_log", "sp_exit", "sp_time", "sp_random", "sp_memory_bytes", "sp_cap_find",
    "sp_fs_open", "sp_fs_read", "sp_fs_write", "sp_fs_size", "sp_fs_close", "sp_gpio_read", "sp_gpio_write",
    "sp_net_connect", "sp_net_send", "sp_net_recv", "sp_net_close", "sp_cap_list", "sp_cap_info", "sp_cap_derive",
    "sp_cap_drop", "sp_cap_revoke",)
# of the capability in argument 0: bits 0-15 any of these kinds, above all of these rights; 0: no capability
NEEDS = (0, 0, 0, 0, 0, 0, 0, 0, 1, 65538, 131074, 2, 3, 65552, 131088, 4, 131080, 65544, 8, 0, 65535, 65535, 65535,
    65535,)
# answered by the runtime, never by the kernel
IN_RUNTIME = bytes((0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
ERRORS = ("BADCAP", "REVOKED", "DENIED", "INVAL", "NOTFOUND", "EXISTS", "AGAIN", "TIMEOUT", "DEAD", "QUOTA", "NOMEM",
    "IO", "UNSUPPORTED", "BUSY", "TOOBIG", "REFUSED", "UNREACHABLE", "RESET", "NOSPACE", "CLOSED",)   # ERRORS[-1 - code]
