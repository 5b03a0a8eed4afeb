"""The board's flash: its file system, the slots for modules, firmware updates.

    /               littlefs of partition `vfs`: system.json, modules, data; yours
    /rom            the module slot of the running firmware, if something was written to it; read-only
    /demo           the demo that is part of the firmware; read-only

Modules below /rom and /demo lie in memory-mapped flash, so a task uses their bytes in place.

Slots: firmware in `ota_0` uses the modules in `mod_0`, firmware in `ota_1` those in `mod_1`. When ESP-IDF rolls an update
back because it did not start, the modules roll back with it.

Invariant: a mapped slot is never written; an update goes to the slots that are not running.
"""
import esp32c3
import vfs
from esp32 import Partition

_BLOCK = const(4096)            # bytes the flash is erased in


def mount():
    """Mounts everything. Returns a list of what went wrong, as texts; with none of it there is still the prompt."""
    wrong = []
    try:
        from _files import FILES        # before a file of that name could be found
    except ImportError:
        FILES = None                    # a firmware without demo
    try:
        from flashbdev import bdev
        try:
            vfs.mount(bdev, "/")
        except OSError:
            if _blank(bdev):
                vfs.VfsLfs2.mkfs(bdev)
                vfs.mount(bdev, "/")
            else:
                wrong.append("the file system in flash cannot be read; `make erase` makes a new one")
    except Exception as error:
        wrong.append("no file system: %s" % error)
    try:
        slot = esp32c3.map(modules_label())
        if slot is not None:
            vfs.mount(vfs.VfsRom(slot), "/rom")
    except OSError:
        pass                    # nothing was ever written there
    try:
        if FILES:
            vfs.mount(vfs.VfsRom(FILES), "/demo")
    except OSError as error:
        wrong.append("no demo: %s" % error)
    return wrong


def _blank(device):
    # True where nothing was ever written: a new board, or one erased.
    block = bytearray(_BLOCK)
    device.readblocks(0, block)
    return block == b"\xff" * _BLOCK


# ---------------------------------------------------------------- updates

def firmware_label():
    """The slot of the firmware that runs: "ota_0" or "ota_1"."""
    return Partition(Partition.RUNNING).info()[4]


def modules_label():
    """The slot of its modules: "mod_0" or "mod_1"."""
    return "mod_" + firmware_label()[-1]


def update_firmware(stream, say=None):
    """Writes a firmware image (micropython.bin) to the slot that does not run and lets the next start use it.

    `stream`: what gives its bytes by `readinto`; `say`: a function that gets the bytes written so far. Blocks for
    about a minute and leaves callbacks their turn between blocks. Raises OSError, also where ESP-IDF finds the image
    wrong; then the next start is as before. The new firmware has to call `accept`, else the start after the next is
    the old one again.
    """
    slot = Partition(Partition.RUNNING).get_next_update()
    _fill(slot, stream, say)
    slot.set_boot()


def update_modules(stream, say=None):
    """Writes a read-only file system of modules to the slot of the firmware that does not run; as `update_firmware`."""
    _fill(Partition("mod_" + Partition(Partition.RUNNING).get_next_update().info()[4][-1]), stream, say)


def _fill(slot, stream, say):
    room = slot.info()[3]
    block = bytearray(_BLOCK)
    number = 0
    while True:
        count = _read(stream, block)
        if count == 0:
            return
        if (number + 1) * _BLOCK > room:
            raise OSError("the image is larger than its slot of %d bytes" % room)
        for i in range(count, _BLOCK):
            block[i] = 0xFF
        slot.writeblocks(number, block)
        number += 1
        if say:
            say((number - 1) * _BLOCK + count)


def _read(stream, block):
    # As many bytes as there are, up to a block: a stream may give them in pieces.
    view = memoryview(block)
    count = 0
    while count < _BLOCK:
        got = stream.readinto(view[count:])
        if not got:
            break
        count += got
    return count


def accept():
    """The firmware that runs is good: it is not taken back any more. Does nothing where it was not new."""
    try:
        Partition.mark_app_valid_cancel_rollback()
    except OSError:
        pass
