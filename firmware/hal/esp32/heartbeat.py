"""The board's heartbeat: one timer, every 10 ms, for everything that must go on whatever Python is doing.

- It runs the system while the prompt, or a program of yours, has the machine (`behind`), and before the next beat where a task's
  time has come: `step` tells when that is.
- It feeds the watchdog. When the heartbeat stops, because Python hangs in a call that does not return, the watchdog
  restarts the chip. While the kernel's loop has the machine, the loop has to make progress as well; while the prompt or
  mpremote has it, it need not.
- It looks after the radio once a second (`every_second`).

The heartbeat is a callback of MicroPython: it runs between two byte codes, never inside a burst of the system, and Ctrl-C
does not interrupt it.

Invariant: nothing that is called from here can stop the heartbeat. One of the chip's two timers is left to you.
"""
import esp32c3
import machine
import utime as time

PERIOD = const(10)              # ms
WATCHDOG = const(30_000)        # ms without a beat: longer than anything that is not stuck takes, such as a scan for networks
_SOON = const(500)              # us that the prompt has in between, however busy the tasks are
_SECOND = const(100)            # beats
_STUCK = const(20_000)          # ms in which the kernel's loop has to turn once

inside = False                  # during a beat: lines that tasks log come from behind the prompt
_behind = None
_second = None
_progress = None
_timer = None
_watchdog = None
_beats = 0
_seen = None                    # what `_progress` told last, and when that changed
_changed = 0


def start(watchdog=WATCHDOG):
    """Starts the heartbeat. To be called once after each start or soft reset; a soft reset ends the timer but not the watchdog.

    `watchdog`: ms without a beat until the chip is restarted, 0: there is none.
    """
    global _timer, _watchdog
    _watchdog = machine.WDT(timeout=watchdog) if watchdog else None
    _timer = machine.Timer(0)
    _timer.init(period=PERIOD, mode=machine.Timer.PERIODIC, callback=_beat)


def behind(step):
    """From now on calls step(), which has to come back within a few milliseconds, at every beat; None ends that. It returns in how many
    microseconds it wants to be called at the latest, or -1.

    Returns True: this machine can.
    """
    global _behind
    _behind = step
    return True


def every_second(look):
    """Calls look() about once a second; it must not block. None ends that."""
    global _second
    _second = look


def watch(progress):
    """`progress()` tells a number that changes as long as the kernel's loop gets on, or None where it does not have the
    machine. The watchdog is fed no more when it stands still.
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
        pass                    # a callback has no caller to tell; the system notes its own failures
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
