"""Pins as tasks see them: a level that is active or not, read and driven through a capability.

The HAL's pin has a voltage, high or low; which of them means "active" is said once, in the manifest, so a module runs
unchanged where a lamp hangs between its pin and the supply. Direction and pull are fixed when the pin is granted.

Invariants: an output belongs to one capability alone (the manifest sees to that); it returns to the level it had at
the start when that capability is gone. Reading and writing allocate nothing.
"""
from abi import KIND_PIN


class Pin:
    """One pin with its meaning.

    `number`: the machine's; `line`: what `hal.pin` returned; `initial`: level (0 or 1, 1 active) of an output that
    nobody has written to yet, None for an input; `active_low`: True where the low voltage is active.
    """

    kind = KIND_PIN

    def __init__(self, number, line, initial, active_low):
        self.number = number
        self._line = line
        self._initial = initial
        self._inverted = int(active_low)

    def read(self):
        """The level, 0 or 1."""
        return self._line.value() ^ self._inverted

    def write(self, level):
        """Drives the pin: 0 or 1. Returns 0."""
        self._line.value(level ^ self._inverted)
        return 0

    def text(self):
        """What it is, for people."""
        return "pin %d (%s)" % (self.number, "in" if self._initial is None else "out")

    def release(self):
        """The capability is gone: an output stops doing whatever it did."""
        if self._initial is not None:
            self.write(self._initial)


class PinCalls:
    """The handlers of sp_gpio_*, see kernel.core.syscalls."""

    def sp_gpio_read(self, task):
        return task.instance.target().read()

    def sp_gpio_write(self, task):
        instance = task.instance
        return instance.target().write(instance.arg(1))
