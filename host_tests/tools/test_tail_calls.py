"""tools/check/check_tail_calls.py finds lost tail calls: proven on a small interpreter compiled well and badly.

The check guards the native stack of every build, so it must be seen to fail: the same C file is compiled
with and without sibling-call optimisation, and with single defects planted.
"""

import shutil
import subprocess
import sys

import pytest
from machines import ROOT

CHECKER = ROOT / "tools" / "check" / "check_tail_calls.py"

TOOLCHAINS = {
    "x86_64": ("gcc", "objdump", []),
    "rv32": ("riscv64-unknown-elf-gcc", "riscv64-unknown-elf-objdump", ["-march=rv32imc", "-mabi=ilp32"]),
}

# An interpreter in the manner of wasm3: operations get the program counter and go on through the next word.
SOURCE = """
typedef const char *(*operation)(void **pc, long *sp, long r);
#define NEXT return ((operation)*pc)(pc + 1, sp, r)
#define OP(NAME) __attribute__((used)) static const char *op_##NAME(void **pc, long *sp, long r)
#define APART __attribute__((noinline, cold))

extern void print(long);
static APART const char *leave(void **pc, long *sp, long r) { sp[0] = r; sp[1] = (long)pc; return "left"; }
static APART long slow(long a) { long n = 0; while (a > 3) { a = a * 5 / 7; n++; } return n; }
static APART const char *run(void **pc, long *sp) { const char *e = ((operation)*pc)(pc + 1, sp, 0); return e ? e : "?"; }

OP(add) { r += *sp; NEXT; }
OP(divide) { if (!r) return "division by zero"; r = *sp / r; NEXT; }
OP(loop) { if ((sp[-1] -= 1) < 0) return leave(pc, sp, r); NEXT; }
OP(jump) { pc = *pc; NEXT; }
OP(helper) { r = slow(r) + 1; NEXT; }
OP(end) { return 0; }
#ifdef PRINTS
OP(print) { print(r); NEXT; }
#endif
#ifdef NESTS
OP(nested) { const char *error = run(pc, sp); if (error) return error; NEXT; }
#endif
#ifdef CALLS
OP(call) { const char *error = ((operation)*pc)(pc + 2, sp, r); if (error) return error; pc++; NEXT; }
#endif
const operation table[] = { op_add, op_divide, op_loop, op_jump, op_helper, op_end };
"""

GOOD = ["-O2", "-foptimize-sibling-calls"]


@pytest.fixture(params=sorted(TOOLCHAINS))
def check(request, tmp_path):
    """compile-and-check for one architecture: check(flags, *options) -> completed process. linked: to a program."""
    compiler, objdump, machine = TOOLCHAINS[request.param]
    for tool in (compiler, objdump):
        if not shutil.which(tool):
            pytest.skip(f"{tool} is not installed (apt-get install gcc-riscv64-unknown-elf)")

    def compile_and_check(flags, *options, linked=False):
        source, target = tmp_path / "interpreter.c", tmp_path / "interpreter.o"
        source.write_text(SOURCE)
        common = ["-fomit-frame-pointer", "-fno-strict-aliasing", *([] if linked else ["-c"]), str(source), "-o", str(target)]
        subprocess.run([compiler, *machine, *flags, *common], check=True)
        return subprocess.run(
            [sys.executable, CHECKER, target, "--objdump", objdump, "--minimum", "6", *options],
            capture_output=True, text=True)

    return compile_and_check


@pytest.mark.parametrize("flags", [["-O3"], ["-O2"], ["-Os"], ["-O2", "-ffunction-sections"], ["-O2", "-fPIC", "-fno-plt"]])
def test_jumps_pass(check, flags):
    result = check([*flags, "-foptimize-sibling-calls"])
    assert result.returncode == 0, result.stderr
    assert "6 operations" in result.stdout


@pytest.mark.parametrize("flags", [["-O0"], ["-O2", "-fno-optimize-sibling-calls"], ["-Os", "-fno-optimize-sibling-calls"]])
def test_lost_tail_calls_fail_and_are_named(check, flags):
    result = check(flags)
    assert result.returncode == 1
    for name in ("op_add", "op_divide", "op_loop", "op_jump", "op_helper"):
        assert f"{name}: " in result.stderr
    # It never goes on, so it has nothing to lose.
    assert "op_end" not in result.stderr


@pytest.mark.parametrize("define, name, complaint", [
    ("CALLS", "op_call", "through a pointer"),
    ("NESTS", "op_nested", "calls run"),
    ("PRINTS", "op_print", "calls print"),
])
def test_a_single_call_fails(check, define, name, complaint):
    result = check([*GOOD, f"-D{define}"])
    assert result.returncode == 1
    complaints = [line for line in result.stderr.splitlines() if line.startswith("op_")]
    assert complaints and all(line.startswith(f"{name}: ") for line in complaints)
    assert any(complaint in line for line in complaints)


def test_cold_functions_are_allowed_by_name(check):
    result = check([*GOOD, "-DPRINTS"], "--cold", "print")
    assert result.returncode == 0, result.stderr


def test_too_few_operations_fail(check):
    assert check(GOOD, "--minimum", "7").returncode == 2
    assert check(GOOD, "--pattern", "operation_.*").returncode == 2


@pytest.mark.parametrize("flags, status", [(GOOD, 0), (["-O0"], 1)])
def test_a_linked_program_is_read_too(check, flags, status):
    """Where addresses have eight digits, objdump puts no blank before them: every operation had no way out."""
    result = check([*flags, "-nostdlib", "-static", "-Wl,-Ttext=0x80000000", "-Wl,--entry=0", "-Wl,--unresolved-symbols=ignore-all"], linked=True)
    assert result.returncode == status, result.stderr
    assert ("6 operations" in result.stdout) == (not status) and "no way out" not in result.stderr


def test_unreadable_object_fails(tmp_path):
    broken = tmp_path / "broken.o"
    broken.write_bytes(b"not an object")
    for path in (broken, tmp_path / "missing.o"):
        result = subprocess.run([sys.executable, CHECKER, path], capture_output=True, text=True)
        assert result.returncode == 1 and path.name in result.stderr
