"""The third-party sources of the build: names, versions, hashes, safe unpacking.

Sources are downloaded to build/downloads, compared with the SHA-256 below and
unpacked under build/src. Nobody edits or commits them.

Invariants: no archive is unpacked whose hash differs from its pin; a directory
under build/src exists only when it is complete (it is renamed into place).
"""

import hashlib
import os
import shutil
import sys
import tarfile
import tempfile
from collections.abc import Callable

# Debian's source package of suite trixie. The version carries "+ds" because
# Debian drops bundled libraries (mbedtls, libffi, berkeley-db, micropython-lib)
# which the unix port as configured here does not need.
MICROPYTHON_PACKAGE = "micropython"
MICROPYTHON_SUITE = "trixie"
MICROPYTHON_VERSION = "1.25.0+ds-1"
MICROPYTHON_ARCHIVE = "micropython_1.25.0+ds.orig.tar.xz"

WASM3_PACKAGE = "pywasm3"
WASM3_VERSION = "0.5.0"
WASM3_ARCHIVE = "pywasm3-0.5.0.tar.gz"

SHA256 = {
    MICROPYTHON_ARCHIVE: "7b25be99a502f070b2de81dafc08da7051d992325d6e67daa9045a918fffdbea",
    WASM3_ARCHIVE: "5a47c8a39f7f6ae71b3316b2e5d86c9d0db6e771a65f09a86e4d4aa3a19aefcc",
}


class FetchError(Exception):
    """A source could not be downloaded or is wrong. The text is one line for the user."""


def sha256_of(path: str) -> str:
    """Returns the SHA-256 of the file `path` as lower-case hex digits."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check(path: str) -> None:
    """Compares the downloaded file `path` with its pin, chosen by file name.

    Raises FetchError, and deletes the file so that a second try downloads
    anew, where the hash differs.
    """
    name = os.path.basename(path)
    expected = SHA256[name]
    found = sha256_of(path)
    if found != expected:
        os.unlink(path)
        raise FetchError(f"{name}: SHA-256 mismatch, refused and deleted\n  expected {expected}\n  found    {found}")


def fetched(build: str, name: str, download: Callable[[str], None]) -> str:
    """Returns the path of the checked archive `name` below `build`/downloads.

    Where the archive is missing, `download(directory)` is called to put it into that
    directory. It is moved to its place only when complete and checked, so an
    interrupted download leaves nothing that looks finished. Raises FetchError.
    """
    downloads = os.path.join(build, "downloads")
    path = os.path.join(downloads, name)
    if os.path.exists(path):
        check(path)
        return path
    os.makedirs(downloads, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".partial-", dir=downloads) as directory:
        download(directory)
        check(os.path.join(directory, name))
        os.replace(os.path.join(directory, name), path)
    return path


def unpack(archive: str, member_root: str, destination: str) -> None:
    """Unpacks `archive`'s directory `member_root` as the new directory `destination`.

    An existing destination is replaced. Extraction refuses members that would
    land outside of the target.
    """
    parent = os.path.dirname(destination)
    os.makedirs(parent, exist_ok=True)
    temporary = tempfile.mkdtemp(prefix=".unpack-", dir=parent)
    try:
        with tarfile.open(archive) as tar:
            # Debian 12's Python 3.11.2 has no extraction filters yet.
            if hasattr(tarfile, "data_filter"):
                tar.extraction_filter = tarfile.data_filter
            tar.extractall(temporary, [member for member in tar.getmembers() if _is_safe(member)])
        root = os.path.join(temporary, member_root)
        if not os.path.isdir(root):
            raise FetchError(f"{os.path.basename(archive)}: has no directory {member_root}")
        shutil.rmtree(destination, ignore_errors=True)
        os.rename(root, destination)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _is_safe(member: tarfile.TarInfo) -> bool:
    parts = member.name.split("/")
    return not member.name.startswith("/") and ".." not in parts and (member.isfile() or member.isdir())


def run(main: Callable[[], None]) -> None:
    """Runs `main()` as a command: a FetchError becomes one message and exit code 1."""
    try:
        main()
    except FetchError as error:
        sys.exit(f"{os.path.basename(sys.argv[0])}: {error}")
