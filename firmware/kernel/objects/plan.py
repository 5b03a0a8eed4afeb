"""How a task is made, once or again: its module read and instantiated, its capabilities granted.

The region of a task stays its own from the first start until the system ends: an instance that ends leaves it, cleared, to the next
one. So a manifest that was admitted keeps its word: whatever order of faults, restarts and stops, no other task can take
the room that a task was started in.

A restart makes a task exactly as the first start did: from the module, whose SHA-256 has to be the one that the manifest
names, and from the manifest's grants, each with a new object.
"""
import ubinascii as binascii
import uhashlib as hashlib
import hal
import wasm3
from kernel.core.capability import Capabilities
from kernel.objects.kinds import kind_of
from kernel.objects.ramfs import Account


_KEPT = ("module", "sha256", "quota", "stack", "memory", "capabilities", "caps")     # of a plan, for restarts


class WrongModule(ValueError):
    """The module is not the one that the manifest's grants are for."""


def _contents(stream):
    # Returns the file's bytes: a memoryview if the file system is memory-mapped, else a copy on the heap. The instance of
    # a task with a quota keeps them and compiles its functions from them when they are first called.
    try:
        return memoryview(stream)
    except TypeError:
        return stream.read()


class Plan:
    """How to make a task's instance and capabilities, at its start and at each restart.

    `plan`: the task's entry in the manifest; `fs`: the RamFS that its grants name files of.
    """

    def __init__(self, plan, fs):
        self._plan = {key: plan[key] for key in _KEPT}
        self._fs = fs
        self.account = account = Account(plan["storage"])       # counts on across restarts
        if plan["objects"] != account.objects_max:
            account.objects_max = plan["objects"]
        if plan["buffers"] != account.buffers_max:
            account.buffers_max = plan["buffers"]
        self.stack_hint = -1    # see wasm3.stack_hint; of a task whose memory the manifest limits
        self._emptied = None    # an emptied wasm3.Instance: holds the region for the next one
        self._table = None      # the task's capabilities: one table for all its starts, since a full heap has no 700 bytes in one piece

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
        module = self.module()
        instance = wasm3.Instance(module, quota=plan["quota"], stack=plan["stack"], memory=plan["memory"], into=self._emptied)
        if plan["memory"] and not self._emptied:        # once: a restart has nothing new to warn of
            self.stack_hint = wasm3.stack_hint(module)
        self._emptied = None
        return instance

    def keep(self, instance):
        """Ends an instance and keeps its region for the next one."""
        instance.empty()
        self._emptied = instance

    def end(self):
        """Gives the region back, where no instance is in it. The system ends: nothing starts from this plan any more."""
        if self._emptied:
            self._emptied.kill()
            self._emptied = None
        for _, word, what, _ in self._plan["caps"]:
            if word == "buffer":
                what[0].end()

    def capabilities(self):
        """The task's table, with nothing in it."""
        if self._table:
            self._table.renew()
        else:
            self._table = Capabilities(self._plan["capabilities"])
        return self._table

    def grant(self, capabilities, outside):
        """Puts into a new table what the manifest grants: the objects outside the kernel, or all others (see
        kernel.objects.kinds). Raises StorageTooSmall.
        """
        for name, word, what, rights in self._plan["caps"]:
            kind = kind_of((word,))
            if kind.OUTSIDE == outside:
                thing = kind.make(word, what, rights, self._fs, self.account)
                capabilities.grant(name, thing, rights, what[1] if word == "endpoint" else 0)

    def start(self):
        """All that `Task.begin` needs: (instance, capabilities). Raises as `instance` does; then nothing is left."""
        capabilities = self.capabilities()
        instance = self.instance()
        try:
            self.grant(capabilities, False)
            self.grant(capabilities, True)
        except BaseException:
            self.keep(instance)
            capabilities.clear()
            raise
        return instance, capabilities
