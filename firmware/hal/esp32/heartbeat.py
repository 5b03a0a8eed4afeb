"""The board's heartbeat: one timer, every 10 ms, for work that must go on whatever Python is doing.

- It runs the system while the prompt or a user's program has the machine (`behind`). It also runs the system before the next
  beat if a task's timer is due earlier; `step` returns when.
- It feeds the watchdog. The heartbeat stops if Python hangs in a call that does not return; then the watchdog restarts the
  chip. While the kernel's loop has the machine, the loop has to make progress too, else the watchdog is not fed. The prompt
  and mpremote need not make progress.
- It calls the radio's periodic check once a second (`every_second`).

The heartbeat is a callback of MicroPython: it runs between two byte codes, never inside a burst of the system, and Ctrl-C
does not interrupt it.

Invariant: no function called from here can stop the heartbeat. It uses one of the chip's two timers; the other is free for users.
"""
import esp32c3
import machine
import utime as time

PERIOD = const(10)              # ms
WATCHDOG = const(30_000)        # ms without a beat: longer than any call that is not stuck, such as a scan for networks
_SOON = const(500)              # us that the prompt gets between two steps, however busy the tasks are
_SECOND = const(100)            # beats in a second
_STUCK = const(20_000)          # ms in which the kernel's loop has to turn once

inside = False                  # True during a beat: then the tasks' log lines come from behind the prompt
_behind = None
_second = None
_progress = None
_timer = None
_watchdog = None
_beats = 0
_seen = None                    # the last value of `_progress`
_changed = 0                    # when that value changed, in ticks of ms


def start(watchdog=WATCHDOG):
    """Starts the heartbeat. Call it once after each start or soft reset: a soft reset ends the timer but not the watchdog.

    `watchdog`: ms without a beat until the watchdog restarts the chip; 0: no watchdog.
    """
    global _timer, _watchdog
    _watchdog = machine.WDT(timeout=watchdog) if watchdog else None
    _timer = machine.Timer(0)
    _timer.init(period=PERIOD, mode=machine.Timer.PERIODIC, callback=_beat)


def behind(step):
    """Calls step() at every beat from now on; None ends that. step() must return within a few milliseconds. It returns the number of
    microseconds until it must be called again at the latest, or -1.

    Returns True: this machine can run the system behind the prompt.
    """
    global _behind
    _behind = step
    return True


def every_second(look):
    """Calls look() about once a second from now on; None ends that. look() must not block."""
    global _second
    _second = look


def watch(progress):
    """Makes the watchdog depend on progress(): the heartbeat stops feeding it if the returned number does not change for 20 s.

    progress() returns a number that changes as long as the kernel's loop runs, or None while the loop does not have the machine.
    """
    global _progress, _seen
    _progress = progress
    _seen = None


def _beat(_):
    global _beats, inside
    try:
        if _watchdog and _gets_on():
            _watchdog.feed()
        _beats += 1
        inside = True
        if _beats >= _SECOND:
            _beats = 0
            if _second:
                _second()
    except Exception:
        pass                    # a callback has no caller to report to; the system logs its own failures
    _step(None)


def _step(_):
    global inside
    inside = True
    try:
        if _behind:
            left = _behind()
            if 0 <= left < PERIOD * 1000:
                esp32c3.alarm(left if left > _SOON else _SOON, _step)
    except Exception:
        pass
    inside = False


def _gets_on():
    global _seen, _changed
    now = time.ticks_ms()
    told = _progress() if _progress else None
    if told is None or told != _seen:
        _seen = told
        _changed = now
        return True
    return time.ticks_diff(now, _changed) < _STUCK
