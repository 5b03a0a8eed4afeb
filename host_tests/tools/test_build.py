"""The build and its bootstrap: prerequisites, pinned downloads, mirrors, no needless work, clear refusals.

Hermetic: no network, nothing outside the test's own directory is written. What a
download would deliver is made here. Needs a finished `make build`.
"""

import hashlib
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tarfile
import time

import pytest
from terminal import ENVIRONMENT, Terminal, stop_and_go_on
from machines import ROOT

BUILD = ROOT / "build"

import debian_mirror  # noqa: E402
import pins  # noqa: E402


def run(*command, timeout=60, **options):
    """Runs a command without a terminal in the project's directory; returns the finished process."""
    environment = {**ENVIRONMENT, **options.pop("env", {})}
    return subprocess.run(
        [str(word) for word in command], cwd=ROOT, env=environment, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=timeout, **options,
    )  # fmt: skip


def path_without(directory, *commands):
    """A PATH whose only directory has every command of this machine except `commands`."""
    directory.mkdir()
    for folder in ("/usr/bin", "/bin"):
        for entry in os.scandir(folder):
            link = directory / entry.name
            if entry.name not in commands and not link.is_symlink():
                link.symlink_to(entry.path)
    return {"PATH": str(directory)}


# ---------------------------------------------------------------- prerequisites


@pytest.mark.parametrize("command, package", [("gcc", "gcc"), ("git", "git"), ("python3", "python3-venv")])
def test_missing_prerequisite_is_named_with_the_command_that_installs_it(tmp_path, command, package):
    result = run("/usr/bin/make", f"BUILD={tmp_path}/build", "setup", env=path_without(tmp_path / "bin", command))
    assert result.returncode != 0
    install = [line for line in result.stderr.splitlines() if "apt-get install" in line]
    assert len(install) == 1 and package in install[0].split(), result.stderr
    assert not (tmp_path / "build" / "venv").exists()


def test_all_missing_prerequisites_are_named_at_once(tmp_path):
    result = run("/bin/sh", "tools/build/prerequisites.sh", env=path_without(tmp_path / "bin", "gcc", "git", "make"))
    assert result.returncode == 1
    assert "  gcc: " in result.stderr and "  git: " in result.stderr and "  make: " in result.stderr


def test_machine_without_apt_is_told_of_the_other_way(tmp_path):
    without_apt = path_without(tmp_path / "bin", "apt-get")
    refused = run("/bin/sh", "tools/build/prerequisites.sh", "download", env=without_apt)
    assert refused.returncode == 1 and "MICROPYTHON_DIR=" in refused.stderr
    assert run("/bin/sh", "tools/build/prerequisites.sh", "given", env=without_apt).returncode == 0


# ---------------------------------------------------------------- pinned downloads


@pytest.mark.parametrize(
    "script, archive", [("fetch_micropython", pins.MICROPYTHON_ARCHIVE), ("fetch_wasm3", pins.WASM3_ARCHIVE)]
)
def test_download_with_another_hash_is_refused(tmp_path, script, archive):
    download = tmp_path / "downloads" / archive
    download.parent.mkdir()
    download.write_bytes(b"not what was pinned")
    result = run(sys.executable, f"tools/build/{script}.py", tmp_path)
    assert result.returncode != 0
    assert "SHA-256 mismatch" in result.stderr and archive in result.stderr
    assert not (tmp_path / "src").exists(), "unpacked although refused"
    assert not download.exists(), "the next try would find it again"


def test_download_broken_off_or_wrong_leaves_nothing_that_looks_finished(tmp_path):
    def broken_off(directory):
        (pathlib.Path(directory) / pins.WASM3_ARCHIVE).write_bytes(b"half")
        raise pins.FetchError("the line went dead")

    def wrong(directory):
        (pathlib.Path(directory) / pins.WASM3_ARCHIVE).write_bytes(b"something else")

    for download, message in ((broken_off, "went dead"), (wrong, "SHA-256 mismatch")):
        with pytest.raises(pins.FetchError, match=message):
            pins.fetched(str(tmp_path), pins.WASM3_ARCHIVE, download)
        assert list((tmp_path / "downloads").iterdir()) == []


def test_archive_cannot_write_outside_its_directory(tmp_path):
    archive = tmp_path / "evil.tar"
    (tmp_path / "payload").write_text("x")
    with tarfile.open(archive, "w") as tar:
        tar.add(tmp_path / "payload", "root/good")
        tar.add(tmp_path / "payload", "root/../../escaped")
        tar.add(tmp_path / "payload", "/" + str(tmp_path / "absolute"))
    pins.unpack(str(archive), "root", str(tmp_path / "deep" / "er" / "out"))
    assert (tmp_path / "deep" / "er" / "out" / "good").exists()
    names = {path.name for path in tmp_path.rglob("*")}
    assert not names & {"escaped", "absolute"}


def test_broken_unpacking_leaves_nothing_behind(tmp_path):
    archive = tmp_path / "odd.tar"
    (tmp_path / "payload").write_text("x")
    with tarfile.open(archive, "w") as tar:
        tar.add(tmp_path / "payload", "other-root/file")
    with pytest.raises(pins.FetchError, match="no directory root"):
        pins.unpack(str(archive), "root", str(tmp_path / "src" / "thing"))
    assert list((tmp_path / "src").iterdir()) == []


def test_building_left_the_unpacked_sources_untouched():
    archive = BUILD / "downloads" / pins.MICROPYTHON_ARCHIVE
    if not archive.exists():
        pytest.skip("built from a checkout given as MICROPYTHON_DIR")
    source = BUILD / "src" / "micropython"
    expected = {}
    with tarfile.open(archive) as tar:
        for member in tar:
            if member.isfile():
                name = member.name.split("/", 1)[1]
                expected[name] = hashlib.sha256(tar.extractfile(member).read()).digest()
    found = {
        str(path.relative_to(source)): hashlib.sha256(path.read_bytes()).digest()
        for path in source.rglob("*")
        if path.is_file() and path.name != ".unpacked" and "__pycache__" not in path.parts
    }
    assert found == expected


# ---------------------------------------------------------------- the Debian mirror


DEB822 = """\
# a comment
Types: deb
URIs: http://mirror.example/debian http://second.example/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/some.gpg

Types: deb
URIs: http://security.example/debian-security
Suites: bookworm-security
Components: main

Enabled: no
Types: deb
URIs: http://disabled.example/debian
Suites: bookworm
Components: main

Types: deb
URIs: http://vendor.example/apt
Suites: nodistro
Components: main

Types: deb
URIs: http://inline.example/debian
Suites: trixie
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 mQINBFit
"""

ONE_LINE = """\
# deb http://commented.example/debian bookworm main
deb cdrom:[Debian 12]/ bookworm main
deb [arch=amd64 signed-by=/etc/key.gpg] http://a.example/debian/ bookworm main non-free # trailing
deb http://b.example/debian bookworm contrib
deb http://s.example/debian-security bookworm-security main
deb http://v.example/apt stable-vendor-thing extra
"""


def test_mirrors_are_read_from_both_forms_of_apt_sources(tmp_path):
    (tmp_path / "sources.list.d").mkdir()
    (tmp_path / "sources.list").write_text(ONE_LINE)
    (tmp_path / "sources.list.d" / "debian.sources").write_text(DEB822)
    (tmp_path / "sources.list.d" / "ignored.save").write_text("deb http://saved.example/debian bookworm main\n")
    found = debian_mirror.mirrors(debian_mirror.read_entries(str(tmp_path)))
    assert found[:3] == [
        ("http://a.example/debian/", "/etc/key.gpg"),
        ("http://mirror.example/debian", "/usr/share/keyrings/some.gpg"),
        ("http://second.example/debian", "/usr/share/keyrings/some.gpg"),
    ]
    assert [uri for uri, _ in found[3:]] == ["http://inline.example/debian"]
    assert "BEGIN PGP PUBLIC KEY BLOCK" in found[3][1]


needs_apt = pytest.mark.skipif(shutil.which("apt-get") is None, reason="no apt-get on this machine")


@needs_apt
def test_proxy_is_taken_over_and_hooks_are_not(tmp_path, monkeypatch):
    system = tmp_path / "system.conf"
    system.write_text(
        'Acquire::http::Proxy "http://proxy.example:3128";\n'
        'Acquire::AllowInsecureRepositories "true";\n'
        'APT::Update::Pre-Invoke { "touch /tmp/never"; };\n'
    )
    monkeypatch.setenv("APT_CONFIG", str(system))
    apt = debian_mirror.PrivateApt(str(tmp_path / "apt"), "http://mirror.example/debian", "", "trixie")
    text = (pathlib.Path(apt.directory) / "apt.conf").read_text()
    assert 'Acquire::http::Proxy "http://proxy.example:3128";' in text
    assert 'AllowInsecureRepositories "true"' not in text
    assert "Invoke" not in text


@needs_apt
def test_archive_without_a_good_signature_is_refused(tmp_path):
    release = tmp_path / "mirror" / "dists" / "trixie"
    sources = release / "main" / "source" / "Sources"
    sources.parent.mkdir(parents=True)
    sources.write_text("")
    digest = hashlib.sha256(b"").hexdigest()
    (release / "Release").write_text(
        f"Origin: Debian\nSuite: stable\nCodename: trixie\nDate: Sat, 09 Aug 2025 09:00:00 UTC\n"
        f"Components: main\nSHA256:\n {digest} 0 main/source/Sources\n"
    )
    shutil.copy(release / "Release", release / "InRelease")
    apt = debian_mirror.PrivateApt(str(tmp_path / "apt"), f"copy:{tmp_path}/mirror", "", "trixie")
    assert apt.get("-o", "APT::Update::Error-Mode=any", "update") != 0
    assert not list(pathlib.Path(apt.directory, "lists").glob("*Sources*"))


# ---------------------------------------------------------------- make


def phony_targets():
    text = "".join(path.read_text() for path in [ROOT / "Makefile", *(ROOT / "tools" / "build").glob("*.mk")])
    names = " ".join(re.findall(r"^\.PHONY:(.*)$", text, re.MULTILINE)).split()
    return sorted(set(names) - {"FORCE"})


def test_help_lists_every_target_with_a_description():
    result = run("make", "help")
    assert result.returncode == 0
    for target in phony_targets():
        if target.startswith("."):
            continue  # for other targets alone
        assert re.search(rf"(?:^| ){target} +\S", result.stdout, re.MULTILINE), f"{target} is not in make help"


def test_help_fits_a_screen():
    lines = run("make", "help").stdout.splitlines()
    assert len(lines) <= 23 and max(map(len, lines)) <= 80, lines       # 24 lines with the prompt


def test_plain_make_prints_the_help():
    assert run("make").stdout == run("make", "help").stdout


def test_second_run_rebuilds_nothing():
    assert run("make", "--question", "build").returncode == 0, run("make", "--dry-run", "build").stdout


def test_warm_make_run_boots_within_two_seconds():
    started = time.monotonic()
    result = run("make", "run", "FOR=0")
    elapsed = time.monotonic() - started
    assert result.returncode == 0, result.stdout + result.stderr
    assert "[ OK ]" in result.stdout and "Traceback" not in result.stderr
    assert "CC " not in result.stdout and "WASM " not in result.stdout, "it rebuilt something"
    assert elapsed < 2


def test_interrupt_at_a_terminal_gives_the_prompt_and_a_clean_end():
    terminal = Terminal("make", "run")
    terminal.wait_for("ticker: tick 1")
    stop_and_go_on(terminal)
    terminal.type("\x04")
    code, last_words = terminal.end()
    assert code == 0 and "make" not in last_words, last_words


@pytest.mark.parametrize("variable", ["MICROPYTHON_DIR", "WASM3_DIR"])
def test_wrong_checkout_is_one_clear_line(variable):
    result = run("make", f"{variable}=/nowhere", "build")
    assert result.returncode != 0
    assert result.stderr.count("\n") == 1 and f"{variable}=/nowhere" in result.stderr


@pytest.mark.parametrize("variable", ["SYSTEM", "INPUT"])
def test_missing_file_to_run_is_one_clear_line(variable):
    result = run("make", "run", f"{variable}=no/such/file.json")
    assert result.returncode != 0
    assert result.stderr.count("no/such/file.json") == 1, result.stderr
    assert "Traceback" not in result.stdout + result.stderr
    assert "[ OK ]" not in result.stdout, "it booted all the same"


# ---------------------------------------------------------------- what was built


def test_modules_use_only_the_accepted_features():
    modules = sorted((BUILD / "modules").glob("*.wasm"))
    assert modules
    # wabt enables these by default; the runtime has none of them.
    newer = ["simd", "reference-types", "extended-const", "tail-call", "threads"]
    validate = BUILD / "venv" / "bin" / "wasm-validate"
    known = run(validate, "--help").stdout
    flags = [f"--disable-{name}" for name in newer if f"--disable-{name}" in known]
    assert len(flags) >= 2, known
    for module in modules:
        result = run(validate, *flags, module)
        assert result.returncode == 0, f"{module.name}: {result.stderr}"


def test_firmware_is_a_whole_micropython():
    firmware = BUILD / "unix" / "sovelma"
    script = (
        "import sys, json, asyncio, socket, select, os, machine\n"
        "print(sys.implementation.version[:3], eval('1+1'))\n"
        "exec(compile('def f(x): return x * 2', 'f', 'exec'))\n"
        "print(f(2**40), 1.5)\n"
    )
    result = run(firmware, "-c", script)
    assert result.stdout.split("\n")[:2] == ["(1, 25, 0) 2", "2199023255552 1.5"], result.stderr


def test_heap_grows_unless_a_size_was_asked_for():
    firmware = BUILD / "unix" / "sovelma"
    script = "print(len(bytearray(10_000_000)))"
    assert run(firmware, "-c", script).stdout == "10000000\n"
    bounded = run(firmware, "-X", "heapsize=64K", "-c", script)
    assert bounded.returncode != 0 and "MemoryError" in bounded.stdout + bounded.stderr


def test_the_page_of_the_demo_is_there_while_it_runs():
    """And its port free again afterwards; taken by somebody else, the command runs all the same."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        program = [ROOT / "tools" / "run" / "with_page.py", f"http://localhost:{port}/x", ROOT / "Makefile"]
        result = run(*program, "sh", "-c", "echo ran; exit 7")
        assert result.returncode == 7 and result.stdout == "ran\n" and f"port {port}" in result.stderr
    ask = f"import urllib.request as r; print(len(r.urlopen('http://127.0.0.1:{port}/x').read()))"
    for _ in range(2):
        result = run(*program, sys.executable, "-c", ask)
        assert result.returncode == 0 and result.stdout == f"{(ROOT / 'Makefile').stat().st_size}\n", result.stderr
