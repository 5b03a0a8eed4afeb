"""`sovelma -m sovelma check file.wasm`: what is said of a module that is valid, of one that is not, of one that is missing."""

import pytest
from wasm_text import wat


def check(firmware, path):
    return firmware.program("check", path)


def test_valid_module_is_described(firmware, tmp_path):
    file = tmp_path / "good.wasm"
    file.write_bytes(wat("""(module (import "sovelma" "sp_yield" (func (result i32))) (memory (export "memory") 1)
      (global (export "__heap_base") i32 (i32.const 2048)) (func (export "_start")))"""))
    result = check(firmware, file)
    lines = result.stdout.splitlines()
    assert result.returncode == 0 and lines[0].startswith(f"{file}: valid, ")
    assert "  imports function sovelma.sp_yield" in lines and "  exports memory memory" in lines
    assert lines[-1].startswith("  memory 2048 bytes, region ") and int(lines[-1].split()[4]) > 2048


def test_module_that_cannot_be_linked_is_valid_and_no_task(firmware, tmp_path):
    file = tmp_path / "unlinked.wasm"
    file.write_bytes(wat('(module (import "env" "puts" (func)) (func (export "_start")))'))
    result = check(firmware, file)
    assert result.returncode == 0 and "cannot become a task: import env.puts: no such host function" in result.stdout


def test_invalid_module_is_refused_with_its_place(firmware, tmp_path):
    file = tmp_path / "bad.wasm"
    file.write_bytes(bytes(wat("(module (func (result i32) i32.const 1))"))[:-3] + b"\x42\x01\x0b")
    result = check(firmware, file)
    assert result.returncode == 2 and "function 0: type mismatch: expected i32, found i64" in result.stderr


def test_missing_file_is_one_line(firmware, tmp_path):
    result = check(firmware, tmp_path / "none.wasm")
    assert result.returncode == 2 and len(result.stderr.splitlines()) == 1 and "Traceback" not in result.stderr


def name(text):
    data = text if isinstance(text, bytes) else text.encode()
    return bytes([len(data)]) + data


def custom(title, contents):
    return b"\0" + name(name(title) + contents)


# language: Rust, processed-by: rustc 1.82.0, as compilers write it
RUST = custom("producers", b"\2" + name("language") + b"\1" + name("Rust") + name("") + name("processed-by") + b"\1" + name("rustc") + name("1.82.0"))
CLANG = custom("producers", b"\1" + name("processed-by") + b"\1" + name("clang") + name("20.1"))

# The layout of rustc's and zig's defaults: 1 MB of C stack below 5,000 bytes of data, 17 pages.
LARGE = wat("""(module (memory (export "memory") 17) (global $__stack_pointer (mut i32) (i32.const 1048576))
  (global (export "__heap_base") i32 (i32.const 1053584)) (global (export "__data_end") i32 (i32.const 1053576))
  (func (export "_start") (global.set $__stack_pointer (i32.const 0))))""")
NAMED = b"\0" + name(name("name") + b"\7" + name(b"\1\0" + name("__stack_pointer")))


@pytest.mark.parametrize("producers, flag", [
    (RUST, "-C link-arg=-zstack-size=4096"), (CLANG, "-Wl,-z,stack-size=4096"), (b"", "-z stack-size=4096"),
    (custom("producers", b"\xff\xff\xff\xff"), "-z stack-size=4096"),
])  # fmt: skip
def test_memory_that_does_not_fit_says_how_to_make_it_fit(firmware, tmp_path, producers, flag):
    """The same of a module alone and of a task; the arena of a PC is 300 KB."""
    wanted = f"; its memory is 1088 KiB: C stack 1048576 bytes, data 5000, heap from 1053584; a smaller C stack: {flag}"
    (tmp_path / "large.wasm").write_bytes(LARGE + NAMED + producers)
    (tmp_path / "system.json").write_text('{"version": 1, "tasks": [{"name": "a", "module": "large.wasm"}]}')
    alone = check(firmware, tmp_path / "large.wasm")
    assert alone.returncode == 0
    said = alone.stdout.splitlines()[-1]
    assert said.startswith("  cannot become a task: no room for a region: at least ") and said.endswith(wanted)
    task = check(firmware, tmp_path / "system.json")
    assert task.returncode == 2 and task.stderr.splitlines()[-1].endswith(wanted)


def test_a_stack_between_data_and_heap_is_told_as_large_as_it_is(firmware, tmp_path):
    (tmp_path / "m.wasm").write_bytes(wat("""(module (memory 17) (global (export "__stack_pointer") (mut i32) (i32.const 1050000))
      (global (export "__heap_base") i32 (i32.const 1050000)) (global (export "__data_end") i32 (i32.const 1424)) (func (export "_start")))"""))
    assert ": C stack 1048576 bytes, data 1424, heap from 1050000; a smaller" in check(firmware, tmp_path / "m.wasm").stdout


def test_a_quota_that_is_too_small_is_told_with_what_fills_it(firmware, tmp_path):
    (tmp_path / "m.wasm").write_bytes(LARGE + NAMED + RUST)
    (tmp_path / "system.json").write_text('{"version": 1, "tasks": [{"name": "a", "module": "m.wasm", "quota": 8192}]}')
    said = check(firmware, tmp_path / "system.json").stderr
    assert "tasks[0].quota: is too small: at least " in said and "a smaller C stack: -C link-arg=-zstack-size=4096" in said


def test_memory_without_a_word_about_its_parts(firmware, tmp_path):
    (tmp_path / "m.wasm").write_bytes(wat('(module (memory 17) (func (export "_start")))'))
    assert check(firmware, tmp_path / "m.wasm").stdout.endswith("; its memory is 1088 KiB; to reserve what it needs alone, export __heap_base, or declare less (Emscripten: -sINITIAL_MEMORY=65536)\n")


def features(*wanted):
    return custom("target_features", bytes([len(wanted)]) + b"".join(each[:1].encode() + name(each[1:]) for each in wanted))


@pytest.mark.parametrize("section, told", [
    (features("+sign-ext", "+atomics", "+simd128"), " (the module asks for atomics, which is not supported: build with -mno-atomics)"),
    (features("=exception-handling"), " (the module asks for exception-handling, which is not supported: build with -mno-exception-handling)"),
    (features("-atomics", "+bulk-memory", "+multivalue", "+reference-types", "+call-indirect-overlong", "+extended-const"), ""),
    (b"", ""),
    (custom("target_features", b"\5+\x80"), ""), (custom("target_features", b"\1+\1\xff"), ""), (custom("target_features", b""), ""),
])  # fmt: skip
def test_a_refusal_names_the_feature_that_a_module_asks_for(firmware, tmp_path, section, told):
    """Where the reason itself does not: here a section of some other version."""
    (tmp_path / "m.wasm").write_bytes(wat('(module (func (export "_start")))') + section + b"\x0e\0")
    (tmp_path / "system.json").write_text('{"version": 1, "tasks": [{"name": "a", "module": "m.wasm"}]}')
    for path in ("m.wasm", "system.json"):
        said = check(firmware, tmp_path / path)
        assert said.returncode == 2 and said.stderr.splitlines()[-1].endswith("malformed section id 14" + told)


def test_a_feature_that_is_asked_for_and_not_used_is_no_reason(firmware, tmp_path):
    (tmp_path / "m.wasm").write_bytes(wat('(module (func (export "_start")))') + features("+simd128", "+atomics"))
    assert check(firmware, tmp_path / "m.wasm").returncode == 0
