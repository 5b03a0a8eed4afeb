"""Modules in five languages: the same four programs, compiled from modules/sdk, run on both machines and say the same."""

import json
import re
import shutil
import subprocess
import tomllib

import pytest
from demo import table
from machines import ROOT
from peers import web
from programs import program

module_build = program("tools/build/module.py")

NAMES = {"rust": "Rust", "zig": "Zig", "assemblyscript": "AssemblyScript", "wat": "WebAssembly text"}
TEXT = b"one two\n three\tfour\n\n  five\x0bsix\r\nlast"


@pytest.fixture(scope="module", params=NAMES)
def language(request):
    missing = module_build.missing(request.param)
    if missing:
        pytest.skip(missing)
    return request.param


@pytest.fixture(scope="module")
def examples(language, tmp_path_factory):
    """{name: path of the module} of the language's examples."""
    directory = tmp_path_factory.mktemp(language)
    sources = sorted((ROOT / "modules" / "sdk" / language / "examples").glob("*" + module_build.ENDINGS[language]))
    made = {source.stem: directory / f"{source.stem}.wasm" for source in sources}
    for source in sources:
        module_build.compiled(source, made[source.stem])
    return made


def run(firmware, tmp_path, module, *words, files=None, **task):
    """What a system of one task prints, and the task's row of the table."""
    shutil.copy(module, tmp_path)  # the emulated machine sees this directory alone
    system = {"version": 1, "files": files or {}, "tasks": [{"name": "it", "module": module.name, **task}]}
    (tmp_path / "system.json").write_text(json.dumps(system))
    result = firmware.program("run", tmp_path / "system.json", *words)
    return result.stdout + result.stderr, table(result.stdout)["it"]


def test_every_language_has_the_same_examples(language, examples):
    assert set(examples) == {"hello", "blink", "fetch", "wordcount"}


def test_hello(firmware, tmp_path, language, examples):
    said, row = run(firmware, tmp_path, examples["hello"])
    assert f"it: Hello from {NAMES[language]}.\n" in said and row[-1] == "exit 0", said


def test_blink(firmware, tmp_path, examples):
    led = {"caps": {"led": {"pin": 8, "mode": "out"}}}
    said, row = run(firmware, tmp_path, examples["blink"], "--for", "1", **led)
    assert row[0] == "sleeping" and 25 <= int(row[4]) <= 35, said  # find, then read, write, sleep ten times a second


def test_blink_without_a_lamp_faults_and_says_why(firmware, tmp_path, examples):
    said, row = run(firmware, tmp_path, examples["blink"])
    assert row[0] == "faulted" and 'the manifest grants no output pin "led"' in said, said


def test_wordcount_counts_as_wc_does(firmware, tmp_path, examples):
    text = TEXT * 40
    (tmp_path / "input").write_bytes(text)
    wanted = list(map(int, subprocess.run(["wc", tmp_path / "input"], capture_output=True, check=True).stdout.split()[:3]))
    said, row = run(firmware, tmp_path, examples["wordcount"], files={"/input": "input"}, caps={"input": {"file": "/input", "rights": ["read"]}})
    assert list(map(int, re.findall(r"it: (\d+) lines, (\d+) words, (\d+) bytes", said)[0])) == wanted and row[-1] == "exit 0", said


@pytest.mark.pc("sockets")
def test_fetch(firmware, tmp_path, examples):
    page = bytes(range(256)) * 40
    with web({"/page": page}) as (port, requests):
        grant = {"net": {"net": {"allow": ["localhost", "127.0.0.1"], "ports": [port], "sockets": 1}}}
        said, row = run(firmware, tmp_path, examples["fetch"], "--for", "20", args=["localhost", str(port), "/page"], caps=grant)
    assert "it: HTTP/1.0 200 OK\n" in said and row[-1] == "exit 0", said
    total = int(re.search(r"it: (\d+) bytes", said)[1])
    assert len(page) < total < len(page) + 400 and [path for path, _ in requests] == ["/page"]


def test_an_error_is_the_language_s(firmware, tmp_path, language, examples):
    """Nothing is granted: fetch ends with a fault or an exit code, and says which error it was."""
    said, row = run(firmware, tmp_path, examples["fetch"])
    assert row[0] == "faulted" or row[-1] == "exit 1", said
    assert {"rust": "NotFound", "zig": "NotFound", "assemblyscript": "args: error -5", "wat": "unreachable"}[language] in said, said


@pytest.mark.pc("a file of the project")
def test_the_crate_is_the_version_of_the_system(firmware):
    """Read, not asked of cargo: on a machine with several toolchains cargo may want one that is not there."""
    crate = tomllib.loads((ROOT / "modules/sdk/rust/Cargo.toml").read_text())
    version = re.search(r'"(\d+\.\d+\.\d+)"', (ROOT / "firmware/kernel/__init__.py").read_text())[1]
    assert crate["package"]["name"] == "sovelma" and crate["package"]["version"] == version
    source = (ROOT / "modules/sdk/rust/src/lib.rs").read_text()
    assert set(crate["features"]) - {"default"} == set(re.findall(r'feature = "(\w+)"', source))
