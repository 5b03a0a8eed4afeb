"""Capabilities: the only way a task reaches anything.

Each task has one table. A slot holds an object and the rights the task has to it; what the module sees is an
identifier made of the slot (bits 0-7) and the slot's generation (bits 8-29). Every drop or revocation raises the
generation, so an old identifier is recognised however often its slot is used again.

A capability that was opened through another one is its child. Dropping a capability keeps its children: they move to the
grandparent. Revoking a capability revokes everything derived from it.

Invariants: an identifier is positive and below 2^30 (a small integer on every machine), and 0 names nothing. Slots are
reused first in, first out, so that generations rise evenly. A slot whose generations are used up is never used again.
Slot 0 holds no capability: it is the root of the tree, the parent of every capability without another one. `check`,
`insert`, `drop` and `find` allocate nothing, and nothing here recurses.
"""
from uarray import array
from abi import BADCAP, REVOKED, DENIED, QUOTA, NOTFOUND, RIGHT_READ, RIGHT_WRITE, RIGHT_CREATE

RIGHTS = {"read": RIGHT_READ, "write": RIGHT_WRITE, "create": RIGHT_CREATE}     # their names in manifests and at the prompt


def rights_words(rights):
    """List of the names of rights, in order."""
    return [word for word in sorted(RIGHTS) if RIGHTS[word] & rights]


_SLOT_MASK = const(0xFF)
_GENERATION_SHIFT = const(8)
_GENERATION_STEP = const(1 << 8)
_KINDS = const(0xFF)                    # of a `need`, see check; the rights stand above
_RIGHTS_SHIFT = const(8)
SLOTS_MOST = const(255)                 # what bits 0-7 hold, without slot 0
SLOTS_DEFAULT = const(16)               # several times what a task of the demo uses; costs 700 bytes of heap


class Capabilities:
    """The capabilities of one task.

    `most`: how many it may hold at once, 1..255. Their places are made here, so that no later call needs memory.
    """

    # How often a slot is used. Of the 22 bits of a generation the value 0 is never used, and the last one stands for
    # "used up": so what is kept of a retired slot is a small integer too.
    GENERATIONS = (1 << 22) - 2

    def __init__(self, most=SLOTS_DEFAULT):
        if not 1 <= most <= SLOTS_MOST:
            raise ValueError("a capability table has 1 to 255 slots")
        self._names = ()                # of what the manifest granted, as bytes
        self._granted = ()              # the identifiers of these, in the same order
        self._size = most + 1
        self._objects = [None] * (most + 1)
        self._kinds_and_rights = array("H", bytes(2 * (most + 1)))        # kind and rights, like a `need`; 0: the slot is free
        # The identifier that is good now for what the slot holds or will hold next; slot 0 never has one.
        self._current = array("I", [0] + [_GENERATION_STEP | slot for slot in range(1, most + 1)])
        # The tree of what is held, by slots. The children of one parent are a list: `_next` is 0 at its end, `_previous`
        # of the first is the last. Only of the last `_parent` is kept, so that children change their parent all at
        # once: no call's time depends on how many there are. Free slots are chained by `_next` alone.
        self._next = bytearray([0] + list(range(2, most + 1)) + [0])
        self._previous = bytearray(most + 1)
        self._parent = bytearray(most + 1)
        self._child = bytearray(most + 1)                       # the child opened last
        self._first = 1                 # of the free slots; 0: none
        self._last = most

    def check(self, identifier, need):
        """Returns 0 where `identifier` is good for what is needed, else an error code.

        `need`: in bits 0-7 a mask of acceptable kinds, in bits 8-15 the rights that must all be there. `call` of a
        guarded instance makes the same decision in C; a call that it refuses comes here to learn the error code.
        """
        slot = identifier & _SLOT_MASK
        if slot >= self._size:
            return BADCAP
        current = self._current[slot]
        if identifier != current:
            return REVOKED if _GENERATION_STEP <= identifier < current else BADCAP
        held = self._kinds_and_rights[slot]
        if not held & need & _KINDS:
            return BADCAP
        if (need & ~held) >> _RIGHTS_SHIFT:
            return DENIED
        return 0

    def guard(self, instance):
        """Lets a wasm3.Instance check its calls by this table, in C."""
        instance.guard(self._current, self._kinds_and_rights, self._objects)

    def rights(self, identifier):
        """The rights of a capability that `check` has just accepted."""
        return self._kinds_and_rights[identifier & _SLOT_MASK] >> _RIGHTS_SHIFT

    def insert(self, thing, rights, parent=0):
        """Puts a new capability into a slot. Returns its identifier, or QUOTA where there is no free one.

        `thing`: has an attribute `kind`, one bit, and a method `release()`, called when the capability is gone; the
        table keeps it alive until then. `parent`: identifier of the capability it was opened through.
        """
        slot = self._first
        if slot == 0:
            return QUOTA
        self._first = self._next[slot]
        parent &= _SLOT_MASK
        head = self._child[parent]
        self._next[slot] = head
        if head:
            self._previous[slot] = self._previous[head]
            self._previous[head] = slot
        else:
            self._previous[slot] = slot
            self._parent[slot] = parent
        self._child[parent] = slot
        self._objects[slot] = thing
        self._kinds_and_rights[slot] = thing.kind | rights << _RIGHTS_SHIFT
        return self._current[slot]

    def full(self):
        """True where `insert` would find no slot."""
        return self._first == 0

    def drop(self, identifier):
        """Ends a capability that `check` accepts; its identifier is REVOKED from now on. Returns 0."""
        self._end(identifier & _SLOT_MASK).release()
        return 0

    def _end(self, slot):
        # The slot is free, or retired; its children stand where it stood. Returns the object.
        thing = self._objects[slot]
        following = self._next
        previous = self._previous
        after = following[slot]
        before = previous[slot]
        first = self._child[slot]
        if first:
            last = previous[first]
            self._child[slot] = 0
            following[last] = after
            if after:
                previous[after] = last
        else:
            first = after
            last = before
        if following[before]:
            parent = self._parent[slot]     # good where the slot was the last one
            following[before] = first
            if first:
                previous[first] = before
        else:                               # it was the first one, and `before` is the last
            parent = self._parent[before]
            self._child[parent] = first
            if first and after:
                previous[first] = before
        if after == 0 and self._child[parent]:
            self._parent[last] = parent     # the list has another end
            previous[self._child[parent]] = last
        self._objects[slot] = None
        self._kinds_and_rights[slot] = 0
        self._current[slot] += _GENERATION_STEP
        if self._current[slot] >> _GENERATION_SHIFT <= self.GENERATIONS:
            self._next[slot] = 0
            if self._first:
                self._next[self._last] = slot
            else:
                self._first = slot
            self._last = slot
        return thing

    def revoke(self, identifier):
        """Ends a capability and all that was opened through it, however deep. Returns how many that were.

        An exception of an object's `release` comes through when all of them are ended.
        """
        slot = top = identifier & _SLOT_MASK
        count = 0
        failed = None
        while True:
            while self._child[slot]:
                slot = self._child[slot]
            parent = self._parent[self._previous[slot]]     # it is a first child, but for the top, which needs none
            count += 1
            try:
                self._end(slot).release()
            except Exception as error:
                failed = error
            if slot == top:
                break
            slot = parent
        if failed:
            raise failed
        return count

    def revoke_thing(self, thing):
        """Revokes every capability to an object, open files of a file too. Returns how many were ended."""
        count = 0
        for slot in range(1, self._size):
            held = self._objects[slot]
            if held is not None and (held is thing or getattr(held, "file", None) is thing):
                count += self.revoke(self._current[slot])
        return count

    def grant(self, name, thing, rights):
        """Inserts a capability the module can find by `name` (a string). Returns the identifier or QUOTA."""
        identifier = self.insert(thing, rights)
        if identifier > 0:
            self._names += (name.encode(),)
            self._granted += (identifier,)
        return identifier

    def find(self, instance, address, length):
        """The identifier granted under the name in the task's memory, NOTFOUND or REVOKED.

        `instance`: has `match(address, length, names)`.
        """
        place = instance.match(address, length, self._names)
        if place < 0:
            return NOTFOUND
        identifier = self._granted[place]
        return identifier if self._current[identifier & _SLOT_MASK] == identifier else REVOKED

    def held(self):
        """List of (identifier, object, rights, name or None) of everything held, for the prompt."""
        names = {identifier: name.decode() for name, identifier in zip(self._names, self._granted)}
        result = []
        for slot, thing in enumerate(self._objects):
            if thing is not None:
                identifier = self._current[slot]
                result.append((identifier, thing, self.rights(identifier), names.get(identifier)))
        return result

    def clear(self):
        """Ends every capability: the task is over."""
        failed = None
        while self._child[0]:
            try:
                self.revoke(self._child[0])
            except Exception as error:
                failed = error
        if failed:
            raise failed
