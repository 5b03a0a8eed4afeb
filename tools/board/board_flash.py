#!/usr/bin/env python3
"""Writes the firmware to a board, or erases it.

usage: board_flash.py PORT BUILD --esptool "COMMAND"      BUILD: directory of the build
       board_flash.py PORT --erase --esptool "COMMAND"

A board with a different partition table is erased first, because the new firmware would misread the contents of its flash.
With the same table the files on the board stay. An image for another chip is refused here, a board with another chip by
esptool. Exit code 0, or 1 with the error on standard error.
"""

import argparse
import json
import pathlib
import shlex
import subprocess
import sys
import tempfile

import board_image
import board_port


def images(build: pathlib.Path) -> tuple[list[tuple[int, pathlib.Path]], list[str]]:
    """(list of (offset, path) of the files that ESP-IDF built, checked; options of write_flash). Ends the program where they are not for this board."""
    try:
        arguments = json.loads((build / "flasher_args.json").read_text())
        files = sorted((int(offset, 0), build / name) for offset, name in arguments["flash_files"].items())
        if arguments["extra_esptool_args"]["chip"] != "esp32c3":
            sys.exit(f"{build}: built for another chip ({arguments['extra_esptool_args']['chip']})")
        content = {offset: path.read_bytes() for offset, path in files}
        slots = {offset: size for _, kind, _, offset, size in board_image.read_table(content[board_image.TABLE_OFFSET]) if kind == 0}
        board_image.check_image("bootloader", content[0], board_image.TABLE_OFFSET)
        apps = [offset for offset in content if offset in slots]
        for offset in apps:
            board_image.check_image("firmware", content[offset], slots[offset])
        if not apps:
            raise ValueError("no firmware for any slot")
    except (OSError, KeyError) as error:
        sys.exit(f"{build}: nothing to flash, run `make firmware` ({error})")
    except ValueError as error:
        sys.exit(f"{build}: {error}")
    return files, arguments["write_flash_args"]


def main() -> None:
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("port")
    parser.add_argument("build", nargs="?", type=pathlib.Path)
    parser.add_argument("--erase", action="store_true")
    parser.add_argument("--esptool", required=True)
    parser.add_argument("--baud", default="460800")
    given = parser.parse_args()
    files, flags = ([], []) if given.erase else images(given.build)
    port = board_port.checked(given.port)

    def esptool(*words: str | pathlib.Path) -> None:
        command = [*shlex.split(given.esptool), "--chip", "esp32c3", "--port", port, "--baud", given.baud, *map(str, words)]
        if subprocess.run(command).returncode:
            sys.exit(f"esptool failed. Does another program have {port}? A board that does not answer wants its button BOOT held while "
                     "RESET is pressed.")  # fmt: skip

    if given.erase:
        esptool("erase_flash")
        return
    wanted = dict(files)[board_image.TABLE_OFFSET].read_bytes()
    with tempfile.TemporaryDirectory() as directory:
        there = pathlib.Path(directory) / "table.bin"
        print("== reading the board's partition table", flush=True)
        esptool("--after", "no_reset", "read_flash", hex(board_image.TABLE_OFFSET), hex(len(wanted)), there)
        same = there.read_bytes() == wanted
    if not same:
        print("== the board has another partition table: erasing all of its flash", flush=True)
        esptool("--after", "no_reset", "erase_flash")
    print("== writing the firmware", flush=True)
    esptool("write_flash", *flags, *(word for offset, path in files for word in (hex(offset), path)))


if __name__ == "__main__":
    main()
