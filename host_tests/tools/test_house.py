"""tools/check/house.py: the rules of the house hold, and each is noticed where it is broken."""

import subprocess

import house
import pytest
from machines import ROOT


def test_the_house_is_in_order():
    assert house.check(ROOT) == []


@pytest.fixture
def built(tmp_path):
    """Writes files of a small house and says what is wrong with it."""

    def build(exceptions=(), **files):
        for name, text in files.items():
            path = tmp_path / name.replace("__", "/").replace("_dot_", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return house.check(tmp_path, set(exceptions))

    return build


def test_long_files_and_functions_are_told(built):
    function = "def f():\n" + "    pass\n" * 60
    in_c = "static int g(void)\n{\n" + "    ;\n" * 79 + "}\n"
    wrong = built(tools__a_dot_py="x = 1\n" * 401, tools__b_dot_py=function, cmodules__c_dot_c=in_c, host_tests__d_dot_py="x = 1\n" * 401)
    assert wrong == ["tools/a.py: 401 lines", "tools/b.py: f: 61 lines", "cmodules/c.c: g: 82 lines"]
    short = {"tools__a_dot_py": "x = 1\n" * 400, "tools__b_dot_py": "def f():\n" + "    pass\n" * 59, "cmodules__c_dot_c": in_c.replace("    ;\n", "", 2)}
    assert built(**short) == []


def test_an_exception_that_is_not_needed_is_told(built):
    assert built(["tools/b.py: f"], tools__b_dot_py="def f():\n    pass\n") == ["tools/b.py: f: is short enough now, take it out of EXCEPTIONS"]


def test_circles_of_rooms_are_told(built):
    files = {"firmware__kernel__core__a_dot_py": "from kernel.objects import b\n", "firmware__kernel__objects__b_dot_py": "import kernel.core.a\n"}
    wrong = built(**files)
    assert len(wrong) == 2 and all("which it needs" in text for text in wrong)
    assert built(firmware__kernel__objects__b_dot_py="import abi\n") == []


def test_circles_of_c_files_and_rooms_are_told(built):
    files = {"cmodules__wasm3__a__a_dot_h": '#include "b/b.h"\n', "cmodules__wasm3__b__b_dot_c": '#include "b.h"\n#include "a/a.h"\n',
             "cmodules__wasm3__b__b_dot_h": "#include <stdint.h>\n"}  # fmt: skip
    wrong = built(**files)
    assert [text.split(": is needed")[0] for text in wrong] == [f"cmodules/wasm3/{name}" for name in ("a", "b", "a/a", "b/b")]
    assert built(cmodules__wasm3__b__b_dot_c='#include "b.h"\n') == []


def test_a_private_header_of_another_room_is_told(built):
    files = {"cmodules__wasm3__a__a_dot_c": '#include "b/inner.h"\n#include "state/status.h"\n', "cmodules__wasm3__b__inner_dot_h": "\n",
             "cmodules__wasm3__state__status_dot_h": "\n"}  # fmt: skip
    assert built(**files) == ["cmodules/wasm3/a/a.c: includes b/inner.h, which is private to b"]


def test_object_files_of_the_runtime_call_each_other_in_no_circle():
    """What includes do not show: a declaration in one header, functions in several files."""
    built = ROOT / "build" / "unix" / "wasm3"
    runtime = ROOT / "cmodules" / "wasm3"
    objects = [path for path in sorted(built.rglob("*.o")) if (runtime / path.relative_to(built)).with_suffix(".c").is_file()]
    assert len(objects) > 15
    defines, wants = {}, {}
    for path in objects:
        for line in subprocess.run(["nm", path], capture_output=True, text=True, check=True).stdout.splitlines():
            kind, name = line.split()[-2:]
            if kind == "U":
                wants.setdefault(path.stem, set()).add(name)
            elif kind.isupper():
                defines[name] = path.stem
    needs = {stem: {defines[name] for name in names if name in defines} - {stem} for stem, names in wants.items()}
    assert needs["task"] >= {"interpreter", "compile"}
    assert house.circles(needs, "") == []


def test_the_border_of_kernel_and_hardware_is_held(built):
    assert built(firmware__hal__unix__a_dot_py="from kernel.core import log\n", firmware__kernel__core__b_dot_py="import machine\n") == [
        "firmware/hal/unix/a.py: imports kernel", "firmware/kernel/core/b.py: imports machine"]  # fmt: skip
