#!/usr/bin/env python3
"""Writes a system into the module slots of a board: manifest and modules as a read-only file system that tasks use in place.

usage: board_rom.py PORT MANIFEST --esptool "COMMAND"

Both slots get the system, so that either firmware finds it. The board starts /rom/system.json where there is no /system.json.
Exit code 0, or 1 with the error on standard error.
"""

import argparse
import pathlib
import shlex
import subprocess
import sys
import tempfile

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "build"))
import board_image
import board_port
from board_files import board_files
from pack_files import image

CSV = pathlib.Path(__file__).resolve().parent.parent.parent / "firmware" / "boards" / "SOVELMA_C3" / "partitions.csv"


def main() -> None:
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("port")
    parser.add_argument("manifest")
    parser.add_argument("--esptool", required=True)
    parser.add_argument("--baud", default="460800")
    given = parser.parse_args()
    try:
        data = image(board_files(given.manifest))
    except (OSError, ValueError, KeyError, TypeError) as error:
        sys.exit(f"{given.manifest}: {error}")
    slots = [(offset, size) for label, _, _, offset, size in board_image.read_csv(CSV.read_text()) if label.startswith("mod_")]
    if len(data) > slots[0][1]:
        sys.exit(f"{given.manifest}: {len(data)} bytes with its modules, but a slot has {slots[0][1]}")
    port = board_port.checked(given.port)
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory) / "modules.bin"
        path.write_bytes(data)
        print(f"== writing {len(data)} bytes into both module slots", flush=True)
        words = [word for offset, _ in slots for word in (hex(offset), str(path))]
        command = [*shlex.split(given.esptool), "--chip", "esp32c3", "--port", port, "--baud", given.baud, "write_flash", *words]
        if subprocess.run(command).returncode:
            sys.exit(f"esptool failed. Does another program have {port}?")


if __name__ == "__main__":
    main()
