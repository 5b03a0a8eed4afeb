"""Capabilities: kind and rights, stale identifiers, slots in order, generations that end."""

SETUP = """
from kernel import abi
from kernel.capability import Capabilities
class Thing:
    kind = abi.KIND_FILE
    released = 0
    def release(self):
        self.released += 1
class Folder(Thing):
    kind = abi.KIND_DIRECTORY
READ_FILE = abi.KIND_FILE | abi.RIGHT_READ << 8
ANY_FILE = abi.KIND_FILE
EITHER = abi.KIND_FILE | abi.KIND_DIRECTORY
"""


def test_kind_and_rights(firmware):
    result = firmware.script(SETUP + """
c = Capabilities(4)
thing = Thing()
read_only = c.insert(thing, abi.RIGHT_READ)
write_only = c.insert(Thing(), abi.RIGHT_WRITE)
folder = c.insert(Folder(), abi.RIGHT_READ | abi.RIGHT_WRITE)
ok = c.check(read_only, READ_FILE)
found = c.found is thing
answer([ok, found, c.check(write_only, READ_FILE), c.check(folder, READ_FILE), c.check(folder, EITHER),
        c.check(write_only, EITHER), c.check(write_only, EITHER | abi.RIGHT_READ << 8), c.rights(folder),
        c.check(write_only, ANY_FILE)])
""")
    assert result == [0, True, -3, -1, 0, 0, -3, 3, 0]


def test_made_up_identifiers_are_bad(firmware):
    result = firmware.script(SETUP + """
c = Capabilities(4)
good = c.insert(Thing(), abi.RIGHT_READ)
free = good + 1            # same generation, a slot nobody holds
answer([good] + [c.check(i, ANY_FILE) for i in
        (0, 255, 256, free, good + 256, 5, 5 | 256, 200 | 256, good & 255, (1 << 30) - 1, good | 1 << 29)])
""")
    assert result[0] == 0x101
    assert result[1:] == [-1] * 11


def test_generation_tells_old_from_new_and_slots_are_reused_in_order(firmware):
    result = firmware.script(SETUP + """
c = Capabilities(3)
first = [c.insert(Thing(), 1) for _ in range(3)]
full = [c.full(), c.insert(Thing(), 1)]
for i in (first[1], first[0], first[2]):
    c.drop(i)
second = [c.insert(Thing(), 1) for _ in range(3)]
answer([full, [i & 255 for i in first], [i & 255 for i in second], [i >> 8 for i in second],
        [c.check(i, ANY_FILE) for i in first], [c.check(i, ANY_FILE) for i in second]])
""")
    assert result == [[True, -10], [1, 2, 3], [2, 1, 3], [2, 2, 2], [-2] * 3, [0] * 3]


def test_every_reuse_of_a_slot_is_recognised(firmware):
    """The first SovelmaOS never raised its generations: an old handle opened somebody else's object."""
    assert firmware.script(SETUP + """
c = Capabilities(1)
seen = set()
stale = 0
for _ in range(1000):
    i = c.insert(Thing(), 1)
    seen.add(i)
    c.drop(i)
    stale += c.check(i, ANY_FILE) == abi.REVOKED
answer([len(seen), stale])
""") == [1000, 1000]


def test_a_slot_whose_generations_are_used_up_is_retired(firmware):
    assert firmware.script(SETUP + """
c = Capabilities(2)
c._current[1] = ((1 << 22) - 1) << 8 | 1     # 4,194,303 uses later
last = c.insert(Thing(), 1)
other = c.insert(Thing(), 1)
c.drop(last)
full = c.full()
c.drop(other)
again = c.insert(Thing(), 1)
answer([last < 1 << 30, c.check(last, ANY_FILE), full, again & 255, c.full(), c.insert(Thing(), 1)])
""") == [True, -2, True, 2, True, -10]


def test_granted_names_are_found_and_their_end_is_told(firmware):
    assert firmware.script(SETUP + """
class Machine:
    def match(self, address, length, name):
        return b"..input"[address:address + length] == name
c = Capabilities(2)
i = c.grant("input", Thing(), 1)
before = c.find(Machine(), 2, 5) == i, c.find(Machine(), 2, 4), c.find(Machine(), 0, 0)
c.drop(i)
answer([before, c.find(Machine(), 2, 5), c.held()])
""") == [[True, -5, -5], -2, []]


def test_random_use_against_a_model(firmware):
    assert firmware.script(SETUP + """
import random
random.seed(7)
c = Capabilities(9)
live, dead, wrong = {}, [], 0
for step in range(20000):
    if random.getrandbits(1) and not c.full():
        thing = Thing()
        i = c.insert(thing, abi.RIGHT_READ)
        wrong += i in live or i in dead[-50:]
        live[i] = thing
    elif live:
        i = random.choice(list(live))
        del live[i]
        dead.append(i)
        c.drop(i)
    if live:
        i = random.choice(list(live))
        wrong += c.check(i, READ_FILE) != 0 or c.found is not live[i]
    if dead:
        wrong += c.check(random.choice(dead), READ_FILE) != abi.REVOKED
    wrong += c.full() != (len(live) == 9)
answer([wrong, len(dead) > 5000])
""") == [0, True]


def test_a_thing_is_released_once_when_its_capability_goes(firmware):
    assert firmware.script(SETUP + """
c = Capabilities(4)
things = [Thing(), Folder(), Thing()]
ids = [c.insert(thing, 1) for thing in things]
seen = [[thing.released for thing in things]]
c.drop(ids[1])
seen.append([thing.released for thing in things])
c.clear()
c.clear()
seen.append([thing.released for thing in things])
answer(seen)
""") == [[0, 0, 0], [0, 1, 0], [1, 1, 1]]
