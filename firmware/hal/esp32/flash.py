"""The board's flash: its file system, the slots for modules, firmware updates.

    /               littlefs on partition `vfs`, for the user: system.json, modules, data
    /rom            the module slot of the running firmware, if it was ever written; read-only
    /demo           the demo that is part of the firmware; read-only

Files below /rom and /demo are in memory-mapped flash, so a task uses the bytes of its module in place.

Slots: firmware in `ota_0` uses the modules in `mod_0`, firmware in `ota_1` those in `mod_1`. When ESP-IDF rolls back an update
that did not start, the modules roll back with it.

Invariant: a mapped slot is never written; an update is written to the slots that are not in use.
"""
import esp32c3
import vfs
from esp32 import Partition

_BLOCK = const(4096)            # bytes: the flash is erased in blocks of this size


def mount():
    """Mounts all file systems. Returns a list of error texts. The prompt works even if no file system could be mounted."""
    wrong = []
    try:
        from _files import FILES        # imported before a mounted file system could have a file of that name
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
        pass                    # the slot was never written
    try:
        if FILES:
            vfs.mount(vfs.VfsRom(FILES), "/demo")
    except OSError as error:
        wrong.append("no demo: %s" % error)
    return wrong


def _blank(device):
    # Returns True if the first block is erased: the board is new, or its flash was erased.
    block = bytearray(_BLOCK)
    device.readblocks(0, block)
    return block == b"\xff" * _BLOCK


# ---------------------------------------------------------------- updates

def firmware_label():
    """Returns the slot of the running firmware: "ota_0" or "ota_1"."""
    return Partition(Partition.RUNNING).info()[4]


def modules_label():
    """Returns the slot of the running firmware's modules: "mod_0" or "mod_1"."""
    return "mod_" + firmware_label()[-1]


def update_firmware(stream, say=None):
    """Writes a firmware image (micropython.bin) to the slot that is not running and boots it at the next start.

    `stream`: the image, an object with `readinto`; `say`: a function that is called with the number of bytes written so far. Blocks
    for about a minute; callbacks run between blocks. Raises OSError if writing fails or ESP-IDF rejects the image; then the
    next start boots the old firmware. The new firmware has to call `accept`, else the start after the next boots the old firmware.
    """
    slot = Partition(Partition.RUNNING).get_next_update()
    _fill(slot, stream, say)
    slot.set_boot()


def update_modules(stream, say=None):
    """Writes a read-only file system to the module slot of the firmware that is not running. Arguments and errors: `update_firmware`."""
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
    # Reads up to a block of bytes, in several reads if the stream gives them in pieces. Returns the number of bytes.
    view = memoryview(block)
    count = 0
    while count < _BLOCK:
        got = stream.readinto(view[count:])
        if not got:
            break
        count += got
    return count


def accept():
    """Marks the running firmware as good, so that ESP-IDF does not roll it back. Does nothing if the firmware is not new."""
    try:
        Partition.mark_app_valid_cancel_rollback()
    except OSError:
        pass
