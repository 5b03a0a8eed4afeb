"""Our own module `esp32c3` (cmodules/esp32c3/modesp32c3.c), as far as the HAL uses it."""
import time

RADIO = 1
POWER_ON, PROGRAM, PANIC, INTERRUPT_WATCHDOG, TASK_WATCHDOG, OTHER_WATCHDOG, DEEP_SLEEP, BROWNOUT = 1, 3, 4, 5, 6, 7, 8, 9

raw = False
reason = POWER_ON
images = {}             # {label: what was written to the partition}
seeded = 0
count = 0
missing = 0             # bytes of the first heap


def microseconds():
    return time.ticks_us()


_now = bytearray(8)


def now():
    _now[:] = time.ticks_us().to_bytes(8, "little")
    return _now


waits = []              # what was waited for, in us
alarms = []             # (us, function)
interrupts = {}         # {pin: (which edges, Irq)}


def wait(us):
    waits.append(us)
    time.sleep_us(us)


def alarm(us, function):
    alarms.append((us, function))


def edges(number, which, irq):
    interrupts.pop(number, None)
    if irq is not None:
        interrupts[number] = which, irq


def clock(number, buffer):
    if number:
        return None
    buffer[:] = time.ticks_us().to_bytes(8, "little")
    return buffer


def seed():
    global seeded
    seeded += 1


def random(buffer, n):
    import os
    buffer[:n] = os.urandom(n)


def reset_reason():
    return reason


def raw_repl():
    return raw


def faults():
    return count


def set_faults(number):
    global count
    count = number


def heap_missing():
    return missing


def map(label):
    return images.get(label)
