"""SovelmaOS at the prompt: start a system, look at it, stop parts of it. `import sovelma; sovelma.help()` lists the commands.

At the prompt of a PC the system stands still, and `sovelma.run()` continues it. At the prompt of a board it runs on
behind the prompt, and `sovelma.pause()` stops it. From a shell:
`sovelma -m sovelma run system.json [--for SECONDS] [--input FILE] [--crashes DIRECTORY]`,
`sovelma -m sovelma check system.json` (or a module).

The commands come from the module `commands` (cmodules/commands). It loads the part of kernel.shell that a command needs when
the command is first used, which leaves a system without a prompt 2 KB more of a board's heap. This module has two further
names: `sovelma.system` is the current System, and `sovelma.ManifestError` is the exception that `boot` raises.
"""
import sys

# Imports frozen code only. kernel.shell.load does the same, but is not imported yet.
_path = sys.path[:]
sys.path[:] = [".frozen"]
import kernel.shell
sys.path[:] = _path

if __name__ == "__main__":
    kernel.shell.load("command_line").main(sys.argv[1:])

del sys, kernel, _path
from commands import *


def __getattr__(name):
    import kernel.shell
    if name in ("system", "ManifestError"):
        return getattr(kernel.shell.load("running"), name)
    if name == "main":      # the command line, for programs that call it
        return kernel.shell.load("command_line").main
    raise AttributeError(name)
