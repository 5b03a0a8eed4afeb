"""Fetches MicroPython's sources from the Debian archive, checks and unpacks them.

usage: fetch_micropython.py BUILD_DIRECTORY

Result: BUILD_DIRECTORY/src/micropython. The archive stays in
BUILD_DIRECTORY/downloads, so that unpacking it again needs no network.

apt checks the signature of the archive's release file, this program the tarball's
SHA-256. DEBIAN_MIRROR=URI in the environment overrides the machine's
own mirror.
"""

import os
import shutil
import sys

import pins
from debian_mirror import PrivateApt, mirrors, read_entries


def download(directory: str) -> None:
    """Puts the source tarball into `directory`; raises FetchError where no mirror has it. Blocks."""
    override = os.environ.get("DEBIAN_MIRROR")
    places = [(override, "")] if override else mirrors(read_entries())
    if not places:
        raise pins.FetchError("no Debian mirror in /etc/apt; name one with DEBIAN_MIRROR=URI, or give MICROPYTHON_DIR=")
    wanted = f"{pins.MICROPYTHON_PACKAGE}={pins.MICROPYTHON_VERSION}"
    for uri, signed_by in places:
        apt = PrivateApt(os.path.join(directory, "apt"), uri, signed_by, pins.MICROPYTHON_SUITE)
        # Without Any, apt-get update reports success although a download failed.
        fetched = apt.get("-o", "APT::Update::Error-Mode=any", "update") == 0 and (
            apt.get("source", "--download-only", "--only-source", wanted, cwd=directory) == 0
        )
        if fetched:
            return
        shutil.rmtree(apt.directory)
    tried = ", ".join(uri for uri, _ in places)
    raise pins.FetchError(
        f"{wanted} (suite {pins.MICROPYTHON_SUITE}) could not be downloaded from {tried};"
        " check the network, name a mirror with DEBIAN_MIRROR=URI, or give MICROPYTHON_DIR="
    )


def main() -> None:
    build = os.path.abspath(sys.argv[1])
    archive = pins.fetched(build, pins.MICROPYTHON_ARCHIVE, download)
    upstream_version = pins.MICROPYTHON_VERSION.split("+")[0]
    pins.unpack(archive, f"micropython-{upstream_version}", os.path.join(build, "src", "micropython"))


if __name__ == "__main__":
    pins.run(main)
