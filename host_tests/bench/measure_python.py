"""What the firmware itself tells: resume() from Python, system calls through the kernel, regions, loading, boot time."""

import json
import os
import subprocess
import time

from measure_c import WrongAnswer
from report import Result, say
from toolchain import HERE, KERNELS, ROOT, BuildError

SCRIPTS = HERE / "python"
CALLS = 400_000
FILE_BYTES = 1000   # as in micro/syscalls.c
ROUNDS = 5


def script(tools, name, *arguments):
    """Runs one of the scripts in python/ in the firmware; returns its `key=value` pairs as floats."""
    command = [str(tools.firmware), str(SCRIPTS / name), *map(str, arguments)]
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode:
        raise WrongAnswer(f"{' '.join(command)}: {result.stdout.strip()} {result.stderr.strip()}")
    return {key: float(value) for key, value in (word.split("=") for word in result.stdout.split())}


def boot(tools, manifest, *options):
    """Boots a system to its end. Returns (CPU seconds, wall seconds, output); a failed task is a wrong answer."""
    command = [str(tools.firmware), "-m", "sovelma", "run", str(manifest), *map(str, options)]
    start = time.perf_counter()
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        output = process.stdout.read()
        # wait4 tells this child's CPU time; RUSAGE_CHILDREN would add up all of them.
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - start
    if process.returncode:
        raise WrongAnswer(f"{' '.join(command)}: exit code {process.returncode}\n{output.strip()}")
    return usage.ru_utime + usage.ru_stime, wall, output


def system(tools, name, module, **task):
    """Writes a manifest with one task and returns its path."""
    path = tools.build / f"{name}.json"
    manifest = {"version": 1, "tasks": [{"name": name, "module": os.path.relpath(module, tools.build), **task}]}
    if "caps" in task:
        (tools.build / "file").write_bytes(bytes(FILE_BYTES))
        manifest["files"] = {"/file": "file"}
    path.write_text(json.dumps(manifest))
    return path


def resume(tools):
    """resume_python_ns, and the empty function call that syscall_per_empty_call refers to."""
    figures = script(tools, "resume.py", tools.wasm(HERE / "micro" / "endless.c"))
    if abs(figures["blocks"] / figures["resumes"] - 1) > 0.01:
        raise WrongAnswer(f"resume.py: {figures['blocks']:.0f} blocks in {figures['resumes']:.0f} resumes")
    note = f"slice {figures['fuel']:.0f} (one block per call), caller's loop subtracted"
    return figures["call_ns"], [Result("resume_python_ns", figures["resume_ns"], "ns", note)]


def syscalls(tools, empty_call_ns):
    """syscall_ns: sp_fs_size with its capability check, from wasm through the scheduler's loop and back."""
    seconds = {}
    for calls in (CALLS, 0):
        module = tools.module(HERE / "micro" / "syscalls.c", f"syscalls.{calls}.wasm", f"-DCALLS={calls}")
        manifest = system(tools, f"syscalls.{calls}", module, caps={"file": {"file": "/file", "rights": ["read"]}})
        runs = [boot(tools, manifest) for _ in range(ROUNDS)]
        seconds[calls] = min(run[0] for run in runs)
    value = (seconds[CALLS] - seconds[0]) / CALLS * 1e9
    note = f"sp_fs_size, {CALLS} calls, CPU time of the whole system less that of the same system without calls"
    return [
        Result("syscall_ns", value, "ns", note),
        Result("syscall_per_empty_call", value / empty_call_ns, "ratio", f"an empty MicroPython call takes {empty_call_ns:.1f} ns"),
    ]


def between_tasks(tools):
    """ipc_roundtrip_us, notify_ns, cap_transfer_ns, and the first of them beside many tasks."""
    calls = 20000
    server, client, notify, passing = (tools.module(HERE / "micro" / "ipc.c", f"ipc.{role}.{calls}.wasm", f"-DCALLS={calls}", f"-DROLE={role}")
                                       for role in range(4))  # fmt: skip
    alone = script(tools, "ipc.py", server, client, calls, 0)["ns"]
    crowd = script(tools, "ipc.py", server, client, calls, 1000)["ns"]
    told = script(tools, "ipc.py", server, notify, calls, 0)["ns"]
    passed = script(tools, "ipc.py", server, passing, calls, 0)["ns"]
    return [
        Result("ipc_roundtrip_us", alone / 1000, "us", "sp_ipc_call with 32 bytes to a server that replies with them"),
        Result("ipc_roundtrip_us_1000", crowd / 1000, "us", "beside 1000 tasks that wait at endpoints of their own"),
        Result("notify_ns", told, "ns", "sp_notify_signal and sp_notify_wait of one task"),
        Result("revoke_1000_us", script(tools, "revoke.py")["us"], "us", "1000 capabilities derived from one, a chain through 50 tables"),
        Result("cap_transfer_ns", passed - alone, "ns", "what a call takes longer that passes a capability on, which the server drops"),
    ]


def regions(tools):
    """hello_region_bytes, hello_tasks_in_arena and the time a task takes to create."""
    hello = ROOT / "build" / "modules" / "hello.wasm"
    if not hello.is_file():
        raise BuildError(f"{hello}: not built; run make modules")
    figures = script(tools, "regions.py", hello)
    if figures["alive"] != figures["created"]:
        raise WrongAnswer(f"regions.py: {figures['created']:.0f} tasks created, {figures['alive']:.0f} live")
    return [
        Result("hello_region_bytes", int(figures["region"]), "bytes", f"module of {figures['module']:.0f} bytes"),
        Result("hello_tasks_in_arena", int(figures["alive"]), "tasks", f"arena of {figures['arena']:.0f} bytes, each run to its first call"),
        Result("hello_create_us", figures["create_us"], "us", "Task(hello.wasm) and kill() from Python"),
    ]


def creation(tools):
    """create_us_per_kb: what loading a module costs, over all kernels."""
    modules = [tools.kernel(name) for name in KERNELS]
    figures = script(tools, "create.py", *modules)
    kilobytes = figures["bytes"] / 1024
    note = f"Task() and kill() from Python, {len(modules)} kernels, {kilobytes:.1f} KB"
    return [Result("create_us_per_kb", figures["us"] / kilobytes, "us/KB", note)]


def boot_time(tools):
    """boot_ms: from the shell to the end of a system whose only task says hello."""
    manifest = system(tools, "hello", ROOT / "build" / "modules" / "hello.wasm")
    runs = [boot(tools, manifest) for _ in range(ROUNDS)]
    if "Hello" not in runs[0][2]:
        raise WrongAnswer(f"{manifest}: hello did not say hello:\n{runs[0][2]}")
    return [Result("boot_ms", min(run[1] for run in runs) * 1000, "ms", "process start to process end, one hello task")]


def measure(tools):
    """All of the above."""
    if not tools.firmware.is_file():
        raise BuildError(f"{tools.firmware}: not built; run make build, or name it with --firmware")
    empty_call_ns, results = resume(tools)
    results += syscalls(tools, empty_call_ns) + between_tasks(tools) + regions(tools) + creation(tools) + boot_time(tools)
    for result in results:
        say(f"{result.name}: {result.value:.2f} {result.unit}")
    return results
