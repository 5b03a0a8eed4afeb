"""A simulated board: the pins of a small ESP32-C3 board with its LED and its button, on a machine without pins.

    from hal.common.simulated import board
    board.press(9)                  presses the button on pin 9, which connects it to ground; board.release(9)
    board.drive(4, 1)               an external circuit drives pin 4 high; None disconnects it
    board.script([(500, 9, 0), (700, 9, None)])     the same at times from now, in milliseconds
    board.level(8), board.edges(8), board.history()

A pin has one of three drivers: its output, else the external circuit, else its pull resistor. A pin without a driver reads
0; a real pin would float. An output keeps its level if the external circuit drives the other level, and the board counts the
clash: on a real board it is a short circuit.

Invariants: the same script and the same clock give the same levels. Reading and driving a pin allocate nothing.
"""
import utime as time
from uarray import array

NUMBERS = (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20, 21)    # the other pins are wired to the flash memory and USB
LED = const(8)              # active low, as on these boards
BUTTON = const(9)           # connects to ground; needs a pull-up
_PINS = const(22)
_HISTORY = const(64)        # number of output changes in the history, a power of two
_TICKS_MASK = const(0x3FFFFFFF)
_TICKS_HALF = const(0x20000000)

_LEFT = (5, 6, 7, 8, 9, 10, 20, 21)                     # the two rows of contacts, from the USB socket down
_RIGHT = ("5V", "GND", "3V3", 4, 3, 2, 1, 0)


class Line:
    """One pin, with the interface of machine.Pin."""

    def __init__(self, board, number):
        self._board = board
        self._number = number
        self.mode = None        # None, "in" or "out"
        self.pull = None        # None, "up" or "down"
        self.latch = 0          # level as an output
        self.outside = None     # level that the external circuit drives, or None
        self.edges = 0          # changes of the output since the board was reset
        self.irq = None         # the Irq that counts edges of the input, or None
        self.wanted = 0         # the edges it counts: bit 0 falling, bit 1 rising

    def value(self, level=None):
        """Returns the level, 0 or 1. With an argument, drives the output to that level."""
        if level is None:
            board = self._board
            if board.due is not None:
                board.advance()
            if self.mode == "out":
                return self.latch
            return self.input()
        if level != self.latch:
            self.latch = level
            self.edges += 1
            self._board.remember(self._number, level)
        if self.outside is not None and self.outside != level:
            self._board.clashes += 1
        return None

    def input(self):
        """Returns the level of the pin as an input."""
        if self.outside is not None:
            return self.outside
        return 1 if self.pull == "up" else 0


class Board:
    """The board. `clock`: a function that returns milliseconds modulo 2^30; a test may replace it."""

    def __init__(self):
        self.clock = _clock
        self.reset()

    def reset(self):
        """Resets to the state after power-on: no pin configured, nothing connected, no script, no history."""
        self._lines = {}            # {number: Line} of the pins that a task or a test uses
        self.clashes = 0            # writes to an output against the external circuit
        self.due = None             # tick of the script's next step
        self._script = ()
        self._started = 0
        self._when = array("I", [0] * _HISTORY)
        self._what = bytearray(_HISTORY)
        self._changes = 0

    def unconfigure(self):
        """Releases every pin of the system. External circuits stay connected."""
        for line in self._lines.values():
            line.mode = line.pull = line.irq = None
            line.latch = 0

    def configure(self, number, mode, pull, level):
        """Sets up a pin and returns its Line, see hal.pin."""
        line = self.line(number)
        line.mode = mode
        line.pull = pull
        if level is not None:
            line.latch = level
        return line

    def line(self, number):
        """Returns the Line of a pin. Raises KeyError unless the pin is one of NUMBERS."""
        if number not in self._lines:
            if number not in NUMBERS:
                raise KeyError(number)
            self._lines[number] = Line(self, number)
        return self._lines[number]

    # ---------------------------------------------------------------- the world outside

    def drive(self, number, level):
        """Connects an external circuit that drives the pin to a level, 0 or 1; None disconnects it."""
        self._drive(number, level, self.clock())

    def _drive(self, number, level, tick):
        line = self.line(number)
        before = line.input()
        line.outside = level
        after = line.input()
        if after != before and line.irq and line.wanted & 1 << after and line.mode == "in":
            line.irq.edge(tick * 1000)

    def press(self, number=BUTTON):
        """Presses a button that connects the pin to ground."""
        self.drive(number, 0)

    def release(self, number=BUTTON):
        """Releases the button."""
        self.drive(number, None)

    def script(self, steps):
        """Schedules calls of `drive`. `steps`: list of (milliseconds from now, pin, level or None), in any order."""
        self._script = sorted(steps, key=lambda step: step[0])
        self._started = self.clock()
        self._next = 0
        self._arm()

    def _arm(self):
        if self._next < len(self._script):
            self.due = (self._started + self._script[self._next][0]) & _TICKS_MASK
        else:
            self.due = None

    def advance(self):
        """Runs the steps of the script that are due; every read of a pin calls it. Returns milliseconds until the next step, or -1."""
        while self.due is not None:
            left = (self.due - self.clock()) & _TICKS_MASK
            if 0 < left < _TICKS_HALF:
                return left
            step = self._script[self._next]
            self._drive(step[1], step[2], self.due)
            self._next += 1
            self._arm()
        return -1

    # ---------------------------------------------------------------- looking at it

    def level(self, number):
        """Returns the level of a pin, 0 or 1."""
        return self.line(number).value()

    def edges(self, number):
        """Returns how often an output has changed since the board was reset."""
        return self.line(number).edges

    def remember(self, number, level):
        """Records a change of an output in the history."""
        at = self._changes & (_HISTORY - 1)
        self._when[at] = self.clock()
        self._what[at] = number << 1 | level
        self._changes += 1

    def history(self):
        """Returns the last changes of outputs, the oldest first: a list of (tick, pin, level)."""
        first = max(0, self._changes - _HISTORY)
        return [(self._when[i % _HISTORY], self._what[i % _HISTORY] >> 1, self._what[i % _HISTORY] & 1)
                for i in range(first, self._changes)]

    def picture(self, names):
        """Returns lines that show the board: each pin with direction, level and pull. `names`: {pin: text beside it}."""
        lamp, button = self.line(LED), self.line(BUTTON)
        middle = [""] * len(_LEFT)
        middle[2] = "LED  (%s)" % ("*" if lamp.mode == "out" and not lamp.value() else " ")
        middle[4] = "BOOT [%s]" % ("#" if button.outside == 0 else " ")
        width = max([len(names.get(number, "")) for number in _LEFT])
        edge = "%%%ds+------[USB]------+" % (width + 13) % ""
        result = [edge]
        for left, right, text in zip(_LEFT, _RIGHT, middle):
            result.append("%%%ds %%s %%2d o|    %%-8s     |o %%s" % width % (
                names.get(left, ""), self._state(left), left, text,
                right if isinstance(right, str) else "%-2d %s %s" % (right, self._state(right), names.get(right, ""))))
        result.append(edge.replace("[USB]", "-----"))
        return [line.rstrip() for line in result]

    def _state(self, number):
        line = self.line(number)
        if line.mode is None:
            return "   -   "
        return "%3s %d %s" % (line.mode, line.value(), {"up": "^", "down": "v"}.get(line.pull, " "))


def _clock():
    return time.ticks_ms() & _TICKS_MASK


board = Board()


# ---------------------------------------------------------------- functions of the HAL

def pin(number, mode, pull, level):
    """Sets up a pin of PINS and returns an object with `value()` and `value(level)`, which allocate nothing.

    `mode`: "in" or "out"; `pull`: None, "up" or "down"; `level`: the first level of an output, 0 or 1.
    """
    return board.configure(number, mode, pull, level)


def pins_off():
    """Releases every pin, as after power-on."""
    board.unconfigure()


def edges(number, which, line):
    """Calls `line.edge(us)` at each edge of an input from now on. `which`: 1 falling, 2 rising, 3 both; `line`: None ends that."""
    pin = board.line(number)
    pin.irq, pin.wanted = line, which


def advance():
    """Runs the steps of the script that are due. Returns microseconds until the next step, or -1."""
    left = board.advance()
    return left if left < 0 else min(left, 1_000_000) * 1000


def simulate(steps):
    """Sets the script of the simulated board. `steps`: list of (milliseconds from now, pin, level or None)."""
    board.script(steps)


def picture(names):
    """Returns a list of lines that show the machine's pins. `names`: {pin: text beside it}."""
    return board.picture(names)
