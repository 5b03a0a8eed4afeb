"""Generated modules and mutants do the same on the firmware as with wasm-tools and wasmtime: a short run.

`make fuzz MINUTES=30` is the long one. Every kind of difference that is meant has a test here.
"""

import pytest
from programs import program
from wasm_text import wat

differential = program("host_tests/differential/run.py")
generate = differential.generate


@pytest.fixture
def batch(firmware, tmp_path):
    """Compares one valid module; returns the Report."""

    def check(module):
        report = differential.Report()
        assert generate.is_valid(module)
        differential.check_batch(firmware, [("module", module, True)], report, tmp_path)
        return report

    return check


def test_generated_modules_and_mutants_agree(firmware):
    options = differential.parser().parse_args(["--modules", str(firmware.share(250)), "--mutants", str(firmware.share(750)), "--firmware", str(firmware.path)])
    report = differential.run(options)
    print(report.summary())
    assert not report.disagreements
    assert report.ran > report.modules  # most generated ones and many mutants are valid and ran


def test_table_copy_out_of_bounds_is_named_as_the_specification_does(firmware):
    """wasmtime has one name for it and for a call of an element that is not there."""
    report = differential.run(differential.parser().parse_args(["--modules", "1", "--mutants", "0", "--first", "1099930", "--firmware", str(firmware.path)]))
    assert report.ran == 1 and not report.disagreements


def test_the_same_number_makes_the_same_module():
    assert generate.smith(7) == generate.smith(7) and generate.mutate(b"0123456789", 3) == generate.mutate(b"0123456789", 3)


def test_a_wrong_answer_is_noticed(batch, monkeypatch):
    module = wat("""(module (memory (export "memory") 1 1) (global $g (export "g") (mut i32) (i32.const 0))
      (func (export "f") (param i32) (result i32) (i32.store (i32.const 8) (i32.const 1)) (global.set $g (i32.const 3))
        (i32.add (local.get 0) (i32.const 1))))""")
    assert batch(module).ran == 1
    other = wat("""(module (memory (export "memory") 1 1) (global $g (export "g") (mut i32) (i32.const 0))
      (func (export "f") (param i32) (result i32) (i32.store (i32.const 8) (i32.const 1)) (global.set $g (i32.const 3))
        (i32.add (local.get 0) (i32.const 2))))""")
    real = differential.oracle.Answers
    monkeypatch.setattr(differential.oracle, "Answers", lambda _, seed, exports: real(other, seed, exports))
    assert batch(module).disagreements


# Constants and operands of two slots each, above locals that leave no room for them: the validator counts values.
WIDE = "(drop (i64.const 1000000))" * 32 + "(drop " + "(i64.add (local.get 0) " * 7 + "(block (result i64) (i64.const 1))" + ")" * 8


@pytest.mark.parametrize("name, text", [
    ("limit of the compiler", f'(module (func (export "f") {"(local i64) " * 1970} {WIDE}))'),
    ("limit of the validator", f'(module (func (export "f") {"(local i64) " * 2100}))'),
    ("limit of the validator", "(module (func " + "(block " * 2100 + ")" * 2100 + "))"),
    ("imports are not supported", '(module (import "a" "b" (global i32)))'),
    ("larger than the arena", '(module (memory (export "memory") 900 900))'),
    ("depth of recursion, endless loops", '(module (func $f (export "f") (call $f)))'),
    ("depth of recursion, endless loops", '(module (func (export "f") (loop (br 0))))'),
])  # fmt: skip
def test_difference_that_is_meant(batch, name, text):
    report = batch(wat(text))
    assert not report.disagreements and report.intended == {name: 1}


def test_the_oracle_s_nans_are_canonical():
    """wasmtime's package ignores a misspelt setting, and x86's own NaN has another sign: a difference that is none of ours."""
    operations = ("f32.sqrt", "f32.ceil", "f32.nearest")
    for operation in operations:
        module = wat(f'(module (func (export "f") (param f32) (result i32) (i32.reinterpret_f32 ({operation} (f32.sqrt (local.get 0))))))')
        answers = differential.oracle.Answers(module, "nan", [("f", 0)])
        answers.plan = [("f", 0, [(-1.0, "")])]
        assert answers.run()[0][1] == ["ok", [["i", str(0x7FC00000)]]]
