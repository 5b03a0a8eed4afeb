"""Capabilities: the only way a task reaches anything.

Each task has one table. A slot holds an object and the rights the task has to it; what the module sees is an
identifier made of the slot (bits 0-7) and the slot's generation (bits 8-29). Every drop or revocation raises the
generation, so an old identifier is recognised however often its slot is used again.

Invariants: identifiers are positive and below 2^30 (a small integer everywhere), 0 is none; slots are reused first
in, first out, so that generations rise evenly; a slot whose generations are used up is never used again; slot 0 is
never used. `check`, `insert`, `drop` and `find` allocate nothing.
"""
from array import array
from micropython import const
from kernel.abi import BADCAP, REVOKED, DENIED, QUOTA, NOTFOUND

_SLOT_MASK = const(0xFF)
_GENERATION_STEP = const(1 << 8)
_IDENTIFIER_MOST = const((1 << 30) - 1)
_KINDS = const(0xFF)                    # of a `need`, see check; the rights stand above
_RIGHTS_SHIFT = const(8)
SLOTS_MOST = const(255)                 # what bits 0-7 hold, without slot 0
SLOTS_DEFAULT = const(16)               # several times what a task of the demo uses; costs 300 bytes of heap


class Capabilities:
    """The capabilities of one task.

    `most`: how many it may hold at once, 1..255. Their places are made here, so that no later call needs memory.
    """

    def __init__(self, most=SLOTS_DEFAULT):
        if not 1 <= most <= SLOTS_MOST:
            raise ValueError("a capability table has 1 to 255 slots")
        self.found = None               # the object of the last successful check
        self.names = []                 # (name as bytes, identifier) of what the manifest granted
        self._size = most + 1
        self._objects = [None] * (most + 1)
        self._powers = array("H", bytes(2 * (most + 1)))        # kind and rights, like a `need`; 0: the slot is free
        # The identifier that is good now for what the slot holds or will hold next; slot 0 never has one.
        self._current = array("I", [0] + [_GENERATION_STEP | slot for slot in range(1, most + 1)])
        self._after = bytearray([0] + list(range(2, most + 1)) + [0])   # the next free slot, 0 behind the last
        self._first = 1                 # free slots, first in, first out; 0: none
        self._last = most

    def check(self, identifier, need):
        """Looks `identifier` up. Returns 0 and leaves the object in `found`, or an error code.

        `need`: in bits 0-7 a mask of acceptable kinds, in bits 8-15 the rights that must all be there.
        """
        slot = identifier & _SLOT_MASK
        if slot < self._size and self._current[slot] == identifier and not need & ~self._powers[slot]:
            self.found = self._objects[slot]
            return 0
        return self._examine(identifier, slot, need)

    def _examine(self, identifier, slot, need):
        # What is wrong, if anything: one of several kinds is enough, which the quick test above takes for too little.
        if slot >= self._size:
            return BADCAP
        current = self._current[slot]
        if identifier != current:
            return REVOKED if _GENERATION_STEP <= identifier < current else BADCAP
        powers = self._powers[slot]
        if not powers & need & _KINDS:
            return BADCAP
        if (need & ~powers) >> _RIGHTS_SHIFT:
            return DENIED
        self.found = self._objects[slot]
        return 0

    def rights(self, identifier):
        """The rights of a capability that `check` has just accepted."""
        return self._powers[identifier & _SLOT_MASK] >> _RIGHTS_SHIFT

    def insert(self, thing, rights):
        """Puts a new capability into a slot. Returns its identifier, or QUOTA where there is no free one.

        `thing`: has an attribute `kind`, one bit, and a method `release()`, called when the capability is gone; the
        table keeps it alive until then.
        """
        slot = self._first
        if slot == 0:
            return QUOTA
        self._first = self._after[slot]
        self._objects[slot] = thing
        self._powers[slot] = thing.kind | rights << _RIGHTS_SHIFT
        return self._current[slot]

    def full(self):
        """True where `insert` would find no slot."""
        return self._first == 0

    def drop(self, identifier):
        """Ends a capability that `check` accepts; its identifier is REVOKED from now on. Returns 0."""
        slot = identifier & _SLOT_MASK
        thing = self._objects[slot]
        self._objects[slot] = None
        self._powers[slot] = 0
        self._current[slot] = identifier + _GENERATION_STEP
        if identifier + _GENERATION_STEP <= _IDENTIFIER_MOST:
            self._after[slot] = 0
            if self._first:
                self._after[self._last] = slot
            else:
                self._first = slot
            self._last = slot
        thing.release()
        return 0

    def grant(self, name, thing, rights):
        """Inserts a capability the module can find by `name` (a string). Returns the identifier or QUOTA."""
        identifier = self.insert(thing, rights)
        if identifier > 0:
            self.names.append((name.encode(), identifier))
        return identifier

    def find(self, machine, address, length):
        """The identifier granted under the name in the task's memory, NOTFOUND or REVOKED.

        `machine`: has `match(address, length, bytes)`.
        """
        for name, identifier in self.names:
            if machine.match(address, length, name):
                return identifier if self._current[identifier & _SLOT_MASK] == identifier else REVOKED
        return NOTFOUND

    def held(self):
        """List of (identifier, object, rights, name or None) of everything held, for people to look at."""
        names = {identifier: name.decode() for name, identifier in self.names}
        result = []
        for slot, thing in enumerate(self._objects):
            if thing is not None:
                identifier = self._current[slot]
                result.append((identifier, thing, self.rights(identifier), names.get(identifier)))
        return result

    def clear(self):
        """Ends every capability: the task is over."""
        for slot in range(1, self._size):
            if self._objects[slot] is not None:
                self.drop(self._current[slot])
        self.found = None
