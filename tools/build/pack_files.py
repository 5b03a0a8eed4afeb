"""Packs files into a read-only file system (ROMFS): bytes that are frozen into a firmware or put into a machine's memory.

Needs the Python of build/venv, whose mpremote knows the format. A program that opens a file there can use its bytes in place.
"""

import pathlib
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
