#!/usr/bin/env python3
"""Packs files into a read-only file system (ROMFS) and writes it as a MicroPython module to be frozen.

usage: pack_files.py OUTPUT.py FILE|NAME=FILE...      (with the Python of build/venv: mpremote knows the format)

A FILE without a NAME keeps its path, relative to the directory this is started in. Frozen, the bytes lie in flash, and what opens
a file there can use them in place. Exit code 0, or 1 with what is wrong on standard error.
"""

import pathlib
import sys
from collections.abc import Mapping

from mpremote.romfs import VfsRomWriter


def add(writer: VfsRomWriter, files: dict[tuple[str, ...], bytes], prefix: tuple[str, ...] = ()) -> None:
    """Adds the files below `prefix`; files: {tuple of the path's names: bytes}."""
    for name in sorted({path[len(prefix)] for path in files if path[: len(prefix)] == prefix}):
        path = (*prefix, name)
        if path in files:
            writer.mkfile(name, files[path])
        else:
            writer.opendir(name)
            add(writer, files, path)
            writer.closedir()


def image(files: Mapping[str, bytes]) -> bytes:
    """The file system as bytes. files: {path with "/": bytes}."""
    writer = VfsRomWriter()
    add(writer, {pathlib.PurePath(name).parts: content for name, content in files.items()})
    return bytes(writer.finalise())


def main(output: str, *names: str) -> None:
    try:
        files = {name: pathlib.Path(path or name).read_bytes() for name, _, path in (word.partition("=") for word in names)}
    except OSError as error:
        sys.exit(f"pack_files: {error}")
    path = pathlib.Path(output)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'"""Files of the firmware: {len(files)} of them as a read-only file system."""\nFILES = {image(files)!r}\n')


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
