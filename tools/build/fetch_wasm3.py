"""Fetches wasm3's sources from the pywasm3 source archive, checks and unpacks them.

usage: fetch_wasm3.py BUILD_DIRECTORY      (with the Python of build/venv: needs its pip)

Result: BUILD_DIRECTORY/src/wasm3 holds wasm3's *.c and *.h. The archive stays
in BUILD_DIRECTORY/downloads, so that unpacking it again needs no network.
"""

import os
import subprocess
import sys
import tempfile

import pins


def download(directory: str) -> None:
    """Puts the source archive into `directory`; raises FetchError where pip cannot get it. Blocks."""
    requirement = f"{pins.WASM3_PACKAGE}=={pins.WASM3_VERSION} --hash=sha256:{pins.SHA256[pins.WASM3_ARCHIVE]}\n"
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write(requirement)
        file.flush()
        # pip checks the hash before it runs the archive's setup.py for metadata.
        command = [
            sys.executable, "-m", "pip", "download", "--no-deps", "--no-binary", ":all:",
            "--no-build-isolation", "--require-hashes", "--dest", directory, "--requirement", file.name,
        ]  # fmt: skip
        if subprocess.run(command).returncode:
            raise pins.FetchError(
                f"{pins.WASM3_PACKAGE} {pins.WASM3_VERSION} could not be downloaded (pip's message is above);"
                " check the network, or give WASM3_DIR="
            )


def main() -> None:
    build = os.path.abspath(sys.argv[1])
    archive = pins.fetched(build, pins.WASM3_ARCHIVE, download)
    root = f"{pins.WASM3_PACKAGE}-{pins.WASM3_VERSION}/wasm3"
    pins.unpack(archive, root, os.path.join(build, "src", "wasm3"))


if __name__ == "__main__":
    pins.run(main)
