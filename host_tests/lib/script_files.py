"""Scripts that tests run in the firmware, as files that the linter reads: `scripts/<name>.py` beside the test."""

import pathlib


def script(test: str, name: str) -> str:
    """The text of a script. test: the `__file__` of the caller; name: name of the file without its ending."""
    return (pathlib.Path(test).parent / "scripts" / f"{name}.py").read_text()
