"""`sovelma -m sovelma check file.wasm`: what is said of a module that is valid, of one that is not, of one that is missing."""

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
