"""HAL of the ESP32-C3 under MicroPython's esp32 port. Its parts: `heartbeat` (timer, watchdog), `radio` (Wi-Fi),
`flash` (file systems, counters, updates), `hal.common.sockets`.

Invariant: `now`, `ticks`, `clock`, `idle` and `write` allocate nothing, because every slice calls them.
"""
import esp32c3
import machine
import micropython
import select
import sys
import utime as time
from hal.esp32 import heartbeat
from hal.common import storage
from hal.common.files import *
from hal.common.storage import is_below

# A firmware without radio does not import `network`: the import starts lwIP, and its memory belongs to the tasks.
if esp32c3.RADIO:
    import network
    from hal.common.sockets import *
    from hal.common.sockets import sleep as _ready
else:
    from hal.common.no_network import *

TICKS_MASK = const(0x3FFFFFFF)

# Fuel of a slice: 2 ms if one unit takes 30 cycles at 160 MHz. Ordinary instructions take fewer cycles. A division of 64-bit
# floats takes about 600, so a task that does nothing but divide delays the others for longer.
SLICE = const(10_000)

# Pins a task may be given. Excluded: 11 to 17 are wired to the flash memory, 18 and 19 are the USB console, 20 and 21 the
# other console. Pins 2, 8 and 9 are strapping pins. They may drive lamps and buttons, as on most boards, but a circuit that
# holds 9 or 2 low at reset keeps the firmware from starting.
PINS = (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)

_NAP = const(10_000)            # us between polls of the UART console while no task is ready
_SLEEP_MIN = const(50_000)    # us: shortest idle time worth a light sleep, which takes about 2 ms to begin and end
_MODES = {"in": machine.Pin.IN, "out": machine.Pin.OUT}
_PULLS = {None: None, "up": machine.Pin.PULL_UP, "down": machine.Pin.PULL_DOWN}

light_sleep = False             # whether an idle machine goes to light sleep; the USB console is off during the sleep
_used = {}                      # {number: (pin, mode)} of the pins set up
_console = select.poll()
_console.register(sys.stdin, select.POLLIN)

esp32c3.seed()                     # has to come before any use of the radio or the ADC
microseconds = esp32c3.microseconds
now = esp32c3.now
random = esp32c3.random
edges = esp32c3.edges
behind = heartbeat.behind
_time = bytearray(8)


def clock(number):
    """Returns microseconds as 8 bytes that the next call overwrites. 0: since the chip started; 1: since 1970, or None if not set."""
    return esp32c3.clock(number, _time)


def ticks():
    """Returns milliseconds since an arbitrary moment, modulo 2^30."""
    return time.ticks_ms() & TICKS_MASK


def idle(us):
    """Sleeps for `us` microseconds, or with -1 until an event: an edge of a pin, a socket, a key, a callback or thread of MicroPython.

    Returns True if a socket is ready. May return early. Ctrl-C raises KeyboardInterrupt.
    """
    if watched() and _ready(0):
        return True
    for _ in _console.ipoll(0):
        return False
    if light_sleep and us >= _SLEEP_MIN and not watched():
        machine.lightsleep(us // 1000)
        return False
    esp32c3.wait(_NAP if us < 0 or us > _NAP else us)
    return False


def typed():
    """Returns True if a key was pressed and not read yet; False while a program (mpremote) has the console."""
    for _ in _console.ipoll(0):
        return not esp32c3.raw_repl()
    return False


def swallow_key():
    """Reads the key that `typed` reported. It only opens the prompt and is not part of the first line."""
    sys.stdin.buffer.read(1)


def forget_keys():
    """Discards the keys typed so far, such as the line feed after the carriage return of a command."""
    while typed():
        swallow_key()


def write(buffer, n):
    """Writes buffer[:n] to the console. Drops the output of tasks while a program (mpremote) talks to the prompt, because the
    program would take it for the answer.
    """
    if not (heartbeat.inside and esp32c3.raw_repl()):
        sys.stdout.write(buffer, n)


def terminal():
    """Returns True: the board cannot know whether a user is there, and the prompt follows in any case."""
    return True


def catch_interrupts():
    """Makes Ctrl-C raise KeyboardInterrupt from now on."""
    micropython.kbd_intr(3)


def interrupted():
    """Returns False: on this port Ctrl-C raises an exception."""
    return False


def ignore_interrupts():
    """Ignores Ctrl-C from now on, until `catch_interrupts` or until the prompt runs a line."""
    micropython.kbd_intr(-1)


def prompt_at_exit():
    """Does nothing: the prompt follows the program in any case."""


def reboot():
    """Restarts the chip."""
    machine.reset()


_MAX_KEPT = const(2000)        # bytes of text; MicroPython's RTC memory has 2048
_MARK = b"sov1"                 # begins a text of ours; another program wrote RTC memory without it


def keep(text):
    """Stores a text in RTC memory, in place of the last one. It survives a restart of the chip but not a loss of power."""
    machine.RTC().memory(_MARK + text.encode()[:_MAX_KEPT])


def kept():
    """Returns the text that `keep` stored last, before or after a restart, or None."""
    data = machine.RTC().memory()
    try:
        return data[4:].decode() if data[:4] == _MARK else None
    except UnicodeError:
        return None             # the text was cut within a character, or the memory lost power for a moment


# ---------------------------------------------------------------- pins

def pin(number, mode, pull, level):
    """Sets up a pin of PINS and returns an object with `value()` and `value(level)`, which allocate nothing.

    `mode`: "in" or "out"; `pull`: None, "up" or "down"; `level`: the first level of an output, 0 or 1.
    """
    if level is None:
        made = machine.Pin(number, _MODES[mode], _PULLS[pull])
    else:
        made = machine.Pin(number, _MODES[mode], _PULLS[pull], value=level)
    _used[number] = (made, mode)
    return made


def pins_off():
    """Makes every pin that was set up an input again, as after power-on."""
    for number in _used:
        esp32c3.edges(number, 0, None)
        machine.Pin(number, machine.Pin.IN, None)
    _used.clear()


if machine.reset_cause() == machine.SOFT_RESET:
    for _number in PINS:        # the previous system may have left outputs
        machine.Pin(_number, machine.Pin.IN, None)


def advance():
    """Returns -1: events of real pins are not known in advance."""
    return -1


def simulate(steps):
    """Does nothing: the pins of this machine are real."""


def picture(names):
    """Returns a list of lines that show the pins. `names`: {pin: text beside it}."""
    lines = []
    for number in PINS:
        if number in _used:
            made, mode = _used[number]
            lines.append("pin %2d  %3s  %d  %s" % (number, mode, made.value(), names.get(number, "")))
        else:
            lines.append("pin %2d  -" % number)
    return lines


# ---------------------------------------------------------------- network

def nameservers():
    """Returns a list with the DNS server that the Wi-Fi network announced, as "address", or an empty list."""
    if not esp32c3.RADIO:
        return []
    server = network.ipconfig("dns")
    return [] if server == "0.0.0.0" else [server]
