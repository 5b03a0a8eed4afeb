"""Modules that other people published: each is loaded, or refused for the reason that it has, which other validators confirm.

third_party.json has the packages of the npm registry, by name, version and hash, and what is said of each module in them. They are
downloaded once, into build/downloads; without npm, or a network, this is skipped.

`python host_tests/system/test_third_party.py --record` writes the file anew: read what changes before it is committed.
"""

import base64
import hashlib
import json
import pathlib
import shutil
import subprocess
import sys
import tarfile

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))  # for --record, which pytest does not run
from programs import program  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
FILE = pathlib.Path(__file__).with_name("third_party.json")
PINNED = json.loads(FILE.read_text())
PLACE = ROOT / "build" / "downloads" / "npm"

generate = program("host_tests/differential/generate.py")

# Makes an instance of each, in an arena where room is no reason, and ends it again; answers what was said.
LOAD = """
import gc, wasm3
wasm3.arena_resize(96 << 20)
def load(path):
    gc.collect()
    with open(path, "rb") as stream: module = stream.read()
    try:
        wasm3.Instance(module, entry=None, stack=0).kill()
    except (ValueError, MemoryError) as error:
        return str(error)
    return "made"
answer([load(path) for path in paths])
"""

# Why a module is refused that is valid in a language which has all that is accepted here.
OWN_REASONS = ("imported global is not supported", "imported memory is not supported", "at most", "no such host function", "there is no WASI here")


class Unavailable(Exception):
    """There is no npm, or no network."""


def download(package):
    """Path of a package's archive, whose hash is the pinned one."""
    name = package["name"].lstrip("@").replace("/", "-")
    target = PLACE / f"{name}-{package['version']}.tgz"
    if not target.is_file():
        if not shutil.which("npm"):
            raise Unavailable("npm, to download published modules")
        PLACE.mkdir(parents=True, exist_ok=True)
        result = subprocess.run(["npm", "pack", "--silent", f"{package['name']}@{package['version']}"], cwd=PLACE, capture_output=True, text=True, timeout=120)
        if result.returncode:
            raise Unavailable(f"{package['name']} cannot be downloaded: {result.stderr[-200:]}")
    digest = "sha512-" + base64.b64encode(hashlib.sha512(target.read_bytes()).digest()).decode()
    assert package.get("hash") in (digest, None), f"{target} has another hash"
    package["hash"] = digest
    return target


def unpack(package, directory):
    """{path in the archive: file} of its modules."""
    found = {}
    with tarfile.open(download(package)) as archive:
        for member in archive.getmembers():
            if member.isfile() and member.name.endswith(".wasm"):
                file = directory / f"{len(list(directory.iterdir()))}.wasm"
                file.write_bytes(archive.extractfile(member).read())
                found[member.name] = file
    return found


@pytest.fixture(scope="module")
def modules(tmp_path_factory):
    """{package and path: (file, what is said of it)}"""
    directory = tmp_path_factory.mktemp("published")
    try:
        return {(package["name"], path): (file, package["modules"][path])
                for package in PINNED for path, file in unpack(package, directory).items()}  # fmt: skip
    except (Unavailable, subprocess.TimeoutExpired) as error:
        pytest.skip(str(error))


@pytest.mark.pc("packages of the registry, and memory for them")
def test_published_modules_are_loaded_or_refused_for_the_reason_they_have(firmware, modules):
    said = firmware.script(LOAD, paths=[str(file) for file, _ in modules.values()], timeout=300)
    assert len(said) >= 60
    for (name, (_, wanted)), got in zip(modules.items(), said, strict=True):
        assert got == wanted, name


@pytest.mark.pc("wasm-tools")
def test_another_validator_confirms_each_answer(firmware, modules):
    """What it calls invalid in our language is refused with the feature's name; what it calls valid, for a reason of our own only."""
    for name, (file, said) in modules.items():
        if generate.is_valid(file.read_bytes()):
            assert said == "made" or any(reason in said for reason in OWN_REASONS), (name, said)
        else:
            assert "is not supported: build with -mno-" in said, (name, said)


def record():
    """Writes the file anew from the packages it names."""
    import tempfile

    import machines

    with tempfile.TemporaryDirectory() as name:
        for package in PINNED:
            files = unpack(package, pathlib.Path(name))
            said = machines.Firmware(ROOT / "build/unix/sovelma").script(LOAD, paths=[str(file) for file in files.values()], timeout=300)
            package["modules"] = dict(zip(files, said, strict=True))
    FILE.write_text(json.dumps(PINNED, indent=1) + "\n")


if __name__ == "__main__" and sys.argv[1:] == ["--record"]:
    record()
