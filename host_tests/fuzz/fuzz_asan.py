#!/usr/bin/env python3
"""Coverage-guided fuzzing of validator, creation and run, under the address and undefined-behaviour sanitizers.

    fuzz_asan.py [--minutes N] [--keep]      fuzz; --keep puts what was learned into corpus.tar.xz, made as small as it gets

Needs clang with libFuzzer. Two programs take turns on one corpus: one with the host's limits, one with a board's,
which a mutation reaches much sooner. It starts from corpus.tar.xz, the zoo and the demo modules. A crasher lands in
build/fuzz-asan/found; when its bug is fixed it belongs into host_tests/fuzz/crashers, which `make test` plays.
"""

import argparse
import io
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CORPUS = HERE / "corpus.tar.xz"
CRASHERS = HERE / "crashers"

sys.path[:0] = [str(ROOT / "host_tests" / "bench"), str(ROOT / "modules" / "zoo")]

from toolchain import RUNTIME, BuildError, Toolchain, setting  # noqa: E402

CLANGS = ["clang", *(f"clang-{version}" for version in range(22, 12, -1))]
INSTALL = "apt-get install clang libclang-rt-14-dev (or another version of both)"

# Slots have four bytes and hold values of eight, which both machines we run on allow. NDEBUG as in the firmware.
SANITIZERS = ["-fsanitize=address,undefined", "-fno-sanitize=alignment", "-fno-sanitize-recover=all"]
FLAGS = ["-g", "-O1", "-fno-omit-frame-pointer", "-fno-strict-aliasing", "-fwrapv", "-DNDEBUG", "-w"]
LIMITS = {"host": [], "board": ["-DSOV_MAX_NESTED_BLOCKS=24", "-Dd_m3MaxFunctionStackHeight=256"]}

MAX_BYTES = 4096  # of an input: enough for every construct, small enough for thousands a second
MAX_CORPUS = 200_000  # bytes of corpus.tar.xz

# A stack, memory and slices that a module of any kind gets far with, see harness.c.
OPTIONS = (b"\x64\0\0\x21", b"\x24\0\0\x2f")


class Missing(Exception):
    """A tool is not there; the text says how to get it."""


def sources(*drivers):
    """C files of a fuzzing program: the runtime without its allocators, our allocators, the harness."""
    names = [name for name in setting("SOV_RUNTIME_SOURCES") + setting("SOV_INTERPRETER_SOURCES") if name not in ("memory/pool.c", "memory/region.c")]
    return [*(RUNTIME / name for name in names), HERE / "regions.c", HERE / "harness.c", *(HERE / name for name in drivers)]


def headers(wasm3):
    return [*RUNTIME.rglob("*.h"), *wasm3.glob("*.[ch]")]


def find_clang():
    """A clang that links libFuzzer. Raises Missing."""
    probe = "int LLVMFuzzerTestOneInput(const unsigned char *d, unsigned long n) { return 0; }"
    for name in CLANGS:
        if shutil.which(name) and not subprocess.run([name, "-fsanitize=fuzzer", "-x", "c", "-", "-o", os.devnull], input=probe,
                                                     capture_output=True, text=True).returncode:  # fmt: skip
            return name
    raise Missing(f"fuzz-asan needs clang with libFuzzer and the sanitizers: {INSTALL}")


def build(clang, directory, wasm3):
    """{limits: fuzzing program}."""
    tools = Toolchain(directory, wasm3, cc=clang)
    files = sources("mutator.c")
    made = {}
    for limits, defines in LIMITS.items():
        command = [clang, *FLAGS, "-fsanitize=fuzzer", *SANITIZERS, *defines, f"-I{RUNTIME}", f"-I{wasm3}", *files, "-lm"]
        made[limits] = tools.step(f"fuzz-{limits}", command, [*files, *headers(wasm3)])
    return made


def seeds(directory):
    """Writes what fuzzing starts from."""
    from zoo import SPECIMENS

    directory.mkdir(parents=True, exist_ok=True)
    unpack(directory)
    modules = {name: each.module for name, each in SPECIMENS.items()}
    modules.update({path.stem: path.read_bytes() for path in (ROOT / "build" / "modules").glob("*.wasm")})
    for name, module in modules.items():
        if len(module) <= MAX_BYTES - len(OPTIONS[0]):
            for number, options in enumerate(OPTIONS):
                (directory / f"{name}.{number}").write_bytes(options + module)


def unpack(directory):
    """The kept corpus as files."""
    if CORPUS.exists():
        with tarfile.open(CORPUS) as archive:
            for member in archive.getmembers():
                (directory / pathlib.PurePath(member.name).name).write_bytes(archive.extractfile(member).read())


def fuzz(program, corpus, found, seconds):
    """Runs one program; the exit code of libFuzzer, 0 where nothing was found."""
    command = ["nice", "-n", "19", program, f"-max_len={MAX_BYTES}", f"-max_total_time={seconds}", "-timeout=20", "-rss_limit_mb=2048",
               f"-artifact_prefix={found}/", "-print_final_stats=1", "-print_pcs=0", "-verbosity=1", corpus]  # fmt: skip
    log = found.parent / f"{program.name}.log"
    with open(log, "w") as output:
        code = subprocess.run(command, stdout=output, stderr=subprocess.STDOUT).returncode
    lines = log.read_text(errors="replace").splitlines()
    executed = [line.split()[-1] for line in lines if line.startswith("stat::number_of_executed_units")]
    coverage = [line for line in lines if " cov: " in line][-1:] or ["?"]
    print(f"{program.name}: {executed[0] if executed else '?'} inputs in {seconds} s, {coverage[0].strip()[:90]}", flush=True)
    if code:
        print("\n".join(lines[-60:]))
        print(f"\nfuzz-asan: {program.name} found something; again with\n  {program} {found}/FILE")
    return code


def smallest(programs, corpus, directory, *options):
    """Bytes of a small set of inputs that together cover what the corpus covers, shortest first."""
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir()
    for program in programs.values():
        subprocess.run([program, "-set_cover_merge=1", f"-max_len={MAX_BYTES}", *options, directory, corpus], capture_output=True, check=True)
    return sorted((path.read_bytes() for path in directory.iterdir()), key=lambda data: (len(data), data))


def packed(inputs):
    """The inputs as an archive; the same inputs give the same bytes."""
    output = io.BytesIO()
    with tarfile.open(fileobj=output, mode="w:xz", preset=9, format=tarfile.USTAR_FORMAT) as archive:
        for number, data in enumerate(inputs):
            member = tarfile.TarInfo(f"{number:04}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return output.getvalue()


def keep(programs, corpus, directory):
    """Writes corpus.tar.xz: inputs for every branch, then as many as fit of those that take one more often than others do."""
    branches = smallest(programs, corpus, directory / "kept", "-use_counters=0")
    others = [data for data in smallest(programs, corpus, directory / "kept") if data not in set(branches)]
    minimum, maximum = 0, len(others)
    while minimum < maximum:
        middle = (minimum + maximum + 1) // 2
        minimum, maximum = (middle, maximum) if len(packed(branches + others[:middle])) <= MAX_CORPUS else (minimum, middle - 1)
    archive = packed(branches + others[:minimum])
    CORPUS.write_bytes(archive)
    print(f"{CORPUS}: {len(branches)} inputs for all branches, {minimum} of {len(others)} others, {len(archive)} bytes")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--keep", action="store_true", help="make corpus.tar.xz anew")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "fuzz-asan")
    parser.add_argument("--wasm3", type=pathlib.Path, default=os.environ.get("WASM3_DIR") or ROOT / "build" / "src" / "wasm3")
    options = parser.parse_args()
    try:
        programs = build(find_clang(), options.build, options.wasm3)
        corpus, found = options.build / "corpus", options.build / "found"
        found.mkdir(parents=True, exist_ok=True)
        seeds(corpus)
        failed = False
        for program in programs.values():
            seconds = int(options.minutes * 60 / len(programs))
            failed |= bool(seconds and fuzz(program, corpus, found, seconds))
        if options.keep:
            keep(programs, corpus, options.build)
    except (Missing, BuildError) as error:
        sys.exit(f"fuzz-asan: {error}")
    if failed:
        sys.exit(1)
    print("fuzz-asan: nothing found")


if __name__ == "__main__":
    main()
