"""The programs that make targets and people start: each finds what it imports, from its own directory alone."""

import os
import subprocess
import sys

import pytest
from machines import ROOT

PROGRAMS = {
    "host_tests/differential/run.py": ["--help"], "host_tests/fuzz/fuzz_asan.py": ["--help"], "host_tests/spectest/run.py": ["--help"],
    "host_tests/bench/run.py": ["--help"], "modules/zoo/zoo.py": ["--list"], "tools/generate/gen_abi.py": ["--check"],
    "tools/generate/gen_commands.py": ["--check"], "tools/generate/languages.py": ["--help"], "tools/build/module.py": ["--check"],
    "tools/check/house.py": ["--help"],
}  # fmt: skip


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_starts(program, tmp_path):
    """`make fuzz` and `make fuzz-asan` once did not: pytest's own path found what they had lost."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    result = subprocess.run([sys.executable, ROOT / program, *PROGRAMS[program]], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert result.returncode == 0 and "Traceback" not in result.stderr, result.stderr
