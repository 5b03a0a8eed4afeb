#!/usr/bin/env python3
"""Converts a manifest of this machine for a board: `system.json`, with the modules and files that it names beside it.

usage: board_files.py MANIFEST OUTPUT.py       packs them as a MicroPython module to be frozen, see pack_files.py

Modules go to modules/, other files to files/, and the new manifest names them there. It has the SHA-256 of each task's
module, so that the grants of the task belong to that module alone. Mounts stay as they are: they name directories of the board.
"""

import hashlib
import json
import pathlib
import sys


def board_files(manifest: str | pathlib.Path) -> dict[str, bytes]:
    """{path on the board: bytes}. manifest: path. Raises OSError, or ValueError where two files would have one name."""
    folder_of_manifest = pathlib.Path(manifest).parent
    system = json.loads(pathlib.Path(manifest).read_text())
    found: dict[str, bytes] = {}

    def take(name: str, folder: str) -> tuple[str, bytes]:
        content = (folder_of_manifest / name).read_bytes()
        there = f"{folder}/{pathlib.PurePath(name).name}"
        if found.setdefault(there, content) != content:
            raise ValueError(f"two different files would both be {there}")
        return there, content

    for task in system["tasks"]:
        task["module"], content = take(task["module"], "modules")
        task["sha256"] = hashlib.sha256(content).hexdigest()
    for path, source in system.get("files", {}).items():
        if isinstance(source, str):
            system["files"][path] = take(source, "files")[0]
    return {**found, "system.json": json.dumps(system, separators=(",", ":")).encode()}


def main(manifest: str, output: str) -> None:
    sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "build"))
    from pack_files import image

    files = board_files(manifest)
    path = pathlib.Path(output)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'"""The demo of the firmware: {len(files)} files as a read-only file system."""\nFILES = {image(files)!r}\n')


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
