"""SovelmaOS at the prompt: start a system, look at it, stop parts of it. `import sovelma; sovelma.help()` lists the commands.

At a PC's prompt the system stands still; `sovelma.run()` goes on where it stopped. At a board's it runs on behind the
prompt; `sovelma.pause()` stops it there. From a shell:
`sovelma -m sovelma run system.json [--for SECONDS] [--input FILE] [--crashes DIRECTORY]`,
`sovelma -m sovelma check system.json` (or a module).

The commands are those of the module `commands` (cmodules/commands), which loads the part of kernel.shell that one needs when
it is first used: a system without a prompt has 2 KB more of a board's heap. Nothing else is a name of this module;
`sovelma.system` is the System there is, `sovelma.ManifestError` what `boot` raises.
"""
import sys

# Only frozen code, see kernel.shell.load, which is not there yet.
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
    if name == "main":      # the command line, for programs that run it
        return kernel.shell.load("command_line").main
    raise AttributeError(name)
