"""HAL of MicroPython's unix port: a program on a PC.

Invariant: `now`, `ticks`, `clock`, `idle` and `write` allocate nothing, because every slice calls them.
"""
import uos as os
import sys
import termios
import utime as time
# After `catch_interrupts`, Ctrl-C makes `interrupted` return True once. After `ignore_interrupts` it does nothing. A program started
# with `-m` begins with the signal's default, which ends the program.
from interrupts import watch as catch_interrupts, ignore as ignore_interrupts, seen as interrupted
import hostfs as storage
from abi import DENIED
from hal.common.simulated import NUMBERS as PINS, advance, edges, pin, picture, pins_off, simulate
from hal.common.files import *
from hal.common.no_prompt import *
from hal.common.sockets import *

TICKS_MASK = const(0x3FFFFFFF)  # the period of the tick counter on 32-bit ports, so that all ports share the same code

# Fuel of a slice of at most 2 ms of wall time. It is a constant, so that two runs schedule alike. The slowest instructions
# (divisions, calls of small functions) take about 10 ns on a PC of 2015, ordinary ones 1 to 2.
SLICE = const(200_000)

REBOOT_STATUS = const(3)        # exit status of the program when a task's fault policy reboots the machine

_random = open("/dev/urandom", "rb")
_output = sys.stdout.buffer


def ticks():
    """Returns milliseconds since an arbitrary moment, modulo 2^30."""
    return time.ticks_ms() & TICKS_MASK


# Microseconds since an arbitrary moment. A 64-bit MicroPython counts them in 62 bits, which never wrap.
microseconds = now = time.ticks_us


def clock(number):
    """Returns microseconds. 0: since an arbitrary moment; 1: since 1970-01-01 00:00 UTC. Allocates nothing."""
    return time.ticks_us() if number == 0 else time.ticks_us() + _utc_offset


def _set_utc_offset():
    # Reading the system's clock makes objects, so it is read at the start and again while the machine is idle.
    global _utc_offset, _utc_read
    _utc_read = time.ticks_us()
    _utc_offset = time.time_ns() // 1000 - _utc_read


_set_utc_offset()


def random(buffer, n):
    """Fills buffer[:n] from the operating system's generator. Raises OSError if that fails."""
    if _random.readinto(buffer, n) != n:
        raise OSError("short read from /dev/urandom")


def idle(us):
    """Sleeps for `us` microseconds, or with -1 for ever. A signal, or a socket that a task waits for, ends the sleep early.

    Returns True if a socket is ready, see `poll`. Ctrl-C raises KeyboardInterrupt.
    """
    if time.ticks_us() - _utc_read > 1_000_000:
        _set_utc_offset()       # the system's clock may have been set
    return sleep(us)


def write(buffer, n):
    """Writes buffer[:n] to the console."""
    _output.write(buffer, n)


def terminal():
    """Returns True if standard input and output are both terminals."""
    try:
        termios.tcgetattr(0)
        termios.tcgetattr(1)
        return True
    except OSError:
        return False


def prompt_at_exit():
    """Makes MicroPython's prompt follow the program: the port reads this variable when the program ends."""
    os.putenv("MICROPYINSPECT", "1")


def reboot():
    """Ends the program with REBOOT_STATUS, since a program cannot restart the machine."""
    sys.exit(REBOOT_STATUS)


def is_below(path, directory):
    """Returns True if a file is in a directory or anywhere below it, whatever names and links lead to them. Raises OSError."""
    wanted = os.stat(directory)[1:3]            # inode and device
    above, slash, name = path.rpartition("/")
    here = above + slash or "./"
    if name:
        root = storage.root(here)
        kind = storage.kind(root, name.encode())
        storage.close(root)
        if kind == DENIED:                      # a link, which may lead anywhere
            return True
    while True:
        place = os.stat(here)[1:3]
        if place == wanted:
            return True
        here += "../"
        if os.stat(here)[1:3] == place:         # the root is its own parent
            return False


def nameservers():
    """Returns a list of the machine's DNS servers, as "address" or "address:port". Reads a file; raises nothing."""
    servers = []
    try:
        with open("/etc/resolv.conf") as stream:
            for line in stream:
                words = line.split()
                if len(words) > 1 and words[0] == "nameserver":
                    servers.append(words[1])
    except OSError:
        pass
    return servers
