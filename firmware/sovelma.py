"""SovelmaOS at the prompt: start a system, look at it, stop parts of it. `import sovelma; sovelma.ps()`.

At a PC's prompt the system stands still; `sovelma.run()` goes on where it stopped. At a board's it runs on behind the
prompt; `sovelma.pause()` stops it there. From a shell:
`sovelma -m sovelma run system.json [--for SECONDS] [--input FILE] [--crashes DIRECTORY]`,
`sovelma -m sovelma check system.json` (or a module).

The commands are in kernel.shell. A group of them is loaded when one of them is first used, so a system without a prompt
has 2 KB more of a board's heap. The TAB key finds them as if they were here.
"""
import sys

# (module of kernel.shell, what of it is used here)
_GROUPS = (("running", ("boot", "check", "run", "background", "pause", "system", "ManifestError")),
           ("tasks", ("ps", "top", "kill", "stop", "start", "restart", "crash", "log", "revoke", "caps")),
           ("files", ("ls", "rm", "cat")),
           ("machine", ("version", "board", "net", "dmesg", "mem")),
           ("command_line", ("main",)))


def __getattr__(name):
    for group, names in _GROUPS:
        if name in names:
            return getattr(_load(group), name)
    raise AttributeError(name)


def _load(group):
    # The kernel consists of frozen code alone: a file called `kernel.py` where the program happens to run is not it.
    path = sys.path[:]
    sys.path[:] = [".frozen"]
    try:
        return __import__("kernel.shell." + group, None, None, (group,))
    finally:
        sys.path[:] = path


if __name__ == "__main__":
    _load("command_line").main(sys.argv[1:])
