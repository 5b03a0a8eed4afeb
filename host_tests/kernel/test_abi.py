"""The ABI: one definition, generated files up to date, contradictions refused, runtime and SDK agree with it."""

import re
import subprocess
import sys

import pytest
from abi_definition import ABI
from machines import ROOT


import gen_abi  # noqa: E402

TEXT = (ROOT / gen_abi.SOURCE).read_text()

# DESIGN: frozen with version 1.0. A change of any of these breaks modules that exist.
FROZEN = {
    "sp_yield": "i()", "sp_sleep": "i(i)", "sp_log": "i(iii)", "sp_exit": "v(i)", "sp_time": "I(i)",
    "sp_random": "i(ii)", "sp_memory_bytes": "i()", "sp_cap_find": "i(ii)", "sp_fs_open": "i(iiii)",
    "sp_fs_read": "i(iiii)", "sp_fs_write": "i(iiii)", "sp_fs_size": "i(i)", "sp_fs_close": "i(i)",
    "sp_net_connect": "i(iiiiii)", "sp_net_send": "i(iiii)", "sp_net_recv": "i(iiii)", "sp_net_close": "i(i)",
    "sp_gpio_read": "i(i)", "sp_gpio_write": "i(ii)",
}  # fmt: skip
FROZEN_ERRORS = (
    "BADCAP REVOKED DENIED INVAL NOTFOUND EXISTS AGAIN TIMEOUT DEAD QUOTA NOMEM IO UNSUPPORTED BUSY TOOBIG REFUSED "
    "UNREACHABLE RESET NOSPACE CLOSED"
).split()


def test_generated_files_are_up_to_date():
    result = subprocess.run([sys.executable, ROOT / "tools/generate/gen_abi.py", "--check"], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr


def test_check_notices_a_stale_file(tmp_path):
    outputs = [*gen_abi.OUTPUTS, *gen_abi.bindings.OUTPUTS]
    programs = [str(path.relative_to(ROOT)) for path in (ROOT / "tools/generate").glob("*.py")]
    for name in [gen_abi.SOURCE, *programs, *outputs]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    for name in outputs:
        original = (tmp_path / name).read_text()
        (tmp_path / name).write_text(original.replace("1", "2", 1))
        result = subprocess.run([sys.executable, tmp_path / "tools/generate/gen_abi.py", "--check"], capture_output=True, text=True)
        assert result.returncode != 0 and name in result.stderr
        (tmp_path / name).write_text(original)


def test_version_1_keeps_its_promises():
    assert (ABI["module"], ABI["major"]) == ("sovelma", 1)
    types = {call["name"]: call["type"] for call in ABI["call"]}
    assert {name: types.get(name) for name in FROZEN} == FROZEN
    codes = {error["name"]: error["code"] for error in ABI["error"]}
    assert [codes[name] for name in FROZEN_ERRORS] == [-1 - i for i in range(len(FROZEN_ERRORS))]


@pytest.mark.parametrize("old, new, complaint", [
    ('name = "sp_sleep"\nnumber = 1', 'name = "sp_sleep"\nnumber = 0', "numbers"),
    ("fuel = 1500\nerrors = [\"INVAL\"]", "fuel = 1500\nerrors = []", "INVAL"),
    ("fuel = 60000", "fuel = 16777216", "fuel"), ("fuel_per_16_bytes = 110", "fuel_per_16_bytes = 65536", "fuel_per_16"),
    ("fuel_per_slash = 6000", "fuel_per_slash = 65536", "fuel_per_slash"),
    ('kinds = ["FILE"], rights = ["READ"]', 'kinds = ["FILE"], rights = ["FLY"]', "FLY"),
    ("code = -20", "code = -21", "gaps"), ('since = "1.0"', 'since = "9.0"', "since 9.0, but the ABI is"),
    ('kind = "any"', 'kind = "many"', "many"),
    ('\nover = "refuse"', '\nover = "guess"', "over"),
    ('stability = "stable"', 'stability = "stable"\nstabillity = "typo"', "stabillity"),
])  # fmt: skip
def test_a_contradiction_is_refused(tmp_path, old, new, complaint):
    assert old in TEXT
    path = tmp_path / "abi.toml"
    path.write_text(TEXT.replace(old, new, 1))
    with pytest.raises(gen_abi.DefinitionError, match=complaint):
        gen_abi.read(path)


def test_c_table_compiles_and_says_what_the_definition_says(tmp_path):
    program = tmp_path / "table.c"
    program.write_text(
        '#include <stdio.h>\n#include "abi_table.h"\nint main(void)\n{\n'
        "    for (int i = 0; i < ABI_COUNT; i++) {\n"
        '        const struct abi_call *c = &abi_calls[i];\n        printf("sp_%s %c %ld %d %d %d", c->name, c->result, (long)c->fuel, '
        "c->fuel_per_16_bytes, c->pays_for_slashes ? ABI_FUEL_PER_SLASH : 0, c->in_runtime);\n"
        "        for (int a = 0; a < c->argument_count; a++)\n"
        '            printf(" %d:%ld:%ld", abi_arguments[c->first_argument + a].first,'
        ' (long)abi_arguments[c->first_argument + a].min, (long)abi_arguments[c->first_argument + a].max);\n'
        '        printf("\\n");\n    }\n}\n'
    )
    include = ROOT / "cmodules/common"
    subprocess.run(["gcc", "-Wall", "-Wextra", "-Werror", f"-I{include}", "-o", tmp_path / "table", program], check=True)
    lines = subprocess.run([tmp_path / "table"], capture_output=True, text=True, check=True).stdout.splitlines()
    wanted = [
        " ".join([c["name"], c["type"][0], *(str(int(c[key])) for key in ("fuel", "fuel_per_16_bytes", "fuel_per_slash", "in_runtime"))]
                 + [f"{a['first']}:{a['min']}:{a['max']}" for a in c["argument"]])
        for c in ABI["call"]
    ]  # fmt: skip
    assert lines == wanted


def test_the_kernel_has_a_handler_for_every_call_it_gets(firmware):
    handlers = firmware.script("""
import abi, hal
from scheduler import Scheduler
from kernel.core.syscalls import Syscalls
from kernel.objects.kinds import calls, network
scheduler = Scheduler(hal)
def wanting():
    syscalls = Syscalls(scheduler, calls(scheduler))
    return [name for number, name in enumerate(abi.NAMES) if not abi.IN_RUNTIME[number] and not callable(syscalls.handler(name))]
lean = wanting()
network()
answer([lean, wanting()])
""")
    assert handlers == [["sp_net_connect", "sp_net_send", "sp_net_recv", "sp_net_close"], []]


def test_every_call_is_linked_by_the_runtime(firmware):
    """Each import with its exact type instantiates; with one parameter more it is refused."""
    from wasm_text import wat

    types = {"i": "i32", "I": "i64"}

    def module(call, extra):
        parameters = " ".join(f"(param {types[t]})" for t in call["type"][2:-1] + extra)
        result = "" if call["type"][0] == "v" else f"(result {types[call['type'][0]]})"
        return wat(f'(module (import "sovelma" "{call["name"]}" (func {parameters} {result})) (memory (export "memory") 1)'
                   f' (func (export "_start")))')  # fmt: skip

    wasm = {f"{call['name']}{extra}": module(call, extra) for call in ABI["call"] for extra in ("", "i")}
    refused = firmware.script("""
import wasm3
refused = []
for name, module in wasm.items():
    try:
        wasm3.Instance(module, memory=64).kill()
    except ValueError:
        refused.append(name)
answer(refused)
""", wasm=wasm)
    assert sorted(refused) == sorted(f"{call['name']}i" for call in ABI["call"])


def test_documentation_names_every_call_and_error():
    text = (ROOT / "docs/ABI.md").read_text()
    for call in ABI["call"]:
        assert f"## {call['name']}\n" in text
    for error in ABI["error"]:
        assert re.search(rf"\| {error['code']} \| {error['name']} \|", text)


def test_numbers_that_stand_in_several_files_are_the_same_everywhere():
    """MicroPython folds a constant into its code only in the file that defines it; elsewhere it costs a look-up and heap."""
    flags = {name: value for group in ABI["constant"] if group["group"] == "OPEN" for name, value, _ in group["values"]}
    found, masks = [], []
    for path in (ROOT / "firmware").rglob("*.py"):
        text = path.read_text()
        found += re.findall(r"^_OPEN_(\w+) = (?:const\()?(\d+)", text, re.M)
        masks += re.findall(r"^_?TICKS_MASK = const\((\w+)\)", text, re.M)
    assert len(found) >= 10 and all(flags[name] == int(value) for name, value in found)
    assert len(masks) >= 7 and {int(mask, 0) for mask in masks} == {2**30 - 1}
