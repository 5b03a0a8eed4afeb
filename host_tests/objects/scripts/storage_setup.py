import hal, os
from kernel.objects.mount import HANDLES, Mount
from kernel.objects.ramfs import Account, BLOCK, NODE_COST, is_directory
LIMIT, STORAGE = 30000, 20000
host = place != "ramfs"
fs = RamFS(1 << 20)
storage = hal.storage
if place == "flash":
    import vfs
    from hal.common import storage
    class Blocks:
        # a flash chip of 128 KB
        def __init__(self):
            self.bytes = bytearray(1 << 17)
            self.broken = False
        def readblocks(self, block, buffer, offset=0):
            buffer[:] = self.bytes[block * 512 + offset:block * 512 + offset + len(buffer)]
        def writeblocks(self, block, buffer, offset=0):
            if self.broken:
                return -5
            self.bytes[block * 512 + offset:block * 512 + offset + len(buffer)] = buffer
        def ioctl(self, op, argument):
            return {4: 256, 5: 512, 6: 0}.get(op)
    chip = Blocks()
    vfs.VfsLfs2.mkfs(chip)
    vfs.mount(chip, "/flash")
    place = "/flash"
if host:
    data = fs.mount("/data", lambda name, parent: Mount(name, parent, storage, place, LIMIT))
else:
    data = fs.make("/data", True, LIMIT)
task.capabilities = Capabilities(12)
folder = task.capabilities.insert(data, R | W | C)
account = task.account = Account(STORAGE)
def names(path):
    node = walk(fs, path, False, True)
    return sorted([(name.decode(), size) for name, size in node.listing()])
