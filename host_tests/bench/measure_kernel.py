"""What the kernel costs: bytes, the price of a slice with few and many tasks, lateness, idleness."""

import json
import os

from measure_c import WrongAnswer
from measure_python import boot, script
from report import Result, say
from toolchain import HERE, ROOT, BuildError

SPINNERS = 8
PERIODS = 500           # of 10 ms
RUNS = 3                # of which the least counts: what the host does in between can only make a task later
TASKS = (4, 32, 200)
IDLE_SECONDS = 3
SLEEPERS = 10


MACHINES = ("unix", "esp32", "qemu")     # a file of the HAL that begins with one of these is that machine's


def size(tools):
    """kernel_mpy_bytes: the byte code of kernel and HAL, as it is frozen into the firmware, of the machine that has most.

    The program for a PC has the HAL of all machines in it, for the tests; what is another machine's does not count.
    """
    frozen = tools.firmware.resolve().parent / "frozen_mpy"
    parts = {part: [path.stat().st_size for path in (frozen / part).rglob("*.mpy")] for part in ("kernel", "hal")}
    sources = {part: len(list((ROOT / "firmware" / part).rglob("*.py"))) for part in parts}
    if {part: len(sizes) for part, sizes in parts.items()} != sources:
        raise BuildError(f"{frozen}: not the byte code of firmware/; run make build")
    hal = {}
    for machine in MACHINES:
        others = set(MACHINES) - {machine}
        hal[machine] = sum(path.stat().st_size for path in (frozen / "hal").rglob("*.mpy") if path.relative_to(frozen / "hal").parts[0] not in others)
    kernel = sum(parts["kernel"])
    note = f"kernel {kernel}; HAL of " + ", ".join(f"{machine} {size}" for machine, size in hal.items())
    return [Result("kernel_mpy_bytes", kernel + max(hal.values()), "bytes", note)]


def slices(tools):
    """slice_ns_N and timer_ns_N: with N tasks ready, and with N asleep."""
    endless = tools.wasm(HERE / "micro" / "endless.c")
    figures = {count: script(tools, "slices.py", endless, count) for count in TASKS}
    results = [Result(f"slice_ns_{count}", figures[count]["slice_ns"], "ns", f"{count} tasks ready, each slice one block")
               for count in TASKS]  # fmt: skip
    results += [Result(f"timer_ns_{count}", figures[count]["timer_ns"], "ns", f"one task of {count} wakes and sleeps again")
                for count in TASKS]  # fmt: skip
    return results


def latency(tools):
    """latency_p99_us: of a task that wakes every 10 ms above endless loops; the bar is 150."""
    periodic = tools.module(HERE / "micro" / "periodic.c", "periodic.wasm", f"-DPERIODS={PERIODS}")
    results = []
    for clock, name in (("processor", "latency_p99_us"), ("wall", "latency_wall_p99_us")):
        runs = [script(tools, "latency.py", periodic, tools.wasm(HERE / "micro" / "endless.c"), SPINNERS, clock) for _ in range(RUNS)]
        if {figures["count"] for figures in runs} != {PERIODS}:
            raise WrongAnswer(f"latency.py: not {PERIODS} periods")
        figures = min(runs, key=lambda figures: figures["p99"])
        note = (f"{PERIODS} periods beside {SPINNERS} endless loops, {clock} time: p50 {figures['p50']:.0f}, p90 {figures['p90']:.0f}, "
                f"most {figures['most']:.0f}; a slice takes {figures['slice']:.0f} us")
        if clock == "wall":
            note += f"; the host let the program wait {figures['host'] / 10:.1f} % of the time"
        results.append(Result(name, figures["p99"], "us", note))
    return results


def idle(tools):
    """idle_cpu_percent: of a system whose tasks sleep."""
    module = tools.module(HERE / "micro" / "sleeper.c", "sleeper.wasm")
    path = tools.build / "sleeper.json"
    path.write_text(json.dumps({"version": 1, "tasks": [
        {"name": f"sleeper{i}", "module": os.path.relpath(module, tools.build), "memory": 8192} for i in range(SLEEPERS)]}))  # fmt: skip
    seconds = {run: boot(tools, path, "--for", run)[0] for run in (0, IDLE_SECONDS)}
    value = (seconds[IDLE_SECONDS] - seconds[0]) / IDLE_SECONDS * 100
    return [Result("idle_cpu_percent", value, "%", f"{SLEEPERS} tasks, each wakes ten times a second; {IDLE_SECONDS} s")]


# One call each, with usual arguments. What a call costs is compared with its charge in firmware/abi.toml.
CALLS = {
    "sp_yield": "sp_yield()",
    "sp_memory_bytes": "sp_memory_bytes()",
    "sp_log": "sp_log(SP_LOG_DEBUG, buffer, 64)",
    "sp_time": "sp_time(SP_CLOCK_MONOTONIC)",
    "sp_random": "sp_random(buffer, 64)",
    "sp_cap_find": 'sp_cap_find("file", 4)',
    "sp_fs_open_close": 'sp_fs_close(sp_fs_open(directory, "file", 4, SP_OPEN_READ))',
    "sp_fs_read": "sp_fs_read(file, buffer, 64, 0)",
    "sp_fs_write": "sp_fs_write(file, buffer, 64, 0)",
    "sp_fs_size": "sp_fs_size(file)",
    "sp_gpio_read": "sp_gpio_read(input)",
    "sp_gpio_write": "sp_gpio_write(output, n & 1)",
}

# The slowest instructions that fuel counts: a default slice of nothing else is to end within 2 ms.
SLOW = {
    "division": "x = x / (n | 3)",
    "square root": "y = __builtin_sqrt(y + 1.7)",
    "call": "nothing()",
    "copy": "__builtin_memcpy(buffer, buffer + 2048, 2048); buffer[n & 1023] = 1",
}


def fuel(tools):
    """What a system call takes against what it is charged, the slowest slice, and what calls leave on the heap."""

    def storm(name, work):
        flags = [f"-DWORK={work}", "-mbulk-memory"]
        module = tools.module(HERE / "micro" / "storm.c", f"storm.{name.replace(' ', '_')}.wasm", *flags)
        return script(tools, "storm.py", module)

    results, left = [], {}
    for name, work in CALLS.items():
        figures = storm(name, work)
        left[name] = figures["left"]
        note = f"charged {figures['charged']:.0f} fuel, {figures['fuel_ns']:.2f} ns for each"
        results.append(Result(f"{name}_ns", figures["call_ns"], "ns", note))
    slices = {name: storm(name, work)["slice_us"] for name, work in SLOW.items()}
    slowest = max(slices, key=slices.get)
    note = f"of nothing but {slowest}; the bar is 2000"
    results.append(Result("slice_slowest_us", slices[slowest], "us", note))
    del left["sp_fs_open_close"]        # makes an object
    maximum = max(left, key=left.get)
    note = f"left on the Python heap by many slices of nothing but one call, each of {len(left)}; most: {maximum}"
    return [*results, Result("steady_state_heap_bytes", left[maximum], "bytes", note)]


def measure(tools):
    """All of the above."""
    if not tools.firmware.is_file():
        raise BuildError(f"{tools.firmware}: not built; run make build, or name it with --firmware")
    results = size(tools) + slices(tools) + fuel(tools) + latency(tools) + idle(tools)
    for result in results:
        say(f"{result.name}: {result.value:.2f} {result.unit}")
    return results
