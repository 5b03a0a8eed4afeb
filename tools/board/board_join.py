#!/usr/bin/env python3
"""Joins the files that ESP-IDF built into one image of the flash, from its first byte on: for an emulator, or a flasher that takes one file.

usage: board_join.py BUILD OUTPUT

The bytes between the parts are 0xFF, as in erased flash. Exit code 0, or 1 with the error on standard error.
"""

import pathlib
import sys

import board_flash


def joined(files: list[tuple[int, pathlib.Path]]) -> bytes:
    """The image as bytes. files: list of (offset, path), ascending."""
    data = b""
    for offset, path in files:
        if offset < len(data):
            sys.exit(f"{path}: lies over what comes before it")
        data = data.ljust(offset, b"\xff") + path.read_bytes()
    return data


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    pathlib.Path(sys.argv[2]).write_bytes(joined(board_flash.images(pathlib.Path(sys.argv[1]))[0]))
