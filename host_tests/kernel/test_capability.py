"""Capabilities: kind and rights, stale identifiers, slots in order, generations that end, revocation, a model.

The model is held against both checks there are, that of Python and the one in C that a task's calls meet.
"""

import random
import tomllib
from collections import Counter

from machines import ROOT
from script_files import script
from wasm_text import wat

ABI = tomllib.loads((ROOT / "firmware" / "abi.toml").read_text())
KINDS = {kind["name"]: 1 << kind["bit"] for kind in ABI["kind"]}
RIGHTS = {right["name"]: 1 << right["bit"] for right in ABI["right"]}
# {number: (kinds, rights)} of the calls that need a capability.
NEEDS = {call["number"]: (sum(KINDS[name] for name in call["needs"]["kinds"]), sum(RIGHTS[name] for name in call["needs"]["rights"]))
         for call in ABI["call"] if "needs" in call}  # fmt: skip


def caller():
    """A module that makes the call whose number lies at 0, with the capability at 4, again and again."""
    imports, cases = [], []
    for call in ABI["call"]:
        if call["number"] not in NEEDS:
            continue
        width = sum(2 if argument["kind"].startswith("slice") else 1 for argument in call["argument"])
        others = ["(i32.const 1)"] * (width - 1)      # in range for every kind of argument
        imports.append(f'(import "sovelma" "{call["name"]}" (func ${call["name"]} (param{" i32" * width}) (result i32)))')
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
answer([ok, c.check(write_only, READ_FILE), c.check(folder, READ_FILE), c.check(folder, EITHER),
        c.check(write_only, EITHER), c.check(write_only, EITHER | abi.RIGHT_READ << 8), c.rights(folder),
        c.check(write_only, ANY_FILE)])
""")
    assert result == [0, -3, -1, 0, 0, -3, 3, 0]


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
class Small(Capabilities):
    GENERATIONS = 3
c = Small(2)
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
c._current[1] = Capabilities.GENERATIONS << 8 | 1     # that many uses later
last = c.insert(Thing(), 1)
c.drop(last)
answer([last < 1 << 30, c._current[1] < 1 << 30, c.check(last, ANY_FILE), c.insert(Thing(), 1) & 255])
""") == [True, True, -2, 2]


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


class Model:
    """What a table should do, without any of its data structures: every identifier ever given out and what became of it.

    Slots are used again in the order in which they became free; those freed by one revocation in any order.
    """

    def __init__(self, most, generations):
        self.free = [{slot} for slot in range(1, most + 1)]     # groups, the one that was freed first in front
        self.uses = dict.fromkeys(range(1, most + 1), 0)
        self.generations = generations
        self.issued = []        # identifiers in order
        self.live = {}          # identifier: [thing, kind, rights, parent or 0]

    def insert(self, answer, thing, rights, parent):
        if not self.free:
            assert answer == -10
            return
        slot, generation = answer & 255, answer >> 8
        assert slot in self.free[0] and generation == self.uses[slot] + 1
        self.free[0].remove(slot)
        if not self.free[0]:
            self.free.pop(0)
        self.uses[slot] += 1
        self.issued.append(answer)
        self.live[answer] = [thing, 1 << thing % 5, rights, parent]

    def end(self, identifiers):
        for identifier in identifiers:
            del self.live[identifier]
        again = {i & 255 for i in identifiers if self.uses[i & 255] < self.generations}
        if again:
            self.free.append(again)

    def check(self, identifier, kinds, rights):
        """The error, or the number of the thing that is found."""
        if identifier not in self.live:
            return -2 if identifier in self.issued else -1
        thing, kind, held, _ = self.live[identifier]
        return -1 if not kind & kinds else -3 if rights & ~held else thing

    def drop(self, identifier):
        for entry in self.live.values():
            if entry[3] == identifier:
                entry[3] = self.live[identifier][3]
        self.end([identifier])

    def below(self, identifier):
        """The identifier and everything that came of it."""
        found = {identifier}
        while more := {i for i, entry in self.live.items() if entry[3] in found} - found:
            found |= more
        return found

    def revoke(self, identifier):
        gone = self.below(identifier)
        self.end(gone)
        return len(gone)


# Executes operations [name, table, numbers...]; `pick` is the k-th identifier the table ever gave out.
EXECUTE = script(__file__, "capability_model")


def random_run(seed):
    """(slots, generations, operations)"""
    generator = random.Random(seed)
    most, generations = generator.choice([(1, 3), (3, 2), (4, 1000), (9, 4), (30, 1000), (255, 5)])
    names = ["insert"] * 5 + ["check"] * 4 + ["drop"] * 2 + ["revoke", "other", "made up", "full"]
    names += ["revoke thing"] * (seed % 2)
    operations = []
    for _ in range(300):
        what, t = generator.choice(names), generator.randrange(2)
        recent = generator.randrange(-3, 300)
        if what == "made up":
            recent = generator.choice([generator.randrange(1 << 30), generator.randrange(1 << 12), 256 + generator.randrange(256)])
        a, b = generator.randrange(8), generator.randrange(8) if what == "insert" else generator.choice(list(NEEDS))
        operations.append([what, t, a, b, recent])
    return most, generations, operations


def replay(most, generations, operations, answers):
    """Holds every answer against the model; returns how many of each kind there were."""
    tables = [Model(most, generations), Model(most, generations)]
    seen = Counter()
    for (what, t, a, b, k), got in zip(operations, answers, strict=True):
        model = tables[t]
        i = model.issued[k % len(model.issued)] if model.issued and k >= 0 else 0
        live = i in model.live
        if what == "insert":
            model.insert(got, a, b, i if live else 0)
        elif what == "check":
            assert got == model.check(i, *NEEDS[b])
        elif what == "other":
            theirs = tables[1 - t].issued
            i = theirs[k % len(theirs)] if theirs and k >= 0 else 0
            assert got == model.check(i, *NEEDS[b])
        elif what == "made up":
            assert got == model.check(k, *NEEDS[b])
        elif what == "revoke thing":
            counts = []
            for table in tables:
                gone = set().union(*[table.below(i) for i, entry in table.live.items() if entry[0] == a])
                # each root of what goes is a group of its own, in the order of the slots: told by one group here
                table.end(gone)
                table.free = [set().union(*table.free)] if table.free else []
                counts.append(len(gone))
            assert got == counts
        elif what == "full":
            assert got[0] == (not model.free)
            assert got[1] == sorted([i, entry[0], entry[2]] for i, entry in model.live.items())
        elif live:
            assert got == (model.drop(i) or 0 if what == "drop" else model.revoke(i))
        else:
            assert got is None
        seen[what, got if isinstance(got, int) and got < 0 else "ok" if live else "-"] += 1
    return seen


def test_random_use_against_a_model(firmware):
    """Two tables, 200 random histories: identifiers, errors, children, slots and generations as the model says."""
    runs = [random_run(seed) for seed in range(200)]
    seen = Counter()
    for run, answers in zip(runs, firmware.script(SETUP + EXECUTE, wasm={"caller": caller()}, runs=runs), strict=True):
        seen += replay(*run, answers)
    for what in (("insert", -10), ("check", "ok"), ("check", -1), ("check", -2), ("check", -3), ("revoke", "ok"), ("drop", "ok"),
                 ("other", -1), ("other", -2), ("made up", -1), ("revoke thing", "ok"), ("full", "ok")):  # fmt: skip
        assert seen[what] > 50, what
