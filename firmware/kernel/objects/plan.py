"""The start of a task, the first one and each restart: it reads and instantiates the module and grants the capabilities.

A task keeps its region from the first start until the system ends. An instance that ends leaves the region, cleared, to the
next instance. So a restart always has room: no other task can take the region, in any order of faults, restarts and stops.

A restart makes a task exactly as the first start did: from the module, whose SHA-256 must be the one in the manifest, and
from the manifest's grants, each with a new object.
"""
import ubinascii as binascii
import uhashlib as hashlib
import hal
import wasm3
from kernel.core.capability import Capabilities
from kernel.objects.kinds import kind_of
from kernel.objects.ramfs import Account


_KEPT = ("module", "sha256", "quota", "stack", "memory", "capabilities", "caps")     # keys of a task's entry that restarts need


class WrongModule(ValueError):
    """The module's SHA-256 is not the one in the manifest."""


def _contents(stream):
    # Returns the file's bytes: a memoryview if the file system is memory-mapped, else a copy on the heap. The instance of
    # a task with a quota keeps them and compiles its functions from them when they are first called.
    try:
        return memoryview(stream)
    except TypeError:
        return stream.read()


class Plan:
    """Makes a task's instance and capabilities, at its start and at each restart.

    `plan`: the task's entry in the manifest; `fs`: the RamFS with the files that its grants name.
    """

    def __init__(self, plan, fs):
        self._plan = {key: plan[key] for key in _KEPT}
        self._fs = fs
        self.account = account = Account(plan["storage"])       # kept across restarts
        if plan["objects"] != account.objects_max:
            account.objects_max = plan["objects"]
        if plan["buffers"] != account.buffers_max:
            account.buffers_max = plan["buffers"]
        self.stack_hint = -1    # see wasm3.stack_hint; set where the manifest limits the task's memory
        self._emptied = None    # an emptied wasm3.Instance: holds the region for the next instance
        self._table = None      # the task's capabilities: all starts share one table, since a full heap may lack 700 bytes in one piece

    def module(self):
        """Returns the module's bytes. Raises OSError, WrongModule or MemoryError."""
        plan = self._plan
        with hal.read_file(plan["module"]) as stream:
            module = _contents(stream)
        if plan["sha256"]:
            digest = hashlib.sha256(module).digest()
            if digest != plan["sha256"]:
                raise WrongModule("the module's is " + str(binascii.hexlify(digest), "ascii"))
        return module

    def instance(self):
        """Returns a new instance that has not run. Raises as `module` does, and ValueError with the reason where the module is bad."""
        plan = self._plan
        module = self.module()
        instance = wasm3.Instance(module, quota=plan["quota"], stack=plan["stack"], memory=plan["memory"], into=self._emptied)
        if plan["memory"] and not self._emptied:        # only at the first start: a restart gives the same warning
            self.stack_hint = wasm3.stack_hint(module)
        self._emptied = None
        return instance

    def keep(self, instance):
        """Ends an instance and keeps its region for the next one."""
        instance.empty()
        self._emptied = instance

    def end(self):
        """Returns the region to the arena where no instance is in it, and ends the granted buffers. Call it when the system ends:
        afterwards the plan starts no task.
        """
        if self._emptied:
            self._emptied.kill()
            self._emptied = None
        for _, word, what, _ in self._plan["caps"]:
            if word == "buffer":
                what[0].end()

    def capabilities(self):
        """Returns the task's table of capabilities, emptied."""
        if self._table:
            self._table.renew()
        else:
            self._table = Capabilities(self._plan["capabilities"])
        return self._table

    def grant(self, capabilities, outside):
        """Puts the manifest's grants into a new table. `outside`: True for the kinds that are OUTSIDE, False for all others (see
        kernel.objects.kinds). Raises StorageTooSmall.
        """
        for name, word, what, rights in self._plan["caps"]:
            kind = kind_of((word,))
            if kind.OUTSIDE == outside:
                thing = kind.make(word, what, rights, self._fs, self.account)
                capabilities.grant(name, thing, rights, what[1] if word == "endpoint" else 0)

    def start(self):
        """Returns (instance, capabilities) for `Task.begin`. Raises as `instance` does; then no instance and no capability is left."""
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
