"""A simulated board: the pins of a small ESP32-C3 board with its lamp and its button, on a machine without pins.

    from hal.common.simulated import board
    board.press(9)                  the button to ground on pin 9; board.release(9)
    board.drive(4, 1)               something outside holds pin 4 high; None lets go
    board.script([(500, 9, 0), (700, 9, None)])     the same at milliseconds from now
    board.level(8), board.edges(8), board.history()

A pin has one of three drivers: itself as an output, else what is connected outside, else its pull resistor. Without any
of them it reads 0; a real pin would read anything. An output that something outside pulls the other way keeps its level,
and the board counts the clash: on a real board it is a short circuit.

Invariants: the same script and the same clock give the same levels. Reading and driving a pin allocate nothing.
"""
import utime as time
from uarray import array

NUMBERS = (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20, 21)    # the others carry the chip's flash memory and its USB
LED = const(8)              # lit while its pin is low, as on these boards
BUTTON = const(9)           # to ground; wants a pull-up
_PINS = const(22)
_HISTORY = const(64)        # changes of outputs that are remembered: a power of two
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
        self.outside = None     # level something outside gives it, or None
        self.edges = 0          # changes of the output since the board was reset
        self.irq = None         # counts edges of an input; which of them: bit 0 falling, bit 1 rising
        self.wanted = 0

    def value(self, level=None):
        """The level, 0 or 1; with an argument, drives the output to it."""
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
        """The level that it has as an input."""
        if self.outside is not None:
            return self.outside
        return 1 if self.pull == "up" else 0


class Board:
    """The board. `clock`: a function giving milliseconds modulo 2^30; a test puts its own there."""

    def __init__(self):
        self.clock = _clock
        self.reset()

    def reset(self):
        """Everything as after switching on: no pin configured, nothing connected, no script, no history."""
        self._lines = {}            # by number, of the pins that a task or a test uses
        self.clashes = 0            # writes against something outside
        self.due = None             # tick of the script's next step
        self._script = ()
        self._started = 0
        self._when = array("I", [0] * _HISTORY)
        self._what = bytearray(_HISTORY)
        self._changes = 0

    def unconfigure(self):
        """No pin is used by the system any more; what is connected outside stays connected."""
        for line in self._lines.values():
            line.mode = line.pull = line.irq = None
            line.latch = 0

    def configure(self, number, mode, pull, level):
        """Sets a pin up and returns its Line, see hal.pin."""
        line = self.line(number)
        line.mode = mode
        line.pull = pull
        if level is not None:
            line.latch = level
        return line

    def line(self, number):
        """The Line of one of NUMBERS. Raises KeyError."""
        if number not in self._lines:
            if number not in NUMBERS:
                raise KeyError(number)
            self._lines[number] = Line(self, number)
        return self._lines[number]

    # ---------------------------------------------------------------- the world outside

    def drive(self, number, level):
        """Something outside gives the pin a level, 0 or 1; None takes it away."""
        self._drive(number, level, self.clock())

    def _drive(self, number, level, tick):
        line = self.line(number)
        before = line.input()
        line.outside = level
        after = line.input()
        if after != before and line.irq and line.wanted & 1 << after and line.mode == "in":
            line.irq.edge(tick * 1000)

    def press(self, number=BUTTON):
        """A finger on a button that connects the pin to ground."""
        self.drive(number, 0)

    def release(self, number=BUTTON):
        """The finger is gone."""
        self.drive(number, None)

    def script(self, steps):
        """Lets things happen later. `steps`: list of (milliseconds from now, pin, level or None), any order."""
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
        """Lets the steps of the script happen whose time has come; every look at a pin does. Milliseconds until the next, or -1."""
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
        """The level of a pin, 0 or 1."""
        return self.line(number).value()

    def edges(self, number):
        """How often an output has changed since the board was reset."""
        return self.line(number).edges

    def remember(self, number, level):
        """Keeps a change of an output."""
        at = self._changes & (_HISTORY - 1)
        self._when[at] = self.clock()
        self._what[at] = number << 1 | level
        self._changes += 1

    def history(self):
        """List of (tick, pin, level): the last changes of outputs, the oldest first."""
        first = max(0, self._changes - _HISTORY)
        return [(self._when[i % _HISTORY], self._what[i % _HISTORY] >> 1, self._what[i % _HISTORY] & 1)
                for i in range(first, self._changes)]

    def picture(self, names):
        """List of lines: the board, every pin with its direction, level and pull. `names`: {pin: what to write there}."""
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


# ---------------------------------------------------------------- as a HAL has it

def pin(number, mode, pull, level):
    """Sets a pin of PINS up and returns it, an object with `value()` and `value(level)` that allocate nothing.

    `mode`: "in" or "out"; `pull`: None, "up" or "down"; `level`: voltage an output starts with, 0 or 1.
    """
    return board.configure(number, mode, pull, level)


def pins_off():
    """Every pin is left alone from now on, as after switching on."""
    board.unconfigure()


def edges(number, which, line):
    """Calls `line.edge(us)` at each edge of an input: 1 falling, 2 rising, 3 both. line: None ends that."""
    pin = board.line(number)
    pin.irq, pin.wanted = line, which


def advance():
    """Lets the steps of the script happen whose time has come. Microseconds until the next one, or -1."""
    left = board.advance()
    return left if left < 0 else min(left, 1_000_000) * 1000


def simulate(steps):
    """Lets things happen to the simulated board. `steps`: list of (milliseconds from now, pin, level or None)."""
    board.script(steps)


def picture(names):
    """List of lines that show the machine's pins. `names`: {pin: what to write beside it}."""
    return board.picture(names)
