"""Pins as tasks see them: a level that is active or not, read and driven through a capability.

The HAL's pin has a voltage, high or low; which of them means "active" is said once, in the manifest, so a module runs
unchanged where a lamp hangs between its pin and the supply. Direction and pull are fixed when the pin is granted.

Invariants: an output belongs to one capability alone (the manifest sees to that); it returns to the level it had at
the start when that capability is gone. Reading and writing allocate nothing.
"""
import hal
from abi import KIND_PIN

GRANTS = ("pin",)
OUTSIDE = True


class Pin:
    """One pin with its meaning.

    `number`: the machine's; `line`: what `hal.pin` returned; `initial`: level (0 or 1, 1 active) of an output that
    no task has written to yet, None for an input; `active_low`: True where the low voltage is active.
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
        """One line for a user: which pin it is."""
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


def parse(manifest, grant, where):
    """See kernel.objects.kinds. `what` is (number, mode, pull, initial, active low)."""
    # All grants of a pin have one direction and one pull; an output is granted once.
    mode = manifest.one_of(grant, where, "mode", ("in", "out"), None)
    output = mode == "out"
    manifest.keys(grant, where, ("pin", "mode", "active", "rights", "initial" if output else "pull"))
    number = grant["pin"]
    pull = manifest.one_of(grant, where, "pull", ("none", "up", "down"), "none")
    active = manifest.one_of(grant, where, "active", ("high", "low"), "high")
    initial = manifest.number(grant, "initial", where + ".initial", 0, 1, 0) if output else None
    if manifest.is_a(number, int, where + ".pin", "a number"):
        if number not in hal.PINS:
            manifest.wrong(where + ".pin", "this machine has no pin %d for tasks" % number)
        earlier = manifest.pins.setdefault(number, (mode, pull, where))
        if earlier[2] != where and (output or earlier[:2] != (mode, pull)):
            manifest.wrong(where + ".pin", "pin %d is used in another way by %s" % (number, earlier[2]))
    rights = manifest.rights(grant, where, "a pin that is an " + ("output" if output else "input"),
                          ["read", "write"] if output else ["read"], ("read", "write", "grant") if output else ("read", "grant"))
    return "pin", (number, mode, None if pull == "none" else pull, initial, active == "low"), rights


def make(word, what, rights, fs, account):
    """See kernel.objects.kinds. Sets the machine's pin up."""
    number, mode, pull, initial, active_low = what
    level = None if initial is None else initial ^ active_low
    return Pin(number, hal.pin(number, mode, pull, level), initial, active_low)
