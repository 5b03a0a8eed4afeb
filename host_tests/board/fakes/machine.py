"""MicroPython's `machine` on an ESP32-C3, as far as the HAL uses it. Checked against the port's sources by
host_tests/board/test_board_fakes.py."""

PWRON_RESET = 1
HARD_RESET = 2
WDT_RESET = 3
DEEPSLEEP_RESET = 4
SOFT_RESET = 5

events = []             # what was done to the chip, in order
cause = PWRON_RESET
rtc = b""


class Reset(BaseException):
    """The chip starts anew: the program ends here."""


def reset():
    events.append("reset")
    raise Reset()


def reset_cause():
    return cause


def lightsleep(milliseconds=None):
    import time
    events.append(("lightsleep", milliseconds))
    time.sleep_ms(milliseconds)


class Pin:
    IN = 1
    OUT = 3
    PULL_DOWN = 1
    PULL_UP = 2

    levels = {}         # {number: voltage}, from outside or from an output

    def __init__(self, id, mode=-1, pull=-1, value=None):
        self.id = id
        events.append(("pin", id, mode, pull, value))
        if value is not None:
            Pin.levels[id] = value

    def value(self, x=None):
        if x is None:
            return Pin.levels.get(self.id, 0)
        Pin.levels[self.id] = x


class Timer:
    ONE_SHOT = 0
    PERIODIC = 1

    all = {}            # {number: the timer}

    def __init__(self, id):
        if not 0 <= id <= 1:
            raise ValueError("the chip has two timers")
        Timer.all[id] = self

    def init(self, *, mode=PERIODIC, callback=None, period=-1):
        self.mode, self.callback, self.period = mode, callback, period

    def deinit(self):
        self.callback = None


class WDT:
    fed = 0
    timeout = None

    def __init__(self, id=0, timeout=5000):
        WDT.timeout = timeout

    def feed(self):
        WDT.fed += 1


class RTC:
    def memory(self, data=None):
        global rtc
        if data is None:
            return rtc
        if len(data) > 2048:
            raise ValueError("buffer too long")
        rtc = bytes(data)
