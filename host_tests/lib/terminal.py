"""A pseudo-terminal, for tests of the text that a user at a terminal sees."""

import os
import pathlib
import pty
import select
import time

import pytest
from machines import ROOT

# Without the variables that `make test` passes on: with them a make started here would act as a part of that make.
ENVIRONMENT = {key: value for key, value in os.environ.items() if key not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}


class Terminal:
    """A program at a terminal of its own; `shown` collects its output."""

    def __init__(self, *command: str | pathlib.Path) -> None:
        try:
            self.process, self.terminal = pty.fork()
        except OSError as error:
            pytest.skip(f"no pseudo-terminal here: {error}")
        if self.process == 0:
            os.chdir(ROOT)
            os.execvpe(command[0], command, ENVIRONMENT)
        self.shown = ""
        self.seen = 0  # wait_for() has found its texts in `shown` up to here

    def type(self, keys: str) -> None:
        os.write(self.terminal, keys.encode())

    def _read(self) -> bool:
        # Returns False at the end of the program.
        try:
            self.shown += os.read(self.terminal, 4096).decode(errors="replace")
        except OSError:  # Linux's end of file: the other side is gone
            return False
        return True

    def wait_for(self, text: str, seconds: float = 30) -> None:
        """Reads until `text` appears behind the text of the last wait; fails after `seconds`."""
        end = time.monotonic() + seconds
        while (found := self.shown.find(text, self.seen)) < 0:
            assert time.monotonic() < end, f"no {text!r} in {self.shown!r}"
            if select.select([self.terminal], [], [], 0.1)[0]:
                assert self._read(), f"ended without {text!r}: {self.shown!r}"
        self.seen = found + len(text)

    def end(self) -> tuple[int, str]:
        """Waits for the program to end; returns its exit code and its output since the last wait."""
        while self._read():
            pass
        os.close(self.terminal)
        return os.waitstatus_to_exitcode(os.waitpid(self.process, 0)[1]), self.shown[self.seen :]


def stop_and_go_on(terminal: Terminal) -> None:
    """With the demo running at the terminal: checks that Ctrl-C gives the prompt, and that the prompt shows and continues the system."""
    terminal.type("\x03")
    terminal.wait_for(">>> ")
    terminal.type("ps\r")  # a bare name prints what to type, and that works
    terminal.wait_for("ps(): Shows every task")
    terminal.wait_for(">>> ")
    terminal.type("ps()\r")
    terminal.wait_for("outcome")
    terminal.wait_for(">>> ")
    # The endless loop is stopped, not ended: it continues on request.
    terminal.type("before = sovelma.system.find('spin').fuel()\r")
    terminal.wait_for(">>> ")
    terminal.type("sovelma.run(0.1); print('more', sovelma.system.find('spin').fuel() > before)\r")
    terminal.wait_for("more True")
    terminal.wait_for(">>> ")
