"""The module template: what it says and how it ends."""

import pytest
from demo import boot, summary


@pytest.mark.pc("files of the host")
def test_template_counts_to_three_and_ends(firmware):
    result = boot(firmware, "modules/template/system.json", "--for", "5")
    assert result.returncode == 0, result.stdout + result.stderr
    lines = [line for line in result.stdout.splitlines() if line.startswith("template: ")]
    assert lines == [f"template: step {step} of 3" for step in (1, 2, 3)]
    assert summary(result.stdout)["template"][-1] == "exit 0"
