"""Pins: a task reads or drives a level, active or not, through a capability.

The HAL's pin has a voltage, high or low. The manifest says which voltage means "active", so a module runs unchanged where a
lamp is connected between its pin and the supply. The grant fixes direction and pull.

The edges of an input are an object of their own. The interrupt of the pin counts them in C (cmodules/services/event.c).

Invariants: the manifest grants an output only once. An output returns to its initial level when its capability ends.
Reading and writing allocate nothing.
"""
import hal
from abi import KIND_PIN
from services import Irq

GRANTS = ("pin", "irq")
OUTSIDE = True


class Pin:
    """One pin with its meaning.

    `number`: the machine's number of the pin; `line`: the object from `hal.pin`; `initial`: level (0 or 1, 1 is active) of
    an output before the first write, None for an input; `active_low`: True where the low voltage is active.
    """

    kind = KIND_PIN

    def __init__(self, number, line, initial, active_low):
        self.number = number
        self._line = line
        self._initial = initial
        self._inverted = int(active_low)

    def read(self):
        """Returns the level, 0 or 1."""
        return self._line.value() ^ self._inverted

    def write(self, level):
        """Drives the pin to `level`, 0 or 1. Returns 0."""
        self._line.value(level ^ self._inverted)
        return 0

    def text(self):
        """Returns one line for a user: number and direction of the pin."""
        return "pin %d (%s)" % (self.number, "in" if self._initial is None else "out")

    def release(self):
        """Returns an output to its initial level when the capability ends."""
        if self._initial is not None and _owners.get(self.number, self) is self:
            self.write(self._initial)


# {number: the object that configured the pin last, ~number: the object of its edges}. An object of the run before may end later, in another task's table: the pin is
# no longer its own.
_owners = {}


class PinCalls:
    """The handlers of sp_gpio_*, see kernel.core.syscalls."""

    def sp_gpio_read(self, task):
        return task.instance.target().read()

    def sp_gpio_write(self, task):
        instance = task.instance
        return instance.target().write(instance.arg(1))


def parse(manifest, grant, where):
    """See kernel.objects.kinds. `what` is (number, mode, pull, initial, active low)."""
    # All grants of a pin must agree on direction and pull. An output can be granted only once, and so can the edges of a pin.
    if "irq" in grant:
        return _parse_edges(manifest, grant, where)
    mode = manifest.one_of(grant, where, "mode", ("in", "out"), None)
    output = mode == "out"
    manifest.keys(grant, where, ("pin", "mode", "active", "rights", "initial" if output else "pull"))
    number = grant["pin"]
    pull = manifest.one_of(grant, where, "pull", ("none", "up", "down"), "none")
    active = manifest.one_of(grant, where, "active", ("high", "low"), "high")
    initial = manifest.number(grant, "initial", where + ".initial", 0, 1, 0) if output else None
    _use(manifest, number, mode, pull, where, ".pin", output)
    rights = manifest.rights(grant, where, "a pin that is an " + ("output" if output else "input"),
                          ["read", "write"] if output else ["read"], ("read", "write", "grant") if output else ("read", "grant"))
    return "pin", (number, mode, None if pull == "none" else pull, initial, active == "low"), rights


def _use(manifest, number, mode, pull, where, key, alone):
    if manifest.is_a(number, int, where + key, "a number"):
        if number not in hal.PINS:
            manifest.wrong(where + key, "this machine has no pin %d for tasks" % number)
        earlier = manifest.pins.setdefault(number, (mode, pull, where))
        if earlier[2] != where and (alone or earlier[:2] != (mode, pull)):
            manifest.wrong(where + key, "pin %d is used in another way by %s" % (number, earlier[2]))
        if key == ".irq" and manifest.pins.setdefault(-1 - number, where) != where:
            manifest.wrong(where + key, "the edges of pin %d are those of %s" % (number, manifest.pins[-1 - number]))


def _parse_edges(manifest, grant, where):
    # `what` is (number, edge, pull, debounce in us).
    manifest.keys(grant, where, ("irq", "edge", "pull", "debounce", "rights"))
    number = grant["irq"]
    edge = manifest.one_of(grant, where, "edge", ("rising", "falling", "both"), None)
    pull = manifest.one_of(grant, where, "pull", ("none", "up", "down"), "none")
    debounce = manifest.number(grant, "debounce", where + ".debounce", 0, 1000, 0)
    _use(manifest, number, "in", pull, where, ".irq", False)
    rights = manifest.rights(grant, where, "edges", ["read"], ("read", "grant"))
    return "irq", (number, edge, None if pull == "none" else pull, debounce * 1000 if isinstance(debounce, int) else 0), rights


def make(word, what, rights, fs, account):
    """See kernel.objects.kinds. Configures the machine's pin."""
    if word == "irq":
        number, edge, pull, debounce = what
        edges = Irq("edges of pin %d (%s)" % (number, edge), debounce)
        hal.pin(number, "in", pull, None)
        hal.edges(number, (edge != "rising") + 2 * (edge != "falling"), edges)
        edges.ends_with(lambda: _owners[~number] is edges and hal.edges(number, 0, None))
        _owners[~number] = edges
        return edges
    number, mode, pull, initial, active_low = what
    level = None if initial is None else initial ^ active_low
    _owners[number] = made = Pin(number, hal.pin(number, mode, pull, level), initial, active_low)
    return made
