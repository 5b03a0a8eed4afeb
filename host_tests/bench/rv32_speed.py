"""The speed of our interpreter on 32-bit RISC-V, compiled for size as a board's is, against unmodified wasm3 at -O2.

Both run the same modules in the emulator that counts instructions, ours as tasks of the firmware, wasm3 on the bare
machine (baseline_rv32.c). One call of `run` is counted, compiling is not; ours is called from Python in slices, and the
few hundred instructions of each are counted too.

Invariant: a kernel whose checksum differs between native code, wasm3 and ours ends the benchmark.
"""

import pathlib
import subprocess
import tempfile

from counted import OPTIONS, qemu, script
from measure_c import WrongAnswer, agree, compared, run
from toolchain import KERNELS

# A unit of fuel is a thousand instructions at most, a soft-float division or square root: no slice passes the clock's 2^30.
SLICE = 1 << 20

# The wasm stack is that of metered.c.
CALL = """
def call(module):
    gc.collect()
    task = wasm3.Instance(module, "run", stack=16384)
    taken, status = 0, wasm3.PREEMPTED
    while status == wasm3.PREEMPTED:
        start = qemu.nanoseconds()
        status = task.resume(slice)
        taken += since(start)
    assert status == wasm3.EXITED, (status, task.error())
    result = task.result()
    task.kill()
    return {"result": result, "insns": taken}
answer([call(wasm[name]) for name in sorted(wasm)])
"""


def ours(modules):
    """[{result, insns}] of the modules' `run`, in the firmware."""
    names = [f"{number:04}" for number in range(len(modules))]
    return script(CALL, wasm=dict(zip(names, modules)), slice=SLICE)


def wasm3(program, modules):
    """[{result, insns}] of the modules' `run` in unmodified wasm3. program: Toolchain.baseline_rv32()."""
    packed = b"".join(len(module).to_bytes(4, "little") + module + bytes(-len(module) % 4) for module in modules)
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory) / "modules"
        path.write_bytes(packed + bytes(4))
        done = subprocess.run(qemu.words(program, path, "-serial", "none", *OPTIONS), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600)
    # The program's own output is the emulator's standard error.
    text = done.stdout + done.stderr
    lines = text.splitlines()
    if done.returncode or len(lines) != len(modules):
        raise WrongAnswer(f"{program}: exit status {done.returncode}: {text[-1000:]}")
    return [{key: int(value) for key, value in (word.split("=") for word in line.split())} for line in lines]


def counts(tools, names=KERNELS):
    """{kernel: (wasm3's instructions, ours)} with the reduced workload. Raises WrongAnswer."""
    modules = [tools.kernel(name, reduced=True).read_bytes() for name in names]
    counted = {}
    for name, theirs, own in zip(names, wasm3(tools.baseline_rv32(), modules), ours(modules)):
        agree(name, run(tools.native(name, reduced=True)), theirs, own)
        counted[name] = theirs["insns"], own["insns"]
    return counted


def measure(tools):
    """rv32_metered_vs_wasm3_geomean."""
    counted = counts(tools)
    return [compared("rv32_metered_vs_wasm3_geomean", counted, "ours -Os, wasm3 -O2, rv32imc")]
