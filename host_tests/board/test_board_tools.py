"""`make firmware`, flash, erase, deploy, console: with stand-ins for idf.py, esptool and mpremote that note what they are told."""

import json
import os
import pathlib
import shutil
import stat
import struct
import subprocess
import sys

import pytest
from machines import ROOT


import board_build  # noqa: E402
import board_files  # noqa: E402
import board_image  # noqa: E402
import board_port  # noqa: E402

BOARD = ROOT / "firmware" / "boards" / "SOVELMA_C3"
ENTRIES = board_image.read_csv((BOARD / "partitions.csv").read_text())

# Notes its arguments, one call a line; what else it does is the test's.
STAND_IN = """#!{python}
import json, os, pathlib, sys
words = sys.argv[1:]
with open({log!r}, "a") as log:
    log.write(json.dumps(words) + "\\n")
{body}
"""


@pytest.fixture
def tools(tmp_path):
    """Makes stand-ins: tools(name, body) -> path; tools.calls() -> what they were told."""
    log = tmp_path / "calls"
    log.write_text("")
    directory = tmp_path / "bin"
    directory.mkdir()

    def make(name, body=""):
        path = directory / name
        path.write_text(STAND_IN.format(python=sys.executable, log=str(log), body=body))
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return path

    make.calls = lambda: [json.loads(line) for line in log.read_text().splitlines()]
    make.path = f"{directory}:{os.environ['PATH']}"
    return make


def make(*words, path=None, **variables):
    """Runs make in the project; variables: of the environment."""
    environment = {key: value for key, value in os.environ.items()
                   if key not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "IDF_PATH", "MICROPYTHON_DIR")}  # fmt: skip
    environment |= {"PATH": path or os.environ["PATH"], **variables}
    return subprocess.run(["make", "--no-print-directory", *map(str, words)], cwd=ROOT, env=environment, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=120)  # fmt: skip


# ---------------------------------------------------------------- make firmware


@pytest.fixture
def checkout(tmp_path):
    """What board_build looks at of a checkout of MicroPython."""
    directory = tmp_path / "micropython"
    for name in (*board_build.SUBMODULES, "ports/unix/Makefile", "ports/esp32/Makefile"):
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_text("")
    (directory / "py").mkdir()
    (directory / "py" / "mpconfig.h").write_text(
        "".join(f"#define MICROPY_VERSION_{part} {number}\n" for part, number in
                (("MAJOR", 1), ("MINOR", 25), ("MICRO", 0), ("PRERELEASE", 0))))  # fmt: skip
    return directory


IDF = """
if "--version" in words:
    print(os.environ["STAND_IN_VERSION"])
"""


def build(tools, checkout, tmp_path, *words, version="ESP-IDF v5.3.1", **environment):
    tools("idf.py", IDF)
    return subprocess.run([sys.executable, ROOT / "tools" / "board" / "board_build.py", "--micropython", checkout, "--wasm3", tmp_path / "wasm3",
                           "--mpy-cross", tmp_path / "mpy-cross", "--build", tmp_path / "out", *words], capture_output=True, text=True,
                          env={**os.environ, "PATH": tools.path, "IDF_PATH": "/idf", "STAND_IN_VERSION": version, **environment})  # fmt: skip


def test_without_idf_and_checkout_both_are_told_with_what_to_do():
    result = make("firmware")
    assert result.returncode != 0
    for words in ("ESP-IDF is not activated", "5.2.2 or later, 5.3 or 5.4", "export.sh", "MICROPYTHON_DIR=", "v1.25.0", "submodules"):
        assert words in result.stderr, words
    assert "== " not in result.stdout       # nothing was downloaded or built for it


@pytest.mark.parametrize("version, works", [
    ("ESP-IDF v5.2.2", True), ("ESP-IDF v5.3", True), ("ESP-IDF v5.3.1", True), ("ESP-IDF v5.4.1-dirty", True), ("ESP-IDF v5.2.1", False),
    ("ESP-IDF v5.1.4", False), ("ESP-IDF v5.5", False), ("ESP-IDF v6.0", False), ("ESP-IDF v4.4.7", False), ("", False),
])  # fmt: skip
def test_versions_of_idf(tools, checkout, tmp_path, version, works):
    result = build(tools, checkout, tmp_path, version=version)
    assert (result.returncode == 0) == works, result.stderr
    assert works or "Versions that work" in result.stderr


def test_what_idf_is_told(tools, checkout, tmp_path):
    result = build(tools, checkout, tmp_path, "--variant", "NOWIFI", MAKEFLAGS="--no-builtin-rules", BUILD="/x")
    assert result.returncode == 0, result.stderr
    words = tools.calls()[-1]
    given = {words[i + 1].partition("=")[0]: words[i + 1].partition("=")[2] for i in range(len(words)) if words[i] == "-D"}
    assert words[:4] == ["-C", str(checkout / "ports" / "esp32"), "-B", str(tmp_path / "out")] and words[-1] == "build"
    assert given == {"MICROPY_BOARD": "SOVELMA_C3", "MICROPY_BOARD_DIR": str(BOARD), "MICROPY_BOARD_VARIANT": "NOWIFI",
                     "USER_C_MODULES": str(ROOT / "cmodules" / "micropython.cmake"), "WASM3_DIR": str(tmp_path / "wasm3")}  # fmt: skip
    for path in (given["MICROPY_BOARD_DIR"], given["USER_C_MODULES"]):
        assert pathlib.Path(path).exists()


def test_our_make_s_variables_do_not_reach_micropython_s(tools, checkout, tmp_path):
    tools("idf.py", IDF + "print(sorted(set(os.environ) & {'MAKEFLAGS', 'BUILD', 'PORT', 'MICROPY_MPYCROSS'}))")
    tools_again = tools

    def same(name, body):
        return None

    same.path, same.calls = tools_again.path, tools_again.calls
    result = build(same, checkout, tmp_path, MAKEFLAGS="-j2", BUILD="/x", PORT="/dev/x")
    assert result.stdout.splitlines()[-1] == "['MICROPY_MPYCROSS']"


def test_a_changed_board_starts_from_an_empty_build(tools, checkout, tmp_path):
    assert build(tools, checkout, tmp_path).returncode == 0
    (tmp_path / "out" / "old").write_text("")
    assert build(tools, checkout, tmp_path).returncode == 0 and (tmp_path / "out" / "old").exists()
    assert build(tools, checkout, tmp_path, IDF_PATH="/other").returncode == 0 and not (tmp_path / "out" / "old").exists()


def test_a_checkout_of_another_version_or_without_submodules(tools, checkout, tmp_path):
    shutil.rmtree(checkout / "lib" / "micropython-lib")
    text = (checkout / "py" / "mpconfig.h").read_text()
    (checkout / "py" / "mpconfig.h").write_text(text.replace("MINOR 25", "MINOR 26").replace("PRERELEASE 0", "PRERELEASE 1"))
    result = build(tools, checkout, tmp_path)
    assert result.returncode != 0 and "1.26.0-preview" in result.stderr and "git checkout v1.25.0" in result.stderr
    assert "lib/micropython-lib" in result.stderr and "lib/berkeley-db" not in result.stderr
    assert "no MicroPython there" in build(tools, tmp_path / "none", tmp_path).stderr
    assert "there is none or NOWIFI" in build(tools, checkout, tmp_path, "--variant", "X").stderr
    assert all(call == ["--version"] for call in tools.calls())


def test_make_firmware_from_end_to_end(tools, checkout, built, tmp_path):
    """mpy-cross of the checkout, the demo's files, ESP-IDF's part, tail calls, the joined image; a second time for the variant."""
    import size

    if not shutil.which(size.CC):
        pytest.skip(f"no cross compiler: {size.INSTALL}")
    wasm3 = pathlib.Path(os.environ.get("WASM3_DIR") or ROOT / "build" / "src" / "wasm3")
    compiled = subprocess.run([size.CC, *size.flags(), f"-I{wasm3}", f"-I{size.RUNTIME}", "-c", size.RUNTIME / "engine" / "interpreter.c", "-o",
                               built / "interpreter.c.obj"], capture_output=True, text=True)  # fmt: skip
    assert compiled.returncode == 0, compiled.stderr
    (checkout / "mpy-cross").mkdir()
    (checkout / "mpy-cross" / "Makefile").write_text("all:\n\t@mkdir -p $(BUILD) && touch $(BUILD)/mpy-cross\n")
    out = tmp_path / "b"
    (out / "src").mkdir(parents=True)
    for name in ("venv", "modules", "src/wasm3"):
        (out / name).symlink_to(ROOT / "build" / name)
    tools("idf.py", IDF + f"""
if words[-1] == "build":
    import shutil
    shutil.copytree({str(built)!r}, words[words.index("-B") + 1], dirs_exist_ok=True)
    print("cross compiler of the checkout:", os.path.exists(os.environ["MICROPY_MPYCROSS"]))
""")
    tools("riscv32-esp-elf-objdump").write_text('#!/bin/sh\nexec riscv64-unknown-elf-objdump "$@"\n')
    for variant in ("", "NOWIFI"):
        result = make("firmware", f"BUILD={out}", f"MICROPYTHON_DIR={checkout}", f"VARIANT={variant}", path=tools.path,
                      IDF_PATH="/idf", STAND_IN_VERSION="ESP-IDF v5.3.1")  # fmt: skip
        assert result.returncode == 0, result.stdout + result.stderr
        assert "cross compiler of the checkout: True" in result.stdout and "all end in jumps" in result.stdout
        directory = out / "board" / ("SOVELMA_C3-NOWIFI" if variant else "SOVELMA_C3")
        assert (directory / "firmware.bin").stat().st_size == 0x10000 + 6400
    assert (out / "board" / "files" / "_files.py").read_text().startswith('"""The demo of the firmware: 8 files')
    assert [("MICROPY_BOARD_VARIANT=NOWIFI" in call) for call in tools.calls() if call[-1:] == ["build"]] == [False, True]


# ---------------------------------------------------------------- make flash


@pytest.fixture
def built(tmp_path):
    """A directory as ESP-IDF leaves it."""
    directory = tmp_path / "board" / "SOVELMA_C3"
    directory.mkdir(parents=True)
    header = bytearray(64)
    header[0] = 0xE9
    struct.pack_into("<H", header, 12, board_image.CHIP)
    for name, content in (("bootloader.bin", bytes(header)), ("table.bin", board_image.table(ENTRIES)), ("ota.bin", b"\xff" * 0x2000),
                          ("micropython.bin", bytes(header) * 100)):  # fmt: skip
        (directory / name).write_bytes(content)
    (directory / "flasher_args.json").write_text(json.dumps({
        "write_flash_args": ["--flash_mode", "dio", "--flash_size", "4MB", "--flash_freq", "80m"],
        "flash_files": {"0x10000": "micropython.bin", "0x0": "bootloader.bin", "0x8000": "table.bin", "0xd000": "ota.bin"},
        "extra_esptool_args": {"after": "hard_reset", "before": "default_reset", "stub": True, "chip": "esp32c3"}}))  # fmt: skip
    return directory


ESPTOOL = """
if "read_flash" in words:
    pathlib.Path(words[-1]).write_bytes(pathlib.Path({table!r}).read_bytes()[:int(words[-2], 0)])
"""


def flash(tools, built, tmp_path, target="flash", table=None, **environment):
    there = tmp_path / "on-the-board"
    there.write_bytes(board_image.table(ENTRIES) if table is None else table)
    tools("esptool.py", ESPTOOL.format(table=str(there)))
    port = tmp_path / "ttyUSB0"
    port.touch()
    words = [target, f"PORT={port}", "ESPTOOL=esptool.py", f"BOARD_BUILD={built}"]
    return port, make(*words, path=tools.path, **environment)


def test_flash_writes_every_part_to_its_place(tools, built, tmp_path):
    port, result = flash(tools, built, tmp_path)
    assert result.returncode == 0, result.stderr
    read, write = tools.calls()
    common = ["--chip", "esp32c3", "--port", str(port), "--baud", "460800"]
    assert read[:-1] == [*common, "--after", "no_reset", "read_flash", "0x8000", "0xc00"]
    assert write == [*common, "write_flash", "--flash_mode", "dio", "--flash_size", "4MB", "--flash_freq", "80m",
                     "0x0", f"{built}/bootloader.bin", "0x8000", f"{built}/table.bin", "0xd000", f"{built}/ota.bin",
                     "0x10000", f"{built}/micropython.bin"]  # fmt: skip


def test_the_joined_image_has_every_part_in_its_place(built, tmp_path):
    result = subprocess.run([sys.executable, ROOT / "tools" / "board" / "board_join.py", built, tmp_path / "all.bin"], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    data = (tmp_path / "all.bin").read_bytes()
    for offset, name in ((0, "bootloader.bin"), (0x8000, "table.bin"), (0xD000, "ota.bin"), (0x10000, "micropython.bin")):
        content = (built / name).read_bytes()
        assert data[offset:offset + len(content)] == content
    assert data[64:0x8000] == b"\xff" * (0x8000 - 64) and len(data) == 0x10000 + 6400


@pytest.mark.parametrize("table", [b"\xff" * 0xC00, board_image.table(ENTRIES[:-1])])
def test_another_partition_table_is_erased_with_everything(tools, built, tmp_path, table):
    _, result = flash(tools, built, tmp_path, table=table)
    assert result.returncode == 0 and "erasing all of its flash" in result.stdout
    assert [call[6:] for call in tools.calls()][1] == ["--after", "no_reset", "erase_flash"] and "write_flash" in tools.calls()[2]


def test_an_image_of_another_chip_is_refused_before_the_board_is_touched(tools, built, tmp_path):
    image = bytearray((built / "micropython.bin").read_bytes())
    image[12] = 0
    (built / "micropython.bin").write_bytes(image)
    _, result = flash(tools, built, tmp_path)
    assert result.returncode != 0 and "another chip" in result.stderr and tools.calls() == []
    (built / "flasher_args.json").write_text((built / "flasher_args.json").read_text().replace("esp32c3", "esp32s3"))
    _, result = flash(tools, built, tmp_path)
    assert "built for another chip (esp32s3)" in result.stderr and tools.calls() == []


def test_a_firmware_larger_than_its_slot_and_one_that_was_not_built(tools, built, tmp_path):
    (built / "micropython.bin").write_bytes((built / "micropython.bin").read_bytes() + bytes(0x1B0000))
    _, result = flash(tools, built, tmp_path)
    assert "its slot has 1769472" in result.stderr
    (built / "flasher_args.json").unlink()
    _, result = flash(tools, built, tmp_path)
    assert "run `make firmware`" in result.stderr and tools.calls() == []


def test_esptool_s_failure_is_ours(tools, built, tmp_path):
    tools("esptool.py", "sys.exit(2)")
    port = tmp_path / "ttyACM0"
    port.touch()
    result = make("flash", f"PORT={port}", "ESPTOOL=esptool.py", f"BOARD_BUILD={built}", path=tools.path)
    assert result.returncode != 0 and "BOOT held" in result.stderr and len(tools.calls()) == 1


def test_erase(tools, built, tmp_path):
    port, result = flash(tools, built, tmp_path, target="erase")
    assert result.returncode == 0 and tools.calls() == [["--chip", "esp32c3", "--port", str(port), "--baud", "460800", "erase_flash"]]


# ---------------------------------------------------------------- ports


@pytest.mark.parametrize("target", ["flash", "erase", "deploy", "rom", "console"])
def test_a_missing_port_is_explained(built, target):
    result = make(target, "PORT=/dev/ttyNONE", f"BOARD_BUILD={built}")
    assert result.returncode != 0 and "no port /dev/ttyNONE" in result.stderr
    result = make(target, f"BOARD_BUILD={built}")
    assert result.returncode != 0 and "PORT= says where it is" in result.stderr


def test_the_ports_found_are_listed():
    found = [("/dev/ttyACM0", "USB JTAG/serial debug unit"), ("/dev/ttyUSB0", "CP2102N")]
    with pytest.raises(SystemExit) as error:
        board_port.checked("/dev/ttyUSB1", found)
    assert str(error.value).splitlines() == ["no port /dev/ttyUSB1", "ports found:", "  /dev/ttyACM0  USB JTAG/serial debug unit",
                                             "  /dev/ttyUSB0  CP2102N"]  # fmt: skip
    with pytest.raises(SystemExit) as error:
        board_port.checked("", [])
    assert "wires for data" in str(error.value)


def test_a_port_of_the_group_dialout(tmp_path, monkeypatch):
    port = tmp_path / "ttyUSB0"
    port.touch()
    assert board_port.checked(str(port)) == str(port)
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(SystemExit) as error:
        board_port.checked(str(port))
    assert "permission denied" in str(error.value) and "usermod -aG dialout" in str(error.value)


# ---------------------------------------------------------------- make deploy


@pytest.fixture
def system(tmp_path):
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / "a.wasm").write_bytes(b"module a")
    (tmp_path / "build" / "b.wasm").write_bytes(b"module b")
    (tmp_path / "text").write_bytes(b"hello")
    path = tmp_path / "system.json"
    path.write_text(json.dumps({"version": 1, "files": {"/motd": "text", "/note": {"text": "x"}}, "tasks": [
        {"name": "one", "module": "build/a.wasm"}, {"name": "two", "module": "build/a.wasm"}, {"name": "three", "module": "build/b.wasm"}]}))  # fmt: skip
    return path


# A board: a directory where files are copied, its MicroPython the machine's Python.
MPREMOTE = """
import shutil
words = words[words.index("connect") + 2:]
board = {board!r}
if words[0] == "exec":
    exec(words[1].replace('"/"', repr(board + "/")).replace("open(", "open(").replace("os.mkdir(", "os.mkdir("))
while words and words[0] == "fs":
    shutil.copy(words[2], board + words[3][1:])
    words = words[5:]
"""


def deploy(tools, system, tmp_path):
    board = tmp_path / "board-files"
    board.mkdir(exist_ok=True)
    tools("mpremote", MPREMOTE.format(board=str(board)))
    port = tmp_path / "ttyACM0"
    port.touch()
    before = len(tools.calls())
    result = subprocess.run([sys.executable, ROOT / "tools" / "board" / "board_deploy.py", port, system, "--mpremote", "mpremote"],
                            capture_output=True, text=True, env={**os.environ, "PATH": tools.path})  # fmt: skip
    assert result.returncode == 0, result.stderr
    return board, [[words for words in call if words.startswith(":/") or words in ("reset", "exec")] for call in tools.calls()[before:]], result


def test_only_what_changed_is_copied_and_the_manifest_last(tools, system, tmp_path):
    board, calls, _ = deploy(tools, system, tmp_path)
    assert calls == [["exec"], [":/modules/a.wasm", ":/modules/b.wasm", ":/files/text", ":/system.json", "reset"]]
    there = json.loads((board / "system.json").read_text())
    assert [task["module"] for task in there["tasks"]] == ["modules/a.wasm", "modules/a.wasm", "modules/b.wasm"]
    assert there["files"] == {"/motd": "files/text", "/note": {"text": "x"}} and (board / "files" / "text").read_bytes() == b"hello"
    _, calls, result = deploy(tools, system, tmp_path)
    assert calls == [["exec"]] and "nothing has changed" in result.stdout
    (tmp_path / "build" / "b.wasm").write_bytes(b"module b, better")
    _, calls, _ = deploy(tools, system, tmp_path)
    assert calls == [["exec"], [":/modules/b.wasm", ":/system.json", "reset"]]       # the manifest has its hash


def test_rights_are_given_to_the_module_that_was_deployed(system):
    import hashlib

    files = board_files.board_files(system)
    tasks = json.loads(files["system.json"])["tasks"]
    assert [task["sha256"] for task in tasks] == [hashlib.sha256(b"module " + name).hexdigest() for name in (b"a", b"a", b"b")]


def test_two_modules_of_one_name_are_refused(system, tmp_path):
    (tmp_path / "a.wasm").write_bytes(b"another a")
    system.write_text(system.read_text().replace("build/b.wasm", "a.wasm"))
    with pytest.raises(ValueError, match="modules/a.wasm"):
        board_files.board_files(system)


def test_a_board_that_does_not_answer_keeps_its_system(tools, system, tmp_path):
    tools("mpremote", "sys.exit(1)")
    (tmp_path / "ttyACM0").touch()
    result = subprocess.run([sys.executable, ROOT / "tools" / "board" / "board_deploy.py", tmp_path / "ttyACM0", system, "--mpremote", "mpremote"],
                            capture_output=True, text=True, env={**os.environ, "PATH": tools.path})  # fmt: skip
    assert result.returncode != 0 and "does not answer" in result.stderr and len(tools.calls()) == 1


def test_make_deploy_brings_the_board_s_demo_and_make_console_opens_the_prompt(tools, tmp_path):
    tools("mpremote", "")
    port = tmp_path / "ttyACM0"
    port.touch()
    result = make("deploy", f"PORT={port}", "MPREMOTE=mpremote", path=tools.path)
    assert result.returncode == 0, result.stderr
    copied = [word for word in tools.calls()[1] if word.startswith(":/")]
    assert copied[-1] == ":/system.json" and ":/modules/blink.wasm" in copied and ":/modules/fetch.wasm" not in copied
    result = make("console", f"PORT={port}", "MPREMOTE=mpremote", path=tools.path)
    assert result.returncode == 0 and tools.calls()[2] == ["connect", str(port), "repl"]


def test_make_rom_writes_both_module_slots(tools, tmp_path):
    """What arrives there is the file system that the board mounts."""
    kept = tmp_path / "kept"
    tools("esptool.py", f"pathlib.Path({str(kept)!r}).write_bytes(pathlib.Path(words[-1]).read_bytes())")
    port = tmp_path / "ttyACM0"
    port.touch()
    result = make("rom", f"PORT={port}", "ESPTOOL=esptool.py", path=tools.path)
    assert result.returncode == 0, result.stderr
    (words,) = tools.calls()
    assert words[:7] == ["--chip", "esp32c3", "--port", str(port), "--baud", "460800", "write_flash"]
    assert words[7::2] == ["0x370000", "0x390000"] and words[8] == words[10]
    assert kept.read_bytes().startswith(b"\xd2\xcd\x31") and b"system.json" in kept.read_bytes()


def test_a_system_larger_than_a_module_slot_is_refused(tools, system, tmp_path):
    (tmp_path / "build" / "a.wasm").write_bytes(bytes(0x20001))
    tools("esptool.py")
    (tmp_path / "ttyACM0").touch()
    result = make("rom", f"PORT={tmp_path / 'ttyACM0'}", f"SYSTEM={system}", "ESPTOOL=esptool.py", path=tools.path)
    assert result.returncode != 0 and "a slot has 131072" in result.stderr and tools.calls() == []


# ---------------------------------------------------------------- the demo


@pytest.mark.pc("files of the host")
def test_the_demo_of_the_firmware_boots(firmware, tmp_path):
    """What is frozen into the image, as the board finds it: a read-only file system with manifest and modules."""
    made = subprocess.run([ROOT / "build/venv/bin/python", ROOT / "tools/board/board_files.py", BOARD / "system.json", tmp_path / "_files.py"],
                          capture_output=True, text=True)  # fmt: skip
    assert made.returncode == 0, made.stderr
    from setups import BOARD as SETUP

    out = firmware.script(SETUP + """
import vfs
exec(text)
vfs.mount(vfs.VfsRom(FILES), "/demo")
import wasm3
wasm3.arena_resize(128 * 1024)
import sovelma
from kernel.core import console as log
log.show = lambda line: None
sovelma.boot("/demo/system.json")
tasks = [(task.name, task.region()[1]) for task in sovelma.system.tasks]
board._console = console
sovelma.run(0.3)
answer([tasks, {task.name: task.calls() > 0 or task.fuel() > 0 for task in sovelma.system.tasks}, wasm3.arena()[0]])
""", fakes=str(ROOT / "host_tests/board/fakes"), programs=str(BOARD.parent / "common" / "esp32c3" / "modules"), text=(tmp_path / "_files.py").read_text())
    tasks, ran, arena = out
    assert len(tasks) == 7 and all(ran.values()) and arena == 128 * 1024
    assert sum(size for _, size in tasks) < 128 * 1024
