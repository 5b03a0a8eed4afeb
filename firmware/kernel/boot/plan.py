"""How a task is made, once or again: its module read and instantiated, its capabilities granted.

A restart makes a task exactly as the first start did: from the module, whose SHA-256 has to be the one that the manifest
names, and from the manifest's grants, each with a new object.
"""
import binascii
import hashlib
import hal
import wasm3
from abi import KIND_FILE, RIGHT_WRITE
from kernel.core.capability import Capabilities
from kernel.objects.pin import Pin
from kernel.objects.network import Network
from kernel.objects.ramfs import Account, OpenFile


_KEPT = ("module", "sha256", "quota", "stack", "memory", "capabilities", "caps")     # of a plan, for further lives


class WrongModule(ValueError):
    """The module is not the one that the manifest's grants are for."""


class StorageTooSmall(ValueError):
    """A file that a task is to write does not fit into what it may store."""


class Arguments:
    """The arguments of a task, which it reads like a file. `data`: bytes."""

    kind = KIND_FILE

    def __init__(self, data):
        self._data = data
        self._position = 0
        self.size = len(data)
        self.file = self        # what sp_fs_size asks

    def length(self):
        """Bytes."""
        return self.size

    def read(self, offset, length, instance, address):
        """As OpenFile.read."""
        at = self._position if offset < 0 else offset
        count = min(length, max(self.size - at, 0))
        instance.write(address, self._data, at if count else 0, count)
        if offset < 0:
            self._position += count
        return count

    def release(self):
        """The capability is gone; there is nothing to be done."""


def _contents(stream):
    # Returns the file's bytes: a memoryview if the file system is memory-mapped, else a copy on the heap. The instance of
    # a task with a quota keeps them and compiles its functions from them when they are first called.
    try:
        return memoryview(stream)
    except TypeError:
        return stream.read()


class Plan:
    """How to make a life of a task: what the manifest says of it, `plan`, and where its objects are."""

    def __init__(self, plan, fs):
        self._plan = {key: plan[key] for key in _KEPT}
        self._fs = fs
        self.account = Account(plan["storage"])     # of all its lives

    def module(self):
        """The module's bytes. Raises OSError, WrongModule (not the one the manifest means) or MemoryError."""
        plan = self._plan
        with hal.read_file(plan["module"]) as stream:
            module = _contents(stream)
        if plan["sha256"]:
            digest = hashlib.sha256(module).digest()
            if digest != plan["sha256"]:
                raise WrongModule("the module's is " + str(binascii.hexlify(digest), "ascii"))
        return module

    def instance(self):
        """A new instance, which has not run. Raises as `module` does, and ValueError: what is wrong with the module."""
        plan = self._plan
        return wasm3.Instance(self.module(), quota=plan["quota"], stack=plan["stack"], memory=plan["memory"])

    def capabilities(self):
        """A new table, with nothing in it."""
        return Capabilities(self._plan["capabilities"])

    def grant(self, capabilities, pins):
        """Puts into a new table what the manifest grants: the pins, or everything else. Raises StorageTooSmall."""
        for name, kind, what, rights in self._plan["caps"]:
            if (kind == "pin") == pins:
                capabilities.grant(name, self._thing(kind, what, rights), rights)

    def life(self):
        """All that `Task.begin` needs: (machine, capabilities). Raises as `instance` does; then nothing is left."""
        capabilities = self.capabilities()
        instance = self.instance()
        try:
            self.grant(capabilities, False)
            self.grant(capabilities, True)
        except BaseException:
            instance.kill()
            capabilities.clear()
            raise
        return instance, capabilities

    def _thing(self, kind, what, rights):
        # The object of a grant.
        if kind == "pin":
            number, mode, pull, initial, active_low = what
            level = None if initial is None else initial ^ active_low
            return Pin(number, hal.pin(number, mode, pull, level), initial, active_low)
        if kind == "net":
            return Network(what)
        if kind == "args":
            return Arguments(what)
        node = self._fs.make(what, kind == "directory")
        if kind == "directory":
            return node
        if node.open(rights & RIGHT_WRITE != 0, self.account):
            raise StorageTooSmall("is less than %s takes" % what)
        return OpenFile(node, False)
