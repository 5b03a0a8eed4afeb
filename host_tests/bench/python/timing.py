# Timing for the scripts beside this one, which run in the firmware.
import time

ROUNDS = 30     # the least of so many counts: interruptions only ever add


def processor():
    """Microseconds of the processor's time: the clock on the wall without what the host let this program wait. Takes a few
    of them itself.
    """
    while True:
        before = _waited()
        now = time.ticks_us()
        if _waited() == before:             # else it stood still in between
            return now - before // 1000


_stat = open("/proc/self/schedstat", "rb")
_bytes = bytearray(80)


def _waited():
    # Nanoseconds: the second number.
    _stat.seek(0)
    end = _stat.readinto(_bytes)
    at = 0
    while _bytes[at] != 32:
        at += 1
    number = 0
    for place in range(at + 1, end):
        if _bytes[place] == 32:
            break
        number = number * 10 + _bytes[place] - 48
    return number


def minimum(function, *arguments):
    """Microseconds of the fastest of ROUNDS calls of `function(*arguments)`."""
    best = None
    for _ in range(ROUNDS):
        start = time.ticks_us()
        function(*arguments)
        taken = time.ticks_diff(time.ticks_us(), start)
        if best is None or taken < best:
            best = taken
    return best


def empty_loop(n):
    for _ in range(n):
        pass


def create_and_kill(Task, wasm, entry, n):
    for _ in range(n):
        Task(wasm, entry).kill()
