"""The board's build without ESP-IDF: its CMake files, options and manifest in a stub port that follows the esp32 port's rules.

host_tests/board/stub_port/ is a MicroPython of its own, configured by the board's files and built by MicroPython's own
CMake rules: user modules are found, scanned for names, compiled, linked and run. It compiles with -O0 and ESP-IDF's
warnings as errors, as the real port does with sources of user modules.
"""

import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys

import pytest
from machines import ROOT

BOARD = ROOT / "firmware" / "boards" / "SOVELMA_C3"
STUB = ROOT / "host_tests" / "board" / "stub_port"
MICROPYTHON = pathlib.Path(os.environ.get("MICROPYTHON_DIR") or ROOT / "build" / "src" / "micropython")
WASM3 = pathlib.Path(os.environ.get("WASM3_DIR") or ROOT / "build" / "src" / "wasm3")
SOURCE = "given" if os.environ.get("MICROPYTHON_DIR") else "download"
RV32 = "riscv64-unknown-elf-gcc"


def run(*command, **options):
    environment = {key: value for key, value in os.environ.items() if key not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "WASM3_DIR")}
    environment |= {"MICROPY_GIT_TAG": "v1.25.0", "MICROPY_MPYCROSS": str(ROOT / "build" / f"mpy-cross-{SOURCE}" / "mpy-cross")}
    environment |= options.pop("env", {})
    return subprocess.run([str(word) for word in command], env=environment, capture_output=True, text=True, **options)


def configure(directory, *definitions, **options):
    return run("cmake", "-S", STUB, "-B", directory, f"-DMICROPY_DIR={MICROPYTHON}", f"-DMICROPY_BOARD_DIR={BOARD}",
               "-DMICROPY_BOARD=SOVELMA_C3", f"-DUSER_C_MODULES={ROOT / 'cmodules' / 'micropython.cmake'}", *definitions,
               **options)  # fmt: skip


@pytest.fixture(scope="module")
def cmake():
    if not shutil.which("cmake"):
        pytest.skip("no cmake: apt-get install cmake")


@pytest.fixture(scope="module")
def stub(cmake, tmp_path_factory):
    """Directory of the finished build."""
    directory = tmp_path_factory.mktemp("stub")
    made = configure(directory, f"-DWASM3_DIR={WASM3}")
    assert made.returncode == 0, made.stdout + made.stderr
    built = run("cmake", "--build", directory, "--parallel", "2")
    assert built.returncode == 0, built.stdout[-3000:] + built.stderr[-3000:]
    return directory


def commands(directory):
    """{name of a source: list of the commands that compile it, each a list of words}."""
    found = {}
    for entry in json.loads((directory / "compile_commands.json").read_text()):
        found.setdefault(pathlib.Path(entry["file"]).name, []).append(shlex.split(entry["command"]))
    return found


def optimisation(words):
    """The level that counts: the last one given, none at all is 0."""
    return (["-O0"] + [word for word in words if re.fullmatch(r"-O[0-9sg]?", word)])[-1]


def python(directory, text, **environment):
    result = run(directory / "firmware", input=text, timeout=60, env=environment)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def test_every_file_is_compiled_and_none_of_ours_without_optimisation(stub):
    compiled = commands(stub)
    ours = {"port_esp32.c", "modcommands.c", "modwasm3.c", "pending.c", "modnetio.c", "modesp32c3.c", "heap.c", "random.c", "interpreter.c", "create.c", "pool.c"}
    assert ours <= set(compiled)
    assert optimisation(compiled["empty.c"][0]) == "-O0" and len(compiled["modwasm3.c"]) == 2   # the imitation is true
    for name in ours:
        assert {optimisation(words) for words in compiled[name]} == {"-Os"}, name


def test_the_interpreter_has_the_flags_of_the_other_builds(stub):
    sys.path.insert(0, str(ROOT / "host_tests" / "bench"))
    from toolchain import setting

    (words,) = commands(stub)["interpreter.c"]
    assert set(setting("SOV_INTERPRETER_FLAGS")) <= set(words) and not any("ESP32" in word for word in words)
    runtime = {pathlib.Path(name).name for name in setting("SOV_RUNTIME_SOURCES") + setting("SOV_INTERPRETER_SOURCES")}
    assert runtime <= set(commands(stub))


def test_the_machine_s_own_file_is_compiled_where_its_headers_are(stub):
    """ESP-IDF's are those of the main component; the library, which has none of them, must not take it for another machine."""
    compiled = commands(stub)
    (other,), headers = compiled["port_qemu.c"], f"-I{STUB / 'main/../idf'}"
    assert "-DESP_PLATFORM" in other and headers not in other
    assert len(compiled["port_esp32.c"]) == 2 and all(headers in words for words in compiled["port_esp32.c"])


def test_the_interpreter_keeps_its_tail_calls(stub):
    found = list(stub.rglob("interpreter.c.o"))
    result = run(sys.executable, ROOT / "tools" / "check" / "check_tail_calls.py", *found)
    assert len(found) == 1 and result.returncode == 0, result.stderr


def test_a_task_runs_in_what_was_built(stub):
    """Names were found by the port's scan, the library was linked, the arena has the board's size."""
    from wasm_text import wat

    module = wat('(module (memory (export "memory") 1) (func (export "_start") (result i32) i32.const 42))')
    out = python(stub, f"""
import wasm3
task = wasm3.Instance(bytes.fromhex("{module.hex()}") if hasattr(bytes, "fromhex") else {bytes(module)!r}, memory=64)
print(task.resume(1000) == wasm3.EXITED, task.result(), wasm3.arena()[0])
""")
    assert out.split() == ["True", "42", str(128 * 1024)]


def test_the_board_has_every_module_of_ours_that_its_frozen_code_imports(stub):
    """A C module that is in the other builds and not in the board's would be found missing at the first start."""
    python(stub, "import commands\nprint(commands.ps)")
    frozen = [*(ROOT / "firmware/kernel").rglob("*.py"), ROOT / "firmware/sovelma.py", *(ROOT / "firmware/hal/esp32").glob("*.py"),
              *(ROOT / "firmware/hal/common").glob("*.py"), *(BOARD.parent / "common" / "esp32c3" / "modules").glob("*.py")]  # fmt: skip
    wanted = {name for path in frozen for name in re.findall(r"^\s*(?:import|from) (\w+)", path.read_text(), re.M)}
    ours = {"wasm3", "netio", "esp32c3", "commands", "hostfs", "qemu", "interrupts"} & wanted
    assert {"wasm3", "netio", "esp32c3", "commands"} == ours
    python(stub, "".join(f"import {name}\n" for name in sorted(ours)))


def test_sockets_of_lwip(stub):
    """The same C file as on a PC, through lwIP's functions and `select`."""
    out = python(stub, """
import array, netio
a, b = netio.open(True), netio.open(True)
print(netio.bind(a, 45671), netio.connect(b, bytes((127, 0, 0, 1)), 45671), netio.receive(a, bytearray(9), 9))
handles, ready = array.array("i", [a, -1, b]), bytearray(3)
print(netio.poll(handles, b"\\x01\\x01\\x02", ready, 3, 0), list(ready))
print(netio.send(b, b"hello", 5), netio.poll(handles, b"\\x01\\x01\\x00", ready, 3, 1000), list(ready))
buffer = bytearray(9)
print(netio.receive(a, buffer, 9), bytes(buffer[:5]), netio.poll(array.array("i", [-1, 5000]), b"\\x01\\x01", bytearray(2), 2, 1))
c = netio.open(False)
first = netio.connect(c, bytes((127, 0, 0, 1)), 45672)
netio.poll(array.array("i", [c]), b"\\x02", ready, 1, 1000)
print(first in (1, -16), -16 in (first, netio.connect(c, bytes((127, 0, 0, 1)), 45672)))
for handle in (a, b, c):
    netio.close(handle)
print(netio.receive(a, buffer, 9))
""")
    assert out.splitlines() == ["0 0 -7", "1 [0, 0, 1]", "5 1 [1, 0, 0]", "5 b'hello' 0", "True True", "-12"]


def test_a_soft_reset_leaves_no_socket_behind(stub):
    """Few as lwIP's are; `__init__` is what a new MicroPython calls at the first import."""
    out = python(stub, """
import netio
kept = [netio.open(True) for _ in range(5)]
netio.close(kept.pop())
netio.__init__()
print([netio.receive(handle, bytearray(1), 1) for handle in kept], netio.open(True) == kept[0])
netio.__init__()
print(netio.open(True) == kept[0])
""")
    assert out.splitlines() == ["[-12, -12, -12, -12] True", "True"]


def test_what_the_chip_module_offers(stub):
    out = python(stub, """
import esp32c3
try:
    esp32c3.random(bytearray(4), 4)
    print("random without a key")
except OSError:
    pass
esp32c3.seed()
a, b = bytearray(70), bytearray(70)
esp32c3.random(a, 70)
esp32c3.random(b, 66)
print(a != b, list(b[66:]), len(set(a)) > 40)
for wrong in (-1, 71):
    try:
        esp32c3.random(a, wrong)
        print("taken")
    except ValueError:
        pass
one, two = esp32c3.map("mod_0"), esp32c3.map("mod_1")
print(len(one), chr(one[0]), chr(two[131071]), esp32c3.map("none"), esp32c3.map("mod_0")[5] == one[5])
try:
    one[0] = 1
    print("written")
except TypeError:
    pass
try:
    esp32c3.map("third")
    print("a third one")
except OSError:
    pass
print(esp32c3.raw_repl(), esp32c3.reset_reason() == esp32c3.PANIC, esp32c3.RADIO)
before = esp32c3.microseconds()
time = bytearray(8)
print(esp32c3.clock(0, time) is time and before <= int.from_bytes(time, 'little') < before + 60_000_000)
print(0 <= esp32c3.microseconds() - before < 60_000_000, esp32c3.clock(1, time) is None or int.from_bytes(time, 'little') > 1704067200 * 1000000)
""")
    assert out.splitlines() == ["True [0, 0, 0, 0] True", "131072 0 1 None True", "True True 1", "True", "True True"]


def test_a_board_sleeps_until_its_time_or_until_something_comes(stub):
    """To the microsecond, as far as the host goes; an alarm rings meanwhile and runs what is scheduled."""
    out = python(stub, """
import esp32c3
def took(us):
    start = esp32c3.microseconds()
    esp32c3.wait(us)
    return esp32c3.microseconds() - start
print([us <= took(us) < us + 20_000 for us in (1, 100, 3000, 25_000)])
rang = []
esp32c3.alarm(2000, rang.append)
print(took(50_000) < 25_000, rang)
esp32c3.alarm(2000, rang.append)
esp32c3.alarm(6000, rang.append)
print(5000 < took(50_000) < 40_000, rang)
time = esp32c3.now()
print(abs(int.from_bytes(time, "little") - esp32c3.microseconds()) < 1_000_000, esp32c3.now() is time)
""")
    assert out.splitlines() == ["[True, True, True, True]", "True [None]", "True [None, None]", "True True"]


@pytest.mark.parametrize("which, kind, counted", [(1, 2, 7), (2, 1, 7), (3, 3, 7), (1, 1, 0)])
def test_edges_are_counted_in_the_interrupt_and_end_a_sleep(stub, which, kind, counted):
    """ESP-IDF's numbers: 1 is a rising edge, 2 a falling one."""
    out = python(stub, f"""
import esp32c3, services
irq = services.Irq("x", 0)
esp32c3.edges(9, {which}, irq)
start = esp32c3.microseconds()
esp32c3.wait(100_000)
print(esp32c3.microseconds() - start < 50_000)
esp32c3.edges(9, {which}, None)
start = esp32c3.microseconds()
esp32c3.wait(30_000)
print(esp32c3.microseconds() - start >= 30_000)
for wrong in ((22, 1, irq), (-1, 1, irq)):
    try:
        esp32c3.edges(*wrong)
        print("taken")
    except ValueError:
        pass
try:
    esp32c3.edges(9, 1, 5)
    print("taken")
except TypeError:
    pass
""", STUB_EDGES=f"9,{kind},7")
    assert out.splitlines() == [str(counted > 0), "True"]


@pytest.mark.parametrize("happens", [False, True])
def test_a_socket_to_which_something_happens_ends_a_sleep(stub, happens):
    """lwIP makes its sockets with a callback of theirs; ours stands in front of it, and calls it."""
    out = python(stub, """
import esp32c3, netio
print(netio.open(True) >= 0)
start = esp32c3.microseconds()
esp32c3.wait(60_000)
print(esp32c3.microseconds() - start < 30_000)
""", **({"STUB_SOCKET": "1"} if happens else {}))
    assert out.splitlines() == ["True", str(happens)]


@pytest.mark.parametrize("writes, seen", [(3, [0, 0, 1, 1, 2, 0, 0, 0]), ("none", [0] * 8)])
def test_a_counter_that_is_written_only_when_it_changes(stub, writes, seen):
    """Three writes are all that the storage takes, and one handle is all that it gives."""
    out = python(stub, """
import esp32c3
print(esp32c3.faults())
for count in (0, 1, 1, 2, 0, 0, 7):
    esp32c3.set_faults(count)
    print(esp32c3.faults())
""", STUB_WRITES=str(writes))
    assert [int(line) for line in out.split()] == seen


@pytest.mark.parametrize("largest, missing", [(1 << 20, 0), (74 * 1024, 0), (72 * 1024, 0), (72 * 1024 - 16, 16), (48 * 1024, 24 * 1024)])
def test_python_s_first_heap_is_what_there_is(stub, largest, missing):
    """64 KB and 8 KB for ESP-IDF, or less, which is told; the answer stands, for each soft reset asks again."""
    out = python(stub, """
import esp32c3, gc
print(esp32c3.heap_missing(), gc.mem_alloc() + gc.mem_free())
""", STUB_FIRST_BLOCK=str(largest), STUB_LARGEST_BLOCK="8192")
    told, total = map(int, out.split())
    told, total = map(int, out.split())
    assert told == missing and 0.96 * (65536 - missing) < total <= 65536 - missing


MAP = """
MEMORY { ram : ORIGIN = 0x3FC80000, LENGTH = 0x4E710  flash : ORIGIN = 0x42000000, LENGTH = 0x10000 }
SECTIONS { .text : { *(.text) } > flash  .bss (NOLOAD) : { *(.bss) _heap_start = .; } > ram }
"""


@pytest.mark.parametrize("variant", [None, "NOWIFI"])
def test_an_image_without_room_for_what_starts_is_not_linked(stub, cmake, tmp_path, variant):
    """The chip's memory map with so much in RAM that what the board wants just stays, and with one more line of 16 bytes."""
    if not shutil.which(RV32):
        pytest.skip(f"no {RV32}: apt-get install gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf")
    board = "".join((BOARD / name).read_text() for name in ["mpconfigboard.cmake"] + [f"mpconfigvariant_{variant}.cmake"] * bool(variant))
    wanted, arena = (int(re.findall(rf"^set\({name} (\d+)\)", board, re.M)[-1]) for name in ("SOV_HEAP_WANTED", "SOV_ARENA_BYTES"))
    (tmp_path / "map.ld").write_text(MAP)

    def link(filled, ours_first):
        (tmp_path / "ram.c").write_text(f"char ram[{filled}]; void _start(void) {{}}")
        scripts = [[f"-Wl,-T,{tmp_path / 'map.ld'}"],
                   [f"-Wl,--defsym=SOV_HEAP_WANTED={wanted}", ROOT / "cmodules" / "esp32c3" / "memory.ld"]]  # fmt: skip
        one, two = reversed(scripts) if ours_first else scripts
        return run(RV32, "-march=rv32imc", "-mabi=ilp32", "-nostdlib", *one, *two, tmp_path / "ram.c", "-o", tmp_path / "image")

    maximum = 0x3FCDC710 - wanted - 0x3FC80000
    for ours_first in (False, True):
        refused = link(maximum + 16, ours_first)
        assert link(maximum, ours_first).returncode == 0 and refused.returncode != 0 and "lower SOV_ARENA_BYTES" in refused.stderr
    assert arena < maximum
    assert any("SOV_HEAP_WANTED" in path.read_text() and "memory.ld" in path.read_text() for path in stub.rglob("link.txt"))


@pytest.mark.parametrize("largest, minimum, maximum", [(1 << 20, 70, 80), (8 * 1024, 60, 64)])
def test_the_python_heap_stops_at_the_boards_limit(stub, largest, minimum, maximum):
    """The port would give it a gigabyte: the linker puts our answer in the place of the port's. 8 KB are left to ESP-IDF."""
    out = python(stub, """
import gc
kept = []
try:
    while True:
        kept.append(bytearray(500))
except MemoryError:
    kept.clear()
gc.collect()
print(gc.mem_alloc() + gc.mem_free())
""", STUB_LARGEST_BLOCK=str(largest))
    limit = int(re.search(r"SOV_PYTHON_HEAP_MAX \((\d+) \* 1024\)", (BOARD / "mpconfigboard.h").read_text()).group(1))
    assert minimum * 1024 < int(out) <= maximum * 1024 and limit == 80


def test_what_is_frozen(stub):
    """With `mpy-cross -march=rv32imc`, compiled as C and linked: the kernel, the HAL, what starts the board."""
    text = (stub / "frozen_content.c").read_text()
    for name in ("_boot.py", "main.py", "board_start.py", "board_config.py", "flashbdev.py", "sovelma.py", "kernel/core/system.py",
                 "hal/esp32/__init__.py", "hal/esp32/heartbeat.py", "hal/esp32/radio.py", "hal/esp32/flash.py", "hal/common/sockets.py"):  # fmt: skip
        assert name in text, name
    assert "inisetup" not in text
    flags = [word for line in stub.rglob("build.make") for word in line.read_text().split() if "march" in word]
    assert "-f-march=rv32imc" in flags


def test_the_partition_table_is_named_by_its_whole_path(stub):
    combined = (stub / "sdkconfig.combined").read_text()
    assert re.findall(r'^CONFIG_PARTITION_TABLE_CUSTOM_FILENAME="(.*)"$', combined, re.M)[-1] == str(BOARD / "partitions.csv")
    assert (stub / "target").read_text() == "esp32c3"


def test_every_option_has_a_reason_and_the_last_word(stub):
    """A paragraph of comment stands before each group; no file after ours says otherwise."""
    text = (BOARD.parent / "common" / "esp32c3" / "sdkconfig.board").read_text()
    for group in re.split(r"\n\s*\n", text)[1:]:
        assert group.startswith("#"), group
    combined = dict(re.findall(r"^(CONFIG_\w+)=(.*)$", (stub / "sdkconfig.combined").read_text(), re.M))
    ours = dict(re.findall(r"^(CONFIG_\w+)=(.*)$", text, re.M))
    assert len(ours) > 20 and all(combined[name] == value for name, value in ours.items())


def test_the_variant_without_radio_shares_everything_else(stub, cmake, tmp_path):
    made = configure(tmp_path, f"-DWASM3_DIR={WASM3}", "-DMICROPY_BOARD_VARIANT=NOWIFI")
    assert made.returncode == 0, made.stderr
    here, there = commands(stub), commands(tmp_path)

    def changed(name):
        one = [word.replace(str(stub), "") for words in here[name] for word in words]
        two = [word.replace(str(tmp_path), "") for words in there[name] for word in words]
        return set(one) ^ set(two)

    assert set(here) == set(there)
    assert changed("region.c") == {"-DSOV_ARENA_BYTES=131072u", "-DSOV_ARENA_BYTES=196608u"}
    assert changed("modesp32c3.c") >= {"-DSOV_RADIO=0"}
    assert (stub / "sdkconfig.combined").read_text() == (tmp_path / "sdkconfig.combined").read_text().replace(str(tmp_path), str(stub))


def test_without_wasm3_the_configuration_says_what_to_do(cmake, tmp_path):
    made = configure(tmp_path, f"-DWASM3_DIR={tmp_path}")
    assert made.returncode != 0 and "make setup" in made.stderr


@pytest.mark.parametrize("source", ["wasm3/python/modwasm3.c", "wasm3/python/pending.c", "wasm3/python/backtrace.c", "wasm3/python/contents.c", "wasm3/python/advice.c", "wasm3/port/port_esp32.c", "netio/modnetio.c", "esp32c3/modesp32c3.c", "esp32c3/waking.c", "esp32c3/heap.c", "common/random.c", "commands/modcommands.c", "capability/modcapability.c",
    "abi/modabi.c", "capability/table.c", "capability/revoke.c", "scheduler/modscheduler.c", "scheduler/run.c", "scheduler/queues.c", "scheduler/timers.c", "scheduler/deadline.c",
    "services/modservices.c", "services/capability_calls.c", "services/endpoint.c", "services/notification.c",
    "services/sync.c", "services/memory.c", "services/event.c", "services/create.c", "scheduler/block.c"])  # fmt: skip
def test_the_port_s_part_compiles_for_rv32_without_a_warning(stub, source):
    """There int32_t is long and mp_int_t int, so formats and pointers differ from a PC's."""
    if not shutil.which(RV32):
        pytest.skip(f"no {RV32}: apt-get install gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf")
    result = run(RV32, "--specs=picolibc.specs", "-march=rv32imc", "-mabi=ilp32", "-std=gnu17", "-Os", "-Wall", "-Wextra", "-Werror",
                 "-Wno-unused-parameter", "-Wno-sign-compare", "-Wno-missing-field-initializers", f"-I{MICROPYTHON}", f"-I{STUB}",
                 f"-I{STUB / 'idf'}", f"-I{BOARD}", f"-I{stub}", "-DESP_PLATFORM", *(f"-I{ROOT / 'cmodules' / name}" for name in ("wasm3", "capability", "scheduler", "services")), "-c", ROOT / "cmodules" / source, "-o", os.devnull)  # fmt: skip
    assert result.returncode == 0, result.stderr
