#!/usr/bin/env python3
"""Compiles a module from its source in Rust, Zig, AssemblyScript or WebAssembly text.

    tools/build/module.py SOURCE OUT.wasm [--stack BYTES]     the ending names the language: .rs .zig .ts .wat
    tools/build/module.py --check                             prints which languages cannot be compiled here, and what is missing

The rules of modules.mk compile C. The other sources that a module needs lie in modules/sdk/LANGUAGE. Toolchains come from
package registries: Zig and the text format with the tools of the build, Rust from Debian, AssemblyScript from npm, by its lock file.

Invariant: OUT is written whole or not at all; the program writes nothing outside of build/ but OUT.
"""

import argparse
import functools
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SDK = ROOT / "modules" / "sdk"
BUILD = pathlib.Path(os.environ.get("BUILD") or ROOT / "build")
LANGUAGES = {".rs": "rust", ".zig": "zig", ".ts": "assemblyscript", ".wat": "wat"}
ENDINGS = {language: ending for ending, language in LANGUAGES.items()}
STACK = 4096  # bytes of C stack: enough for formatting a line and some nested calls
RUST_TARGET = "wasm32-unknown-unknown"
RUST_MISSING = "Rust for WebAssembly: apt-get install rustc libstd-rust-dev-wasm32 lld"
NPM_MISSING = "AssemblyScript: Node.js and npm (apt-get install npm)"


class CannotCompile(Exception):
    """The toolchain is missing, or the compiler refused the source. The text says what to do, or is the compiler's message."""


def run(command: list[object], **more: object) -> None:
    result = subprocess.run([str(word) for word in command], capture_output=True, text=True, **more)  # type: ignore[call-overload]
    if result.returncode:
        raise CannotCompile(result.stdout + result.stderr)


# ---------------------------------------------------------------- Rust


@functools.cache
def rustc() -> str:
    """Path of the first rustc on this machine that has the target."""
    for program in (os.environ.get("RUSTC"), "rustc", "/usr/bin/rustc"):
        found = shutil.which(program) if program else None
        if not found:
            continue
        root = subprocess.run([found, "--print", "sysroot"], capture_output=True, text=True).stdout.strip()
        if root and (pathlib.Path(root) / "lib" / "rustlib" / RUST_TARGET / "lib").is_dir():
            return found
    raise CannotCompile(RUST_MISSING)


def rust(source: pathlib.Path, target: pathlib.Path, stack: int) -> None:
    common = [rustc(), "--edition", "2021", "--target", RUST_TARGET, "-C", "opt-level=z", "-C", "panic=abort", "-C", "codegen-units=1"]
    with tempfile.TemporaryDirectory(dir=target.parent) as directory:
        library = pathlib.Path(directory) / "libsovelma.rlib"
        features = ["--cfg", 'feature="panic"', *(["--cfg", 'feature="alloc"'] if "extern crate alloc" in source.read_text() else [])]
        run([*common, "--crate-type", "rlib", "--crate-name", "sovelma", *features, "-o", library, SDK / "rust" / "src" / "lib.rs"])
        links = [f"-zstack-size={stack}", "--stack-first", "--export=__heap_base", "--export=__data_end"]
        run([*common, "--crate-type", "bin", "-C", "lto", "-C", "strip=debuginfo", *(word for link in links for word in ("-C", f"link-arg={link}")),
             "--extern", f"sovelma={library}", "-o", target, source])  # fmt: skip


# ---------------------------------------------------------------- Zig, text


def zig(source: pathlib.Path, target: pathlib.Path, stack: int) -> None:
    cache = str(BUILD / "zig-cache")  # below build/, so that the cache fills neither $HOME nor the source tree
    run([sys.executable, "-m", "ziglang", "build-exe", "-target", "wasm32-freestanding", "-mcpu=lime1", "-O", "ReleaseSmall", "-fno-entry",
         "--stack", stack, "--export=_start", "--export=__heap_base", "--export=__data_end", "--dep", "sovelma", f"-Mroot={source}", f"-Msovelma={SDK / 'zig' / 'sovelma.zig'}",
         f"-femit-bin={target}"], env={**os.environ, "ZIG_GLOBAL_CACHE_DIR": cache, "ZIG_LOCAL_CACHE_DIR": cache})  # fmt: skip


def wat(source: pathlib.Path, target: pathlib.Path, stack: int) -> None:
    run([sys.executable, ROOT / "tools" / "build" / "wat.py", source, target])


# ---------------------------------------------------------------- AssemblyScript


def asc() -> pathlib.Path:
    """Path of the compiler; installs it by its lock file where it is not installed yet."""
    place = BUILD / "assemblyscript"
    program = place / "node_modules" / "assemblyscript" / "bin" / "asc.js"
    if not shutil.which("node"):
        raise CannotCompile(NPM_MISSING)
    lock = SDK / "assemblyscript" / "package-lock.json"
    if (
        not program.is_file()
        or not (place / "package-lock.json").is_file()
        or (place / "package-lock.json").read_bytes() != lock.read_bytes()
    ):
        if not shutil.which("npm"):
            raise CannotCompile(NPM_MISSING)
        place.mkdir(parents=True, exist_ok=True)
        shutil.copy(SDK / "assemblyscript" / "package.json", place)
        shutil.copy(lock, place)
        run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=place)
    return program


def assemblyscript(source: pathlib.Path, target: pathlib.Path, stack: int) -> None:
    # These are the options of asconfig.json, with paths from the project's directory, because a module may lie anywhere in it.
    options = json.loads((SDK / "assemblyscript" / "asconfig.json").read_text())["options"]
    options["use"] = ["abort=modules/sdk/assemblyscript/assembly/index/abort"]
    words = [word for name, value in options.items() if value is not False
             for word in ([f"--{name}"] if value is True else [f"--{name}", value[0] if isinstance(value, list) else value])]  # fmt: skip
    try:
        name = source.relative_to(ROOT)
    except ValueError:
        raise CannotCompile(f"an AssemblyScript module has to lie below {ROOT}") from None
    run(["node", asc(), name, "--baseDir", ROOT, *words, "-o", os.path.relpath(target, ROOT)], cwd=ROOT)


COMPILERS = {"rust": rust, "zig": zig, "assemblyscript": assemblyscript, "wat": wat}


def missing(language: str) -> str | None:
    """The missing tools of a language, as text; None where it can be compiled."""
    try:
        if language == "rust":
            rustc()
        if language == "assemblyscript":
            asc()
    except CannotCompile as error:
        return str(error)
    return None


def compiled(source: pathlib.Path, target: pathlib.Path, stack: int = STACK) -> None:
    """Compiles a source to a module. Raises CannotCompile."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(target.name + ".tmp")
    try:
        COMPILERS[LANGUAGES[source.suffix]](source.resolve(), partial, stack)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
        partial.with_suffix(".tmp.o").unlink(missing_ok=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("source", nargs="?", type=pathlib.Path)
    parser.add_argument("target", nargs="?", type=pathlib.Path)
    parser.add_argument("--stack", type=int, default=STACK)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    if options.check:
        print("\n".join(f"{language}: {text}" for language in COMPILERS if (text := missing(language))) or "every language can be compiled")
        return
    if not options.target or options.source.suffix not in LANGUAGES:
        parser.error(f"a source that ends in one of {', '.join(LANGUAGES)}, and where the module goes")
    try:
        compiled(options.source, options.target, options.stack)
    except CannotCompile as error:
        sys.exit(f"{options.source}: {error}")


if __name__ == "__main__":
    main()
