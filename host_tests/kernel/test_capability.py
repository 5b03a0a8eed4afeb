"""Capabilities: kind and rights, stale identifiers, slots in order, generations that end, what is made of what in several
tables, revocation, a model.

The model is held against both faces of the check: what Python asks, and what a task's calls meet.
"""

import random
import tomllib
from collections import Counter

from abi_definition import wasm_types
from machines import ROOT
from script_files import script
from wasm_text import wat

ABI = tomllib.loads((ROOT / "firmware" / "abi.toml").read_text())
KINDS = {kind["name"]: 1 << kind["bit"] for kind in ABI["kind"]}
RIGHTS = {right["name"]: 1 << right["bit"] for right in ABI["right"]}
# {number: (kinds, rights)} of the calls that need a capability.
NEEDS = {call["number"]: (0xFFFF if call["needs"]["kinds"] == ["ANY"] else sum(KINDS[name] for name in call["needs"]["kinds"]), sum(RIGHTS[name] for name in call["needs"]["rights"]))
         for call in ABI["call"] if "needs" in call}  # fmt: skip


def caller():
    """A module that makes the call whose number lies at 0, with the capability at 4, again and again."""
    imports, cases = [], []
    for call in ABI["call"]:
        if call["number"] not in NEEDS:
            continue
        # In range for every kind of argument.
        types = wasm_types(call["name"])
        others = [f"({t}.const 1)" for t in types[1:]]
        imports.append(f'(import "sovelma" "{call["name"]}" (func ${call["name"]} (param {" ".join(types)}) (result i32)))')
        cases.append(f"""(if (i32.eq (i32.load (i32.const 0)) (i32.const {call["number"]}))
          (then (drop (call ${call["name"]} (i32.load (i32.const 4)) {" ".join(others)}))))""")
    return wat(f"""(module {" ".join(imports)} (memory (export "memory") 1) (func (export "run") (loop {" ".join(cases)} (br 0))))""")

SETUP = """
import abi
from kernel.core.capability import Capabilities
class Thing:
    kind = abi.KIND_FILE
    released = 0
    def release(self):
        self.released += 1
class Folder(Thing):
    kind = abi.KIND_DIRECTORY
READ_FILE = abi.KIND_FILE | abi.RIGHT_READ << abi.RIGHTS_SHIFT
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
answer([ok, c.check(write_only, READ_FILE), c.check(folder, READ_FILE), c.check(folder, EITHER),
        c.check(write_only, EITHER), c.check(write_only, EITHER | abi.RIGHT_READ << abi.RIGHTS_SHIFT), c.rights(folder),
        c.check(write_only, ANY_FILE)])
""")
    assert result == [0, -3, -1, 0, 0, -3, 3, 0]


def test_a_renewed_table_is_as_a_new_one(firmware):
    """What others made of its capabilities stays theirs."""
    result = firmware.script(SETUP + """
c, other = Capabilities(3, 2), Capabilities(1)
thing = Thing()
first = [c.grant("thing", thing, abi.RIGHT_READ), c.insert(Thing(), 3), c.insert(Thing(), 3)]
kept = c.derive(first[0], abi.RIGHT_READ, other)
c.drop(first[1])
c.insert(Thing(), 3)
c.drop(c.held()[1][0])                # its slot is used up: two generations
c.renew()
empty = c.held()
again = [c.grant("thing", thing, abi.RIGHT_READ), c.insert(Thing(), 3), c.insert(Thing(), 3)]
answer([again == first, empty, c.full(), other.check(kept, READ_FILE), thing.released])
""")
    assert result == [True, [], True, 0, 0]


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
    """With a field for three uses: each slot answers REVOKED for all of them for ever and is never given out again."""
    assert firmware.script(SETUP + """
c = Capabilities(2, 3)
issued = []
for _ in range(6):
    i = c.insert(Thing(), abi.RIGHT_READ)
    issued.append(i)
    c.drop(i)
answer([sorted(issued), c.full(), c.insert(Thing(), 1), [c.check(i, ANY_FILE) for i in issued], c.check(1 | 4 << 8, ANY_FILE)])
""") == [[s | g << 8 for g in (1, 2, 3) for s in (1, 2)], True, -10, [-2] * 6, -1]


def test_the_last_identifier_of_the_real_field_is_a_small_integer(firmware):
    assert firmware.script(SETUP + """
c = Capabilities(255)
c._age(1, (1 << 22) - 2)                # that many uses later
last = c.insert(Thing(), 1)
c.drop(last)
answer([last, c.check(last, ANY_FILE), c.insert(Thing(), 1) & 255])
""") == [((1 << 22) - 2) << 8 | 1, -2, 2]


def test_what_was_opened_through_a_revoked_capability_is_gone_too(firmware):
    assert firmware.script(SETUP + """
c = Capabilities(9)
things = [Folder() for _ in range(7)]
a = c.insert(things[0], 1)
b = c.insert(things[1], 1, a)
d = c.insert(things[2], 1, b)
e = c.insert(things[3], 1, b)
f = c.insert(things[4], 1, a)
other = c.insert(things[5], 1)
c.drop(b)                               # d and e are a's now
count = c.revoke(a)
answer([count, [c.check(i, EITHER) for i in (a, b, d, e, f, other)], [thing.released for thing in things]])
""") == [4, [-2, -2, -2, -2, -2, 0], [1, 1, 1, 1, 1, 0, 0]]


def test_a_chain_as_long_as_the_table_is_revoked(firmware):
    assert firmware.script(SETUP + """
c = Capabilities(255)
chain = [0]
while not c.full():
    chain.append(c.insert(Folder(), 1, chain[-1]))
count = c.revoke(chain[1])
answer([count, sum([c.check(i, EITHER) == abi.REVOKED for i in chain[1:]]), c.held()])
""") == [255, 255, []]


def test_a_release_that_fails_ends_the_rest_all_the_same(firmware):
    assert firmware.script(SETUP + """
class Bad(Folder):
    def release(self):
        raise OSError(5)
c = Capabilities(4)
thing = Thing()
a = c.insert(Thing(), 1)
b = c.insert(Bad(), 1, a)
d = c.insert(thing, 1, b)
out = []
try:
    c.revoke(a)
except OSError:
    out.append([c.held(), thing.released])
a = c.insert(Bad(), 1)
b = c.insert(Bad(), 1)
try:
    c.clear()
except OSError:
    out.append(c.held())
a = c.insert(Bad(), 1)
try:
    c.drop(a)
except OSError:
    out.append([c.check(a, EITHER), c.full()])
answer(out)
""") == [[[], 1], [], [-2, False]]


def test_granted_names_are_found_and_their_end_is_told(firmware):
    assert firmware.script(SETUP + """
class Machine:
    def match(self, address, length, names):
        text = b"..input"[address:address + length]
        return names.index(text) if text in names else -1
c = Capabilities(2)
c.drop(c.grant("other", Thing(), 1))
i = c.grant("input", Thing(), 1)
before = c.find(Machine(), 2, 5) == i, c.find(Machine(), 2, 4), c.find(Machine(), 0, 0)
c.drop(i)
answer([before, c.find(Machine(), 2, 5), c.held()])
""") == [[True, -5, -5], -2, []]


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


def test_a_derived_capability_names_the_same_object_with_fewer_rights(firmware):
    """The object goes with the last of them, in whatever table and order."""
    assert firmware.script(SETUP + """
c, other = Capabilities(3), Capabilities(2)
thing = Thing()
a = c.insert(thing, 3)
b = c.derive(a, 1)
d = c.derive(b, 1, other)
out = [[c.derive(b, 2), c.derive(a, 4), c.get(b) is other.get(d) is thing, c.rights(b), other.rights(d), c.check(b, READ_FILE | 2 << abi.RIGHTS_SHIFT)]]
e = c.derive(a, 0)
out.append([c.derive(a, 0), c.drop(a), thing.released, c.check(b, READ_FILE), other.check(d, READ_FILE)])
c.clear()
out.append([thing.released, other.check(d, READ_FILE), other.drop(d), thing.released, other.check(d, READ_FILE)])
answer(out)
""") == [[-3, -3, True, 1, 1, -3], [-10, 0, 0, 0, 0], [0, 0, 0, 1, -2]]


def test_revoking_reaches_every_table_and_wakes_whose_they_were(firmware):
    """Down a chain of 10,000 through 50 tables, in bounded stack; each owner is told once, and what was not made of it stays."""
    assert firmware.script(SETUP + """
import gc
tables = [Capabilities(255) for _ in range(50)]
for number, table in enumerate(tables):
    table.owner = number
thing = Thing()
top = last = tables[0].insert(thing, 1)
beside = [table.insert(Thing(), 1) for table in tables]
table = tables[0]
for n in range(length):
    into = tables[n % 50]
    last = table.derive(last, 1, into)
    table = into
told = []
gc.collect()
before = gc.mem_alloc()
count = tables[0].revoke(top, False, told.append)
answer([count, sorted(told) == list(range(50)), thing.released, tables[0].check(top, READ_FILE), table.check(last, READ_FILE),
        [table.check(i, READ_FILE) for table, i in zip(tables, beside)] == [0] * 50, tables[0].revoke(top), thing.released])
""", length=10000 // 50 * 50) == [10000, True, 0, 0, -2, True, 1, 1]


def test_a_table_that_goes_leaves_others_what_they_made_of_it(firmware):
    """A death is a drop: what was passed on stays, and ends with its own table or its own revocation."""
    assert firmware.script(SETUP + """
import gc
others = [Capabilities(2) for _ in range(3)]
things = [Thing() for _ in range(3)]
def life():
    c = Capabilities(3)
    passed = [c.derive(c.insert(thing, 1), 1, other) for thing, other in zip(things, others)]
    c.clear()
    return passed
passed = life()
gc.collect()
junk = [bytearray(1000) for _ in range(20)]             # where the table was
out = [[other.check(i, READ_FILE) for other, i in zip(others, passed)], [thing.released for thing in things]]
others[0].drop(passed[0])
others[1].revoke(passed[1])
others[2].clear()
answer(out + [[other.check(i, READ_FILE) for other, i in zip(others, passed)], [thing.released for thing in things]])
""") == [[0, 0, 0], [0, 0, 0], [-2, -2, -2], [1, 1, 1]]


class Slots:
    """Which identifiers a table gives out. Slots are used again in the order in which they became free; those freed by one
    revocation in any order.
    """

    def __init__(self, maximum, generations):
        self.free = [{slot} for slot in range(1, maximum + 1)]     # groups, the one that was freed first in front
        self.uses = dict.fromkeys(range(1, maximum + 1), 0)
        self.generations = generations
        self.issued = []        # identifiers in order

    def take(self, answer):
        """Holds the answer of what takes a slot against the model. True where there was one."""
        if not self.free:
            assert answer == -10
            return False
        slot, generation = answer & 255, answer >> 8
        assert slot in self.free[0] and generation == self.uses[slot] + 1
        self.free[0].remove(slot)
        if not self.free[0]:
            self.free.pop(0)
        self.uses[slot] += 1
        self.issued.append(answer)
        return True

    def give(self, identifiers):
        again = {i & 255 for i in identifiers if self.uses[i & 255] < self.generations}
        if again:
            self.free.append(again)


class Model:
    """What two tables should do, without any of their data structures: every identifier ever given out and what became of it."""

    def __init__(self, maximum, generations):
        self.slots = [Slots(maximum, generations), Slots(maximum, generations)]
        self.live = {}          # (table, identifier): [thing, rights, parent or None, which capabilities name the same object]
        self.released = [0] * 8
        self.objects = 0

    def insert(self, t, answer, thing, rights, parent):
        if self.slots[t].take(answer):
            self.objects += 1
            self.live[t, answer] = [thing, rights, parent, self.objects]

    def derive(self, key, rights, into, answer):
        thing, held, _, same = self.live[key]
        if rights & ~held:
            assert answer == -3
        elif self.slots[into].take(answer):
            self.live[into, answer] = [thing, rights, key, same]

    def end(self, keys):
        for key in keys:
            thing, _, _, same = self.live.pop(key)
            self.released[thing] += all(entry[3] != same for entry in self.live.values())
        for t, slots in enumerate(self.slots):
            slots.give([i for table, i in keys if table == t])

    def check(self, t, identifier, kinds, rights):
        """The error, or the number of the thing that is found."""
        if (t, identifier) not in self.live:
            return -2 if identifier in self.slots[t].issued else -1
        thing, held, _, _ = self.live[t, identifier]
        return -1 if not 1 << thing % 5 & kinds else -3 if rights & ~held else thing

    def drop(self, key):
        for entry in self.live.values():
            if entry[2] == key:
                entry[2] = self.live[key][2]
        self.end([key])

    def below(self, *keys):
        """What these are, and everything that came of them."""
        found = set(keys)
        while more := {key for key, entry in self.live.items() if entry[2] in found} - found:
            found |= more
        return found

    def revoke(self, *keys, but=frozenset()):
        gone = self.below(*keys) - but
        self.end(gone)
        return len(gone)

    def any_order(self, t):
        """What has just become free did so in an order that is open."""
        free = self.slots[t].free
        free[:] = [set().union(*free)] if free else []


# Executes operations [name, table, numbers...]; `pick` is the k-th identifier the table ever gave out.
EXECUTE = script(__file__, "capability_model")


def random_run(seed):
    """(slots, generations, operations)"""
    generator = random.Random(seed)
    maximum, generations = generator.choice([(1, 3), (3, 2), (4, 1000), (9, 4), (30, 1000), (255, 5)])
    names = ["insert"] * 5 + ["derive"] * 5 + ["check"] * 4 + ["drop"] * 2 + ["revoke", "revoke below", "other", "made up", "full"]
    names += ["revoke thing"] * (seed % 2) + ["clear"] * (seed % 3 == 0)
    operations = []
    for _ in range(300):
        what, t = generator.choice(names), generator.randrange(2)
        recent = generator.randrange(-3, 300)
        if what == "made up":
            recent = generator.choice([generator.randrange(1 << 30), generator.randrange(1 << 12), 256 + generator.randrange(256)])
        a, b = generator.randrange(8), generator.randrange(8) if what in ("insert", "derive") else generator.choice(list(NEEDS))
        operations.append([what, t, a, b, recent])
    return maximum, generations, operations


def replay(maximum, generations, operations, answers):
    """Holds every answer against the model; returns how many of each kind there were."""
    model = Model(maximum, generations)
    seen = Counter()
    for (what, t, a, b, k), got in zip(operations, answers, strict=True):
        issued = [slots.issued for slots in model.slots]
        i = issued[t][k % len(issued[t])] if issued[t] and k >= 0 else 0
        live = (t, i) in model.live
        if what == "insert":
            model.insert(t, got, a, b, (t, i) if live else None)
        elif what == "check":
            assert got == model.check(t, i, *NEEDS[b])
        elif what == "other":
            i = issued[1 - t][k % len(issued[1 - t])] if issued[1 - t] and k >= 0 else 0
            assert got == model.check(t, i, *NEEDS[b])
        elif what == "made up":
            assert got == model.check(t, k, *NEEDS[b])
        elif what == "revoke thing":
            for table in range(2):
                gone = model.below(*[key for key, entry in model.live.items() if key[0] == table and entry[0] == a])
                assert got[table] == len(gone)
                model.end(gone)
                model.any_order(0)
                model.any_order(1)
        elif what == "clear":
            for key in [key for key in model.live if key[0] == t]:
                model.drop(key)
            model.any_order(t)
        elif what == "full":
            assert got[0] == (not model.slots[t].free)
            assert got[1] == sorted([key[1], entry[0], entry[1]] for key, entry in model.live.items() if key[0] == t)
            assert got[2] == model.released
        elif not live:
            assert got is None
        elif what == "derive":
            model.derive((t, i), b, a % 2, got)
        elif what == "drop":
            assert got == 0
            model.drop((t, i))
        elif what == "revoke":
            assert got == model.revoke((t, i))
        else:
            assert got == model.revoke((t, i), but={(t, i)})
        seen[what, got if isinstance(got, int) and got < 0 else "ok" if live else "-"] += 1
    return seen


def test_random_use_against_a_model(firmware):
    """Two tables, 200 random histories: identifiers, errors, children, slots and generations as the model says."""
    runs = [random_run(seed) for seed in range(200)]
    seen = Counter()
    for run, answers in zip(runs, firmware.script(SETUP + EXECUTE, wasm={"caller": caller()}, runs=runs), strict=True):
        seen += replay(*run, answers)
    for what in (("insert", -10), ("check", "ok"), ("check", -1), ("check", -2), ("check", -3), ("revoke", "ok"), ("drop", "ok"),
                 ("other", -1), ("other", -2), ("made up", -1), ("revoke thing", "ok"), ("full", "ok"), ("derive", "ok"), ("derive", -3),
                 ("derive", -10), ("revoke below", "ok"), ("clear", "ok")):  # fmt: skip
        assert seen[what] > 50, what
