"""MicroPython's module `esp32`, as far as the HAL uses it: partitions in memory, the heap."""

HEAP_DATA = 4

LAYOUT = {"ota_0": (0, 0x10, 0x10000, 0x1B0000), "ota_1": (0, 0x11, 0x1C0000, 0x1B0000),
          "mod_0": (1, 0x8F, 0x370000, 0x20000), "mod_1": (1, 0x8F, 0x390000, 0x20000), "vfs": (1, 0x81, 0x3B0000, 0x50000)}
contents = {}           # {label: {block: bytes}} that was written
running = "ota_0"
boot = "ota_0"
valid = 0               # how often the running firmware was accepted
broken = False          # the image that is to start next is not one


def idf_heap_info(capabilities):
    return [(100000, 40000, 30000, 20000), (8000, 5000, 5000, 5000)]


class Partition:
    BOOT = 0
    RUNNING = 1
    TYPE_APP = 0
    TYPE_DATA = 1

    def __init__(self, id, block_size=4096):
        self.label = {0: boot, 1: running}.get(id, id)
        if self.label not in LAYOUT:
            raise OSError(2)
        self.block_size = block_size

    def info(self):
        return LAYOUT[self.label] + (self.label, False)

    def readblocks(self, block_num, buf, offset=None):
        offset = offset or 0
        for at in range(0, len(buf), self.block_size):
            got = contents.get(self.label, {}).get(block_num + at // self.block_size, b"\xff" * self.block_size)
            part = got[offset:offset + len(buf) - at]
            buf[at:at + len(part)] = part

    def writeblocks(self, block_num, buf, offset=None):
        if (block_num + 1) * self.block_size > LAYOUT[self.label][3]:
            raise OSError(-258, "ESP_ERR_INVALID_ARG")
        old = bytearray(self.block_size)
        self.readblocks(block_num, old)
        offset = offset or 0
        old[offset:offset + len(buf)] = buf
        contents.setdefault(self.label, {})[block_num] = bytes(old)

    def ioctl(self, cmd, arg):
        if cmd == 4:
            return LAYOUT[self.label][3] // self.block_size
        if cmd == 5:
            return self.block_size
        if cmd == 6:
            contents.setdefault(self.label, {})[arg] = b"\xff" * self.block_size
            return 0
        return None if cmd > 6 else 0

    def set_boot(self):
        global boot
        if broken:
            raise OSError(-5379, "ESP_ERR_OTA_VALIDATE_FAILED")
        boot = self.label

    def get_next_update(self):
        return Partition("ota_1" if running == "ota_0" else "ota_0")

    @classmethod
    def mark_app_valid_cancel_rollback(cls):
        global valid
        valid += 1
