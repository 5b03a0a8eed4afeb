#!/usr/bin/env python3
"""Builds the firmware of the board with ESP-IDF and MicroPython's esp32 port.

usage: board_build.py --micropython DIR --wasm3 DIR --mpy-cross FILE --build DIR [--variant NOWIFI]

The user provides both: an activated ESP-IDF (`. export.sh` puts idf.py on PATH) and an upstream checkout of MicroPython
v1.25.0 with the submodules of that port. The program reports everything that is missing at once, with what to do. It writes
nothing to the checkout; only ESP-IDF itself keeps files there.

Exit code 0: DIR has bootloader/bootloader.bin, partition_table/partition-table.bin, micropython.bin, flasher_args.json.
"""

import argparse
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BOARD = ROOT / "firmware" / "boards" / "SOVELMA_C3"

# With these versions MicroPython 1.25 builds for this chip, and the options of sdkconfig.board have the names that it uses.
IDF_VERSIONS = re.compile(r"v5\.(2\.([2-9]|\d\d)|[34](\.\d+)?)\b")
IDF_WORDS = "5.2.2 or later, 5.3 or 5.4"
SUBMODULES = ("lib/berkeley-db-1.xx/README", "lib/micropython-lib/README.md")


def errors_of_micropython(directory: pathlib.Path) -> list[str]:
    """Errors of a checkout: list of texts."""
    if not directory:
        return ["MICROPYTHON_DIR= must name an upstream checkout of MicroPython v1.25.0: the sources that `make` downloads lack\n"
                "what the esp32 port needs. Get one with\n"
                "  git clone --branch v1.25.0 https://github.com/micropython/micropython\n"
                "  make -C micropython/ports/esp32 BOARD=ESP32_GENERIC_C3 submodules      # ESP-IDF activated"]  # fmt: skip
    path = pathlib.Path(directory)
    try:
        text = (path / "py" / "mpconfig.h").read_text()
    except OSError:
        return [f"MICROPYTHON_DIR={directory}: no MicroPython there"]
    found = [re.search(rf"#define MICROPY_VERSION_{part} (\d+)", text) for part in ("MAJOR", "MINOR", "MICRO", "PRERELEASE")]
    version = [int(match.group(1)) if match else 0 for match in found]
    wrong = []
    if version != [1, 25, 0, 0]:
        wrong.append(f"MICROPYTHON_DIR={directory}: version {'.'.join(map(str, version[:3]))}{'-preview' if version[3] else ''}, "
                     "but 1.25.0 is needed: git checkout v1.25.0")  # fmt: skip
    missing = [name for name in SUBMODULES if not (path / name).exists()]
    if missing:
        wrong.append(f"MICROPYTHON_DIR={directory}: submodules are missing ({', '.join(name.rpartition('/')[0] for name in missing)}). Run\n"
                     f"  make -C {directory}/ports/esp32 BOARD=ESP32_GENERIC_C3 submodules      # ESP-IDF activated")  # fmt: skip
    return wrong


def errors_of_idf() -> list[str]:
    """Errors of the ESP-IDF of this shell: list of texts."""
    if not os.environ.get("IDF_PATH") or not shutil.which("idf.py"):
        return [f"ESP-IDF is not activated in this shell. Versions that work: {IDF_WORDS}. Install one as its\n"
                "'Get Started' describes, for the chip esp32c3, then activate it in every shell that builds:\n"
                "  git clone --branch v5.3.1 --recursive https://github.com/espressif/esp-idf\n"
                "  cd esp-idf && ./install.sh esp32c3 && . ./export.sh"]  # fmt: skip
    told = subprocess.run(["idf.py", "--version"], capture_output=True, text=True).stdout.strip()
    if not IDF_VERSIONS.search(told):
        return [f"this shell has {told or 'an ESP-IDF of no version'}. Versions that work: {IDF_WORDS}."]
    return []


def configuration(build: pathlib.Path) -> str:
    """A digest of the inputs whose change a build does not notice by itself: the board's files and those that list what to compile."""
    digest = hashlib.sha256()
    files = [path for path in BOARD.rglob("*") if path.suffix in (".cmake", ".h", ".csv", ".board")]
    for path in sorted([*files, *(ROOT / "cmodules").rglob("*.cmake"), *(ROOT / "cmodules").rglob("*.mk")]):
        digest.update(path.read_bytes())
    return digest.hexdigest() + " " + os.environ.get("IDF_PATH", "") + f" {build}\n"


def main() -> None:
    parser = argparse.ArgumentParser(usage=__doc__)
    for name in ("micropython", "wasm3", "mpy-cross", "build"):
        parser.add_argument("--" + name, default="")
    parser.add_argument("--variant", default="")
    parser.add_argument("--check", action="store_true", help="only tell what is missing")
    given = parser.parse_args()
    wrong = errors_of_idf() + errors_of_micropython(given.micropython)
    if given.variant not in ("", "NOWIFI"):
        wrong.append(f"VARIANT={given.variant}: there is none or NOWIFI")
    if wrong:
        sys.exit("make firmware: " + "\nmake firmware: ".join(wrong))
    if given.check:
        return
    build = pathlib.Path(given.build).resolve()
    # A changed configuration starts from an empty directory: ESP-IDF would keep the options of an earlier build, and MicroPython
    # would not scan for names again when a header changed.
    stamp, wanted = build / ".configuration", configuration(build)
    if not stamp.exists() or stamp.read_text() != wanted:
        shutil.rmtree(build, ignore_errors=True)
        build.mkdir(parents=True)
        stamp.write_text(wanted)
    port = pathlib.Path(given.micropython).resolve() / "ports" / "esp32"
    command = ["idf.py", "-C", str(port), "-B", str(build), "-D", "MICROPY_BOARD=SOVELMA_C3", "-D", f"MICROPY_BOARD_DIR={BOARD}",
               "-D", f"USER_C_MODULES={ROOT / 'cmodules' / 'micropython.cmake'}", "-D", f"WASM3_DIR={pathlib.Path(given.wasm3).resolve()}"]  # fmt: skip
    if given.variant:
        command += ["-D", f"MICROPY_BOARD_VARIANT={given.variant}"]
    # These variables of our make would otherwise reach the make that MicroPython starts.
    environment = {name: value for name, value in os.environ.items()
                   if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "BUILD", "PORT", "BOARD")}  # fmt: skip
    environment["MICROPY_MPYCROSS"] = str(pathlib.Path(given.mpy_cross).resolve())
    sys.exit(subprocess.run([*command, "build"], env=environment).returncode)


if __name__ == "__main__":
    main()
