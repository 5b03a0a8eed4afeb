#!/usr/bin/env python3
"""Copies a system to a board: its manifest and the files it names, but only those that the board does not have yet.

usage: board_deploy.py PORT MANIFEST --mpremote "COMMAND"

The board prints the SHA-256 of the files it has. The manifest is copied last, so an interrupted transfer leaves the old
system. Then the board restarts. Exit code 0, or 1 with the error on standard error.
"""

import argparse
import hashlib
import pathlib
import shlex
import subprocess
import sys
import tempfile

import board_port
from board_files import board_files

# Runs on the board. MicroPython's hashlib takes a file in pieces.
ASK = """
import binascii, hashlib, os
for name in {folders!r}:
    try:
        os.mkdir("/" + name)
    except OSError:
        pass
for name in {names!r}:
    try:
        with open("/" + name, "rb") as file:
            digest = hashlib.sha256()
            while True:
                part = file.read(512)
                if not part:
                    break
                digest.update(part)
        print("has", binascii.hexlify(digest.digest()).decode(), name)
    except OSError:
        pass
"""


def main() -> None:
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("port")
    parser.add_argument("manifest")
    parser.add_argument("--mpremote", required=True)
    given = parser.parse_args()
    try:
        files = board_files(given.manifest)
    except (OSError, ValueError, KeyError, TypeError) as error:
        sys.exit(f"{given.manifest}: {error}")
    mpremote = [*shlex.split(given.mpremote), "connect", board_port.checked(given.port)]
    script = ASK.format(folders=sorted({name.partition("/")[0] for name in files if "/" in name}), names=list(files))
    asked = subprocess.run([*mpremote, "exec", script], stdout=subprocess.PIPE, text=True)
    if asked.returncode:
        sys.exit("the board does not answer: is SovelmaOS on it (make flash), and no other program at its port?")
    there = {words[2]: words[1] for words in (line.split(maxsplit=2) for line in asked.stdout.splitlines()) if words[:1] == ["has"]}
    changed = [name for name, content in files.items() if there.get(name) != digest(content)]
    for name in files:
        print(f"  {'copied' if name in changed else 'is there'}  {len(files[name]):7d}  /{name}", flush=True)
    if not changed:
        print("== nothing has changed")
        return
    with tempfile.TemporaryDirectory() as directory:
        words = []
        for name in changed:
            path = pathlib.Path(directory) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(files[name])
            words += ["fs", "cp", str(path), ":/" + name, "+"]
        print(f"== copying {len(changed)} of {len(files)} files; the board starts anew", flush=True)
        if subprocess.run([*mpremote, *words, "reset"]).returncode:
            sys.exit("the transfer was broken off; the board has its old system.json")


def digest(content: bytes) -> str:
    """SHA-256 of the bytes, as the board prints it."""
    return hashlib.sha256(content).hexdigest()


if __name__ == "__main__":
    main()
