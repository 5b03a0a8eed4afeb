"""What the C harnesses tell: speed and instructions against wasm3, determinism, the price of a suspension.

Every figure rests on checked work: a kernel whose checksum differs between native code, wasm3 and our runtime
ends the benchmark instead of being timed.
"""

import concurrent.futures
import os
import re
import shutil
import subprocess

from toolchain import HERE, KERNELS
from report import Result, geometric_mean, say

# Alternating pairs A B A B: a machine that slows down meanwhile slows both. The least CPU time counts, since
# whatever else the machine does can only add to it.
PAIRS = 5

MAX_FUEL = 2**30 - 1
SLICES = (MAX_FUEL, 1_000_000, 997)


class WrongAnswer(Exception):
    """Two ways of running the same kernel disagree."""


def run(program, *arguments):
    """Runs a harness and returns its `key=value` pairs, numbers as int."""
    result = subprocess.run([str(program), *map(str, arguments)], capture_output=True, text=True)
    if result.returncode:
        raise WrongAnswer(f"{program} {' '.join(map(str, arguments))}: {result.stderr.strip() or result.returncode}")
    pairs = dict(word.split("=") for word in result.stdout.split())
    return {key: value if key == "state_hash" else int(value) for key, value in pairs.items()}


def agree(what, *results):
    """Raises WrongAnswer unless all results carry the same checksum."""
    if len({result["result"] for result in results}) != 1:
        raise WrongAnswer(f"{what}: checksums differ: {[result['result'] for result in results]}")


def wall(tools):
    """metered_vs_wasm3_wall_geomean, over all kernels with their full workload."""
    baseline, metered = tools.baseline(), tools.metered()
    ratios = []
    say(f"{'kernel':<16} {'wasm3 ms':>9} {'metered ms':>10} {'ratio':>7} {'native ms':>9} {'ns/fuel':>8}")
    for name in KERNELS:
        module = tools.kernel(name)
        native = run(tools.native(name))
        theirs, ours = [], []
        for _ in range(PAIRS):
            theirs.append(run(baseline, module))
            ours.append(run(metered, module))
        agree(name, native, *theirs, *ours)
        a, b = (min(result["cpu_ns"] for result in results) for results in (theirs, ours))
        ratios.append(b / a)
        say(f"{name:<16} {a / 1e6:9.1f} {b / 1e6:10.1f} {b / a:7.3f} {native['cpu_ns'] / 1e6:9.1f} {b / ours[0]['fuel']:8.2f}")
    note = f"{len(ratios)} kernels, CPU time, least of {PAIRS} alternating runs, {min(ratios):.3f}..{max(ratios):.3f}"
    return [Result("metered_vs_wasm3_wall_geomean", geometric_mean(ratios), "ratio", note)]


def callgrind(program, *arguments):
    """Instructions that `program` executes, from its first to its last."""
    command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={os.devnull}", str(program), *map(str, arguments)]
    result = subprocess.run(command, capture_output=True, text=True)
    match = re.search(r"Collected : (\d+)", result.stderr)
    if result.returncode or not match:
        raise WrongAnswer(f"{' '.join(command)}: {result.stderr.strip()}")
    return int(match[1])


def compared(name, counts, how):
    """The row of that name, of {kernel: (wasm3's instructions, ours)} with the reduced workload; shows each kernel."""
    say(f"{'kernel':<16} {'wasm3 insns':>12} {'metered':>12} {'ratio':>7}")
    for kernel, (theirs, ours) in counts.items():
        say(f"{kernel:<16} {theirs:12} {ours:12} {ours / theirs:7.3f}")
    ratios = [ours / theirs for theirs, ours in counts.values()]
    note = f"{len(ratios)} kernels, reduced workload, {how}, {min(ratios):.3f}..{max(ratios):.3f}"
    return Result(name, geometric_mean(ratios), "ratio", note)


def instructions(tools):
    """metered_vs_wasm3_insns_geomean, over all kernels with their reduced workload; loading is subtracted."""
    if not shutil.which("valgrind"):
        say("instructions: skipped, valgrind is not installed (apt-get install valgrind)")
        return []
    baseline, metered = tools.baseline(), tools.metered()
    modules = {name: tools.kernel(name, reduced=True) for name in KERNELS}

    def count(name):
        module = modules[name]
        theirs = callgrind(baseline, module, 1) - callgrind(baseline, module, 0)
        ours = callgrind(metered, module, MAX_FUEL, 1) - callgrind(metered, module, MAX_FUEL, 0)
        return theirs, ours

    # Counts do not depend on what else runs, so all processors may help.
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        counts = dict(zip(KERNELS, pool.map(count, KERNELS)))
    return [compared("metered_vs_wasm3_insns_geomean", counts, "callgrind")]


def identical(tools):
    """fuel_identical: totals, results and state hashes for all slices, 1 on the reduced workload."""
    metered = tools.metered()
    differing = []
    suspensions = 0
    for name in KERNELS:
        for reduced, slices in ((False, SLICES), (True, (*SLICES, 1))):
            module = tools.kernel(name, reduced)
            results = [run(metered, module, slice) for slice in slices]
            suspensions += sum(result["suspensions"] for result in results)
            if len({(result["result"], result["fuel"], result["state_hash"]) for result in results}) != 1:
                differing.append(name)
                for slice, result in zip(slices, results):
                    say(f"{name}: slice {slice}: {result}")
    note = f"{len(KERNELS)} kernels, slices 2^30-1, 10^6, 997 and 1 (1: reduced workload), {suspensions} suspensions"
    if differing:
        note += ", differ: " + " ".join(sorted(set(differing)))
    return [Result("fuel_identical", int(not differing), "", note)]


def resume(tools):
    """resume_c_ns: a loop suspended in every turn against the same loop in one slice."""
    metered, module = tools.metered(), tools.wasm(HERE / "micro" / "loop.c")
    turns = 10_000_000
    whole = min((run(metered, module) for _ in range(PAIRS)), key=lambda result: result["cpu_ns"])
    # A slice of one turn's fuel: less would only pay a debt in some of the resumes, without running anything.
    slice = round(whole["fuel"] / turns)
    cut = min((run(metered, module, slice) for _ in range(PAIRS)), key=lambda result: result["cpu_ns"])
    agree("loop", whole, cut)
    if not 0.99 * turns < cut["suspensions"] < 1.01 * turns:
        raise WrongAnswer(f"loop: {cut['suspensions']} suspensions in {turns} turns")
    value = (cut["cpu_ns"] - whole["cpu_ns"]) / cut["suspensions"]
    note = f"{cut['suspensions']} suspensions, slice {slice}, {cut['cpu_ns'] / turns:.1f} ns per turn with them, {whole['cpu_ns'] / turns:.1f} without"
    return [Result("resume_c_ns", value, "ns", note)]
