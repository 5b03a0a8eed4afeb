"""What the machine does when it is switched on: it mounts its files, then does what came with QEMU's command line.

QEMU can lay bytes into the machine's memory before it starts (`-device loader`). Where they are a read-only file
system, it is mounted at /given, and three files of it have a meaning here:

    seed            32 bytes, the key of the machine's random numbers
    arguments       words, as after `sovelma -m sovelma` on a PC
    script          a program, which is run and ends the machine, with status 1 where it raises

With neither of the last two there is MicroPython's prompt.

Invariant: runs once after each start or soft reset, before the prompt.
"""
import commands
import sys
import uctypes
import vfs
import qemu
from _files import FILES

# Between the memory that the firmware is linked into and what virt.ld spares.
GIVEN = 0x84000000
GIVEN_MAX = 0x4000000


def _content(name):
    # Of a given file as bytes, or None.
    try:
        with open("/given/" + name, "rb") as file:
            return file.read()
    except OSError:
        return None


def _program(run, *arguments):
    # Runs something whose end by an exception or, for a script, at all is the machine's.
    try:
        run(*arguments)
    except SystemExit as error:
        code = error.args[0] if error.args else 0
        qemu.exit(code if isinstance(code, int) else 0 if code is None else 1)
    except KeyboardInterrupt:
        print("stopped")        # a second Ctrl-C right behind the first: the prompt follows, the system is still there
    except BaseException as error:
        sys.print_exception(error)
        qemu.exit(1)


def _main(words):
    import sovelma
    sovelma.main(words)


def _script(text):
    exec(text, {"__name__": "__main__"})
    sys.exit(0)


vfs.mount(vfs.VfsRom(FILES), "/")
try:
    vfs.mount(vfs.VfsRom(uctypes.bytearray_at(GIVEN, GIVEN_MAX)), "/given")
except OSError:
    pass                        # nothing was given
_seed = _content("seed")
if _seed:
    qemu.seed(_seed)
_words = _content("arguments")
_text = _content("script")
if _text is not None:
    _program(_script, _text)
elif _words is not None:
    _program(_main, _words.decode().split())
commands._offer()
