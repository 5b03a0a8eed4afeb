"""Documents that must not drift: the specification's table names what exists, the README's status is that of the tests."""

import ast
import functools
import re
import subprocess
import sys

import pytest
from hypothesis import configuration
from machines import ROOT

ROWS = [
    [cell.strip() for cell in line.strip("|\n").split(" | ")]
    for line in (ROOT / "docs/SPECIFICATION.md").read_text().splitlines()
    if line.startswith("| ") and not line.startswith(("| clause", "| ---"))
]


@functools.cache
def functions(name):
    paths = list((ROOT / "host_tests").rglob(f"test_{name}.py"))
    return {node.name for path in paths for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0][:60])
def test_a_clause_names_files_and_tests_that_exist(row):
    clause, files, tests, deviation = row
    assert clause and deviation
    for name in re.findall(r"`([^`]+)`", files):
        assert (ROOT / name).exists(), name
    named = re.findall(r"`(\w+)::(\w+)`", tests)
    assert named and len(named) == tests.count("`") // 2
    for file, test in named:
        assert f"test_{test}" in functions(file), f"{file}::{test}"


def test_there_are_clauses_for_everything():
    assert len(ROWS) >= 50
    sections = re.findall(r"^## (.*)$", (ROOT / "docs/SPECIFICATION.md").read_text(), re.M)
    assert set(sections) >= {"ABI", "Capabilities", "Manifest", "Scheduling", "Faults", "Storage", "Pins", "Network", "People"}


def test_the_status_in_the_readme_is_that_of_the_tests():
    result = subprocess.run([sys.executable, ROOT / "tools/generate/status.py", "--check"], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr


def test_a_stale_status_and_an_unclaimed_test_are_noticed(tmp_path):
    for name in ("README.md", "tools/generate/status.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    (tmp_path / "host_tests").mkdir()
    (tmp_path / "host_tests/test_teleport.py").write_text('"""Teleport: people arrive whole."""\ndef test_a():\n    pass\n')
    tool = [sys.executable, tmp_path / "tools/generate/status.py"]
    assert subprocess.run([*tool, "--check"], capture_output=True, text=True).returncode == 1
    assert subprocess.run(tool, capture_output=True, text=True).returncode == 0
    assert "| Teleport | people arrive whole | 1 |\n" in (tmp_path / "README.md").read_text()
    assert subprocess.run([*tool, "--check"], capture_output=True, text=True).returncode == 0


def test_documents_name_files_that_exist():
    """Every path in back quotes that begins like one of ours."""
    missing = []
    for path in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        for name in re.findall(r"`((?:firmware|cmodules|modules|host_tests|tools|docs|hal|kernel)/[\w./-]*)`", path.read_text()):
            place = ROOT / ("firmware/" + name if name.startswith(("hal/", "kernel/")) else name)
            if "NAME" not in name and "greeter" not in name and not place.exists():
                missing.append(f"{path.name}: {name}")
    assert missing == []


def test_property_tests_keep_their_examples_below_build():
    """They were kept in the directory from which pytest was started: .hypothesis lay in the root of the checkout."""
    assert (ROOT / "build") in configuration.storage_directory("examples").parents


def test_the_glossary_is_short_sorted_and_leads_somewhere():
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| `([^`|]+)` \|$", (ROOT / "docs/GLOSSARY.md").read_text(), re.M)
    terms = [term.lower() for term, _, _ in rows]
    assert 30 <= len(rows) <= 40 and terms == sorted(terms) and len(set(terms)) == len(terms)
    for term, _, path in rows:
        assert (ROOT / path).is_file(), (term, path)


def test_the_project_s_old_words_are_gone():
    """docs/GLOSSARY.md has the terms: these stood for instance, manifest errors, heartbeat, watchdog, kinds and rights."""
    old = re.compile(r"task\.machine\b|\.mistakes\b|esp32_beat\b|\b_dog\b|\b_powers\b")
    for folder in ("firmware", "cmodules", "tools", "docs"):
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in (".py", ".c", ".h", ".md", ".mk"):
                assert not old.search(path.read_text()), path


def test_no_test_needs_another_test():
    """What tests share lies in host_tests/lib; so each folder can be moved, and each file run, by itself."""
    files = list((ROOT / "host_tests").rglob("test_*.py"))
    assert len(files) > 60
    for path in files:
        for node in ast.walk(ast.parse(path.read_text())):
            names = [name.name for name in node.names] if isinstance(node, ast.Import) else [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not [name for name in names if name == "conftest" or name.startswith("test_")], path
