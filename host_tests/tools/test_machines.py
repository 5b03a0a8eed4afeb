"""host_tests/lib/machines.py: a script finds the files that its values name, wherever the project lies."""

import pytest
from machines import ROOT


@pytest.mark.parametrize("place", ["temporary", "build"])
def test_a_file_named_to_a_script_is_there(firmware, tmp_path, place):
    """In a project outside the directory for temporary files, no script on RV32 found what tests write below build/."""
    directory = tmp_path if place == "temporary" else ROOT / "build" / "machines"
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / "told"
    path.write_text("as written")
    got = firmware.script("with open(path) as file:\n    answer(file.read())", path=str(path))
    assert got == "as written"
