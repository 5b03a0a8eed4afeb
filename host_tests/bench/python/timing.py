# Timing for the scripts beside this one, which run in the firmware.
import time

ROUNDS = 30     # the least of so many counts: interruptions only ever add


def least(function, *arguments):
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
