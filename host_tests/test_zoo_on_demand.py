"""The zoo once more, each specimen compiled when first called: what becomes of it is the same, to the unit of fuel.

But for those that take more memory than there is: without a quota they are not created, with one they may be, and end by
themselves, or when they call what does not fit.
"""

import pytest
from test_zoo import ARENAS, BATCH, CAGES, SCRIPT, SPECIMENS, VICTIM

QUOTA = 270 * 1024  # of the 300 KB arena, beside the victim and the compiler's tables
NAMES = [name for name, each in SPECIMENS.items() if "quota" not in each.options]


def play(firmware, names, quota):
    """{name: [outcome, what the victim left behind]}"""
    CAGES.mkdir(parents=True, exist_ok=True)
    for name in names:
        (CAGES / f"{name}.wasm").write_bytes(SPECIMENS[name].module)
    plan = [(name, {**SPECIMENS[name].options, "quota": quota}) for name in names]
    rows = firmware.script(SCRIPT, wasm={"victim": VICTIM}, arena=ARENAS["300K"], plan=plan, directory=str(CAGES), timeout=300)
    return {name: rest for name, *rest in rows}


@pytest.mark.pc("modules are files of the host")
@pytest.mark.parametrize("first", range(0, len(NAMES), BATCH))
def test_zoo_on_demand(firmware, first):
    names = NAMES[first : first + BATCH]
    usual, lazily = play(firmware, names, 0), play(firmware, names, QUOTA)
    for name in names:
        outcome, victim = lazily[name]
        assert victim == usual[name][1], name
        if outcome != usual[name][0]:
            assert usual[name][0] == ["no memory"], (name, usual[name][0], outcome)
            starved = outcome[0] == "fault" and outcome[1]["reason"].startswith("out of memory compiling function ")
            assert starved or outcome[0] == "exit", (name, outcome)  # most of it is never called


def test_nearly_all_of_the_zoo_is_played():
    assert len(NAMES) > 400
