"""The validator where the zoo and the scripts do not reach: names in any number and order, and what Python may ask for."""

import random
import sys

import pytest
from machines import ROOT
from wasm_text import wat

sys.path.insert(0, str(ROOT / "modules" / "zoo"))
from specimen import END, body, export, function_type, module, section, vector  # noqa: E402

MAX_EXPORTS = 10000


def exporting(names):
    """A module that exports its one function under all these names."""
    return module(section(1, vector([function_type()])), section(3, b"\x01\x00"), section(7, vector(export(name, 0, 0) for name in names)),
                  section(10, vector([body(END)])))  # fmt: skip


VERDICT = """
import wasm3
wasm3.arena_resize(1 << 20)
rows = []
for name in sorted(wasm):
    try:
        wasm3.validate(wasm[name])
        rows.append([name, None])
    except ValueError as error:
        rows.append([name, str(error)])
answer(rows)
"""


def test_a_duplicate_name_is_found_wherever_it_stands(firmware):
    """Names are sorted, so that nobody can choose some that collide in a table; the later of the two is named."""
    source = random.Random(1)
    cases, twice_named = {}, {}
    for number in range(40):
        count = source.choice((2, 3, 7, 64, 500, 2000))
        names = sorted({source.randbytes(source.choice((1, 2, 5, 9))).hex() for _ in range(count)})
        source.shuffle(names)
        first = source.randrange(len(names))
        again = source.randrange(first + 1, len(names) + 1)
        cases[f"{number:02} once"] = exporting(names)
        cases[f"{number:02} twice"] = exporting(names[:again] + [names[first]] + names[again:])
        twice_named[f"{number:02} twice"] = names[first]
    for name, verdict in firmware.script(VERDICT, wasm=cases):
        if name not in twice_named:
            assert verdict is None
            continue
        entry = export(twice_named[name], 0, 0)
        found = cases[name].rindex(entry) + 1  # behind the length of the name
        assert cases[name].count(entry) == 2 and verdict == f"offset 0x{found:x}: duplicate export name"


@pytest.mark.parametrize("order", ["rising", "falling", "equal ends"])
def test_as_many_names_as_there_may_be_in_any_order(firmware, tmp_path, order):
    names = [f"{number:05}" for number in range(MAX_EXPORTS)]
    if order == "falling":
        names.reverse()
    if order == "equal ends":
        names = [("x" * 40) + name for name in names]
    (tmp_path / "many.wasm").write_bytes(exporting(names))
    (tmp_path / "twice.wasm").write_bytes(exporting([*names[:-1], names[0]]))
    many, twice = firmware.script("""
import wasm3
wasm3.arena_resize(1 << 20)
rows = []
for name in ("many", "twice"):
    with open(directory + "/" + name + ".wasm", "rb") as stream:
        try:
            rows.append(wasm3.validate(stream.read()))
        except ValueError as error:
            rows.append(str(error))
answer(rows)
""", directory=str(tmp_path))  # fmt: skip
    assert many is None and twice.endswith(": duplicate export name")


def test_lengths_beyond_32_bits_are_outside_of_memory(firmware):
    """Found by reading: a length was cut to 32 bits before it was held against memory, and used whole after."""
    assert firmware.script("""
import wasm3
task = wasm3.Instance(wasm["m"], None, memory=4096)
rows = []
for length in (1 << 31, (1 << 32) - 1, 1 << 32, (1 << 32) + 1, (1 << 40) + 8, -1, -(1 << 32) + 1):
    try:
        rows.append(len(task.read(0, length)))
    except ValueError as error:
        rows.append(str(error))
answer([rows, len(task.read(0, 4096))])
""", wasm={"m": wat("(module (memory 1))")}) == [["outside linear memory"] * 7, 4096]  # fmt: skip
