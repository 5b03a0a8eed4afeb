"""HAL of the ESP32-C3 under MicroPython's esp32 port. Its parts: `heartbeat` (timer, watchdog), `radio` (Wi-Fi),
`flash` (file systems, counters, updates), `hal.common.sockets`.

Invariant: `now`, `ticks`, `clock`, `idle` and `write` allocate nothing, they are in the path of every slice.
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

# Where there is no radio `network` is left alone: importing it starts lwIP, whose memory belongs to the tasks then.
if esp32c3.RADIO:
    import network
    from hal.common.sockets import *
    from hal.common.sockets import sleep as _ready
else:
    from hal.common.no_network import *

TICKS_MASK = const(0x3FFFFFFF)

# Fuel of a slice: 2 ms where a unit takes 30 cycles at 160 MHz. Ordinary instructions take fewer, divisions of 64-bit
# floats about 600, so a task that does nothing else holds the others up for longer.
SLICE = const(10_000)

# Pins a task may be given. Not 11 to 17, to which the flash memory is wired; not 18 and 19, the USB console; not 20 and 21,
# the other console. Pins 2, 8 and 9 say at the start of the chip how it is to start: fine for lamps and buttons, as on
# most boards, but what holds 9 low or 2 low then keeps the firmware from starting.
PINS = (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)

_NAP = const(10_000)            # us between looks at the console of the UART while no task is ready
_SLEEP_MIN = const(50_000)    # us of idleness that are worth a light sleep, which takes about 2 to begin and end
_MODES = {"in": machine.Pin.IN, "out": machine.Pin.OUT}
_PULLS = {None: None, "up": machine.Pin.PULL_UP, "down": machine.Pin.PULL_DOWN}

light_sleep = False             # whether an idle machine sleeps; then the USB console is gone while it does
_used = {}                      # {number: (pin, mode)} of the pins set up
_console = select.poll()
_console.register(sys.stdin, select.POLLIN)

esp32c3.seed()                     # before anything can use the radio or the ADC
microseconds = esp32c3.microseconds
now = esp32c3.now
random = esp32c3.random
edges = esp32c3.edges
behind = heartbeat.behind
_time = bytearray(8)


def clock(number):
    """Microseconds: 0 since the chip was started, 1 since 1970 or None; 8 bytes that the next call fills again."""
    return esp32c3.clock(number, _time)


def ticks():
    """Milliseconds since an arbitrary moment, modulo 2^30."""
    return time.ticks_ms() & TICKS_MASK


def idle(us):
    """Sleeps for `us` microseconds, or with -1 until something happens: an edge of a pin, a socket, a key, a callback or a thread of MicroPython's.

    True where a socket is ready. Returns early now and then. Ctrl-C raises KeyboardInterrupt.
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
    """True where a key was pressed that was not read yet; not where a program (mpremote) has the console."""
    for _ in _console.ipoll(0):
        return not esp32c3.raw_repl()
    return False


def swallow_key():
    """Reads the key that `typed` told of: it opens the prompt and is no part of the first line."""
    sys.stdin.buffer.read(1)


def forget_keys():
    """Drops what was typed until now: the line feed behind the carriage return of a command."""
    while typed():
        swallow_key()


def write(buffer, n):
    """Writes buffer[:n] to the console. What tasks say while a program (mpremote) speaks with the prompt is held back:
    it would be taken for the program's answer.
    """
    if not (heartbeat.inside and esp32c3.raw_repl()):
        sys.stdout.write(buffer, n)


def terminal():
    """True: the board cannot know whether a user is there, and the prompt follows in any case."""
    return True


def catch_interrupts():
    """Ctrl-C raises KeyboardInterrupt from now on."""
    micropython.kbd_intr(3)


def interrupted():
    """Ctrl-C is an exception here."""
    return False


def ignore_interrupts():
    """Ctrl-C is ignored from now on, until `catch_interrupts`, or until the prompt runs a line."""
    micropython.kbd_intr(-1)


def prompt_at_exit():
    """The prompt follows anyway."""


def reboot():
    """The chip starts anew."""
    machine.reset()


_MAX_KEPT = const(2000)        # bytes of RTC memory, whose 2048 are for this
_MARK = b"sov1"                 # RTC memory without it was written by other programs


def keep(text):
    """Keeps a text where it outlives a restart of the chip, but not its supply of power; the last one counts."""
    machine.RTC().memory(_MARK + text.encode()[:_MAX_KEPT])


def kept():
    """The text kept last, before a restart or after it; None where there is none."""
    data = machine.RTC().memory()
    try:
        return data[4:].decode() if data[:4] == _MARK else None
    except UnicodeError:
        return None             # cut in the middle of a character, or the memory was without power for a moment


# ---------------------------------------------------------------- pins

def pin(number, mode, pull, level):
    """Sets a pin of PINS up and returns it, an object with `value()` and `value(level)` that allocate nothing.

    `mode`: "in" or "out"; `pull`: None, "up" or "down"; `level`: voltage an output starts with, 0 or 1.
    """
    if level is None:
        made = machine.Pin(number, _MODES[mode], _PULLS[pull])
    else:
        made = machine.Pin(number, _MODES[mode], _PULLS[pull], value=level)
    _used[number] = (made, mode)
    return made


def pins_off():
    """Every pin that was set up is an input again, as after switching on."""
    for number in _used:
        esp32c3.edges(number, 0, None)
        machine.Pin(number, machine.Pin.IN, None)
    _used.clear()


if machine.reset_cause() == machine.SOFT_RESET:
    for _number in PINS:        # outputs of the system before it
        machine.Pin(_number, machine.Pin.IN, None)


def advance():
    """-1: what happens to a real pin is not known before."""
    return -1


def simulate(steps):
    """Pins are real here: what happens to them the world decides."""


def picture(names):
    """List of lines that show the pins. `names`: {pin: what to write beside it}."""
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
    """List of the DNS server that the Wi-Fi network named, as "address"; empty where there is none."""
    if not esp32c3.RADIO:
        return []
    server = network.ipconfig("dns")
    return [] if server == "0.0.0.0" else [server]
