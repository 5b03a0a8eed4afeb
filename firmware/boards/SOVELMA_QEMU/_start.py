"""Runs when the machine is switched on: mounts its files, then does what QEMU's command line asks for.

QEMU can load bytes into the machine's memory before it starts (`-device loader`). If they are a read-only file system, this
program mounts it at /given and uses three of its files:

    seed            32 bytes, the key of the machine's random numbers
    arguments       words, as after `sovelma -m sovelma` on a PC
    script          a Python program; the machine ends after it, with status 1 if it raises

Without `arguments` and `script` MicroPython's prompt comes.

Invariant: runs once after each start or soft reset, before the prompt.
"""
import commands
import sys
import uctypes
import vfs
import qemu
from _files import FILES

# This memory lies between the memory that the firmware is linked into and the region SPARE, see virt.ld.
GIVEN = 0x84000000
GIVEN_MAX = 0x4000000


def _content(name):
    # Returns the bytes of a file below /given, or None.
    try:
        with open("/given/" + name, "rb") as file:
            return file.read()
    except OSError:
        return None


def _program(run, *arguments):
    # Runs a program. SystemExit and errors end the machine; a script ends it in any case, see _script.
    try:
        run(*arguments)
    except SystemExit as error:
        code = error.args[0] if error.args else 0
        qemu.exit(code if isinstance(code, int) else 0 if code is None else 1)
    except KeyboardInterrupt:
        print("stopped")        # a second Ctrl-C right after the first: the prompt follows, the system is still there
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
    pass                        # QEMU's command line gave no files
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
