"""Control flow that compilers seldom produce: multi-value blocks, loops with parameters, branches out of else."""

import struct

import pytest
import wasmtime
from setups import RUN
from control_functions import FUNCTIONS, module_of

ARGUMENTS = [0, 1, 2, 3, 4, 5, 9]


def oracle(module):
    """[results for each argument] from wasmtime, as (type letter, bits)."""
    store = wasmtime.Store()
    function = wasmtime.Instance(store, wasmtime.Module(store.engine, module), []).exports(store)["f"]
    formats = {"i32": ("i", "<i", "<I"), "i64": ("I", "<q", "<Q"), "f32": ("f", "<f", "<I"), "f64": ("F", "<d", "<Q")}
    kinds = [formats[str(kind)] for kind in function.type(store).results]
    runs = []
    for argument in ARGUMENTS:
        values = function(store, argument)
        values = values if isinstance(values, list) else [values]
        runs.append([[letter, struct.unpack(read, struct.pack(write, value))[0]]
                     for (letter, write, read), value in zip(kinds, values, strict=True)])
    return runs


@pytest.mark.parametrize("name", FUNCTIONS)
def test_multi_value_control_flow_matches_the_oracle_in_every_slice(firmware, name):
    module = module_of(name)
    got = firmware.script(RUN + """
out = []
for slice in (2**30 - 1, 7, 1):
    t = wasm3.Instance(wasm["m"], entry=None, stack=4096)
    index = wasm3.exports(wasm["m"])[0][2]
    runs = []
    for argument in arguments:
        t.start(index, argument)
        runs.append(t.results() if run(t, slice) == wasm3.EXITED else t.error())
    out.append([runs, t.fuel()])
    t.kill()
answer(out)
""", wasm={"m": module}, arguments=ARGUMENTS)
    assert got[0][0] == oracle(module)
    assert got[1] == got[0] and got[2] == got[0]
