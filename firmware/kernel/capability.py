"""Capabilities: the only way a task reaches anything.

Each task has one table. A slot holds an object and the rights the task has to it; what the module sees is an
identifier made of the slot (bits 0-7) and the slot's generation (bits 8-29). Every drop or revocation raises the
generation, so an old identifier is recognised however often its slot is used again.

Invariants: identifiers are positive and below 2^30 (a small integer everywhere), 0 is none; slots are reused first
in, first out, so that generations rise evenly; a slot whose generations are used up is never used again; slot 0 is
never used. `check` is in the path of every call and allocates nothing.
"""
from array import array
from micropython import const
from kernel.abi import BADCAP, REVOKED, DENIED, QUOTA, NOTFOUND

_SLOT_MASK = const(0xFF)
_GENERATION_SHIFT = const(8)
GENERATION_MOST = const((1 << 22) - 1)  # what bits 8-29 hold
SLOTS_MOST = const(255)                 # what bits 0-7 hold, without slot 0
SLOTS_DEFAULT = const(32)               # several times what a task of the demo uses; a full table costs 2 KB of heap


class Capabilities:
    """The capabilities of one task.

    `most`: how many it may hold at once, 1..255.
    """

    def __init__(self, most=SLOTS_DEFAULT):
        if not 1 <= most <= SLOTS_MOST:
            raise ValueError("a capability table has 1 to 255 slots")
        self.most = most
        self.found = None               # the object of the last successful check
        self.names = []                 # (name as bytes, identifier) of what the manifest granted
        self._objects = [None]
        self._rights = bytearray(1)
        self._generations = array("I", (0,))
        self._free = []                 # slots to use again, the oldest first

    def check(self, identifier, kind, rights):
        """Looks `identifier` up. Returns 0 and leaves the object in `found`, or an error code.

        `kind`: bit mask of acceptable kinds; `rights`: bit mask of rights that must all be there. Allocates nothing.
        """
        slot = identifier & _SLOT_MASK
        if slot >= len(self._generations):
            return BADCAP
        stale = self._generations[slot] - (identifier >> _GENERATION_SHIFT)
        if stale:
            # identifier 0 and slot 0 end here or below: slot 0 has generation 0 and no object
            return REVOKED if stale > 0 and identifier > _SLOT_MASK else BADCAP
        found = self._objects[slot]
        if found is None or not found.kind & kind:
            return BADCAP
        if rights & ~self._rights[slot]:
            return DENIED
        self.found = found
        return 0

    def rights(self, identifier):
        """The rights of a capability that `check` has just accepted."""
        return self._rights[identifier & _SLOT_MASK]

    def full(self):
        """True where `insert` would find no slot."""
        return not self._free and len(self._generations) > self.most

    def insert(self, thing, rights):
        """Puts a new capability into a slot. Returns its identifier, or QUOTA where the table is full.

        `thing`: has an attribute `kind`, one bit; the table keeps it alive. May raise MemoryError, and then has
        changed nothing.
        """
        if self._free:
            slot = self._free.pop(0)
        elif len(self._generations) <= self.most:
            slot = self._append_slot()
        else:
            return QUOTA
        self._objects[slot] = thing
        self._rights[slot] = rights
        return self._generations[slot] << _GENERATION_SHIFT | slot

    def _append_slot(self):
        # _generations last: `check` goes by its length, so a MemoryError on the way leaves a table without the slot
        slot = len(self._generations)
        if len(self._objects) == slot:
            self._objects.append(None)
        if len(self._rights) == slot:
            self._rights.append(0)
        self._generations.append(1)
        return slot

    def drop(self, identifier):
        """Ends a capability that `check` accepts; its identifier is REVOKED from now on. Returns 0.

        May raise MemoryError, and then has changed nothing.
        """
        slot = identifier & _SLOT_MASK
        if self._generations[slot] < GENERATION_MOST:
            self._free.append(slot)
        self._generations[slot] += 1
        self._objects[slot] = None
        self._rights[slot] = 0
        return 0

    def grant(self, name, thing, rights):
        """Inserts a capability the module can find by `name` (a string). Returns the identifier or QUOTA."""
        identifier = self.insert(thing, rights)
        if identifier > 0:
            self.names.append((name.encode(), identifier))
        return identifier

    def find(self, machine, address, length):
        """The identifier granted under the name in the task's memory, NOTFOUND or REVOKED. Allocates nothing.

        `machine`: has `match(address, length, bytes)`.
        """
        for name, identifier in self.names:
            if machine.match(address, length, name):
                if self._generations[identifier & _SLOT_MASK] != identifier >> _GENERATION_SHIFT:
                    return REVOKED
                return identifier
        return NOTFOUND

    def held(self):
        """List of (identifier, object, rights, name or None) of everything held, for people to look at."""
        names = {identifier: name.decode() for name, identifier in self.names}
        result = []
        for slot, thing in enumerate(self._objects):
            if thing is not None:
                identifier = self._generations[slot] << _GENERATION_SHIFT | slot
                result.append((identifier, thing, self._rights[slot], names.get(identifier)))
        return result

    def clear(self):
        """Ends every capability: the task is over."""
        for identifier, _, _, _ in self.held():
            self.drop(identifier)
        self.found = None
