"""The system calls: one handler each, found by number, behind one check of the capability.

`call` of the task's instance checks the capability that the ABI demands and names the handler, so no handler can forget
the check; `target` gives the handler the object. The runtime has checked the arguments before: integers are in their
range, slices lie inside the task's memory. A handler returns the answer, or None if the task now waits; whoever wakes the
task answers then.

Invariant: the calls that are repeated (all but sp_fs_open, sp_fs_close and writes that grow a file) allocate nothing.
A handler that waits puts the task into a queue as its last act, so that one that raises has moved nothing.
"""
import hal
from micropython import const
from kernel import abi
from kernel.abi import BADCAP, DENIED, INVAL, NOTFOUND, QUOTA, UNSUPPORTED, RIGHT_CREATE
from kernel.net import NetworkCalls
from kernel.ramfs import OpenFile, walk

_RANDOM_MOST = const(256)       # the ABI's limit of sp_random
_OPEN_READ = const(1)           # the flags of sp_fs_open, as in kernel.abi
_OPEN_WRITE = const(2)
_OPEN_CREATE = const(4)
_OPEN_TRUNCATE = const(8)
_OPEN_APPEND = const(16)
_OPEN_DIRECTORY = const(32)


class Syscalls:
    """The handlers, bound to one system's scheduler and resolver; what each call does stands in docs/ABI.md."""

    def __init__(self, scheduler, resolver):
        self._scheduler = scheduler
        self._random = bytearray(_RANDOM_MOST)
        self._parts = (self, NetworkCalls(scheduler, resolver))
        # By what `call` answers: the calls by number, and whoever says what is wrong with a capability.
        self.handlers = tuple([None if abi.IN_RUNTIME[number] else self.handler(name)
                               for number, name in enumerate(abi.NAMES)] + [self._refuse])

    def handler(self, name):
        """The handler of the call of that name."""
        for part in self._parts:
            if hasattr(part, name):
                return getattr(part, name)
        raise AttributeError(name)

    def _refuse(self, task):
        instance = task.instance
        return task.capabilities.check(instance.arg(0), abi.NEEDS[instance.nr()]) or BADCAP

    # ---------------------------------------------------------------- the task itself

    def sp_yield(self, task):
        task.answer = 0
        self._scheduler.add(task)

    def sp_sleep(self, task):
        milliseconds = task.instance.arg(0)
        task.answer = 0
        if milliseconds == 0:
            self._scheduler.add(task)
            return
        # One tick more: `ticks` is rounded down, and a sleep may not be shorter than asked for. The longest possible
        # sleep loses that tick, since its end could not be told from the past.
        if milliseconds < 0x1FFFFFFF:
            milliseconds += 1
        self._scheduler.sleep(task, milliseconds, hal.ticks())

    def sp_log(self, task):
        instance = task.instance
        return task.log.take(instance, instance.arg(0), instance.arg(1), instance.arg(2), hal.ticks(), hal.write)

    def sp_time(self, task):
        time = hal.clock(task.instance.arg(0))
        return UNSUPPORTED if time is None else time

    def sp_random(self, task):
        instance = task.instance
        length = instance.arg(1)
        hal.random(self._random, length)
        return instance.write(instance.arg(0), self._random, 0, length)

    def sp_cap_find(self, task):
        instance = task.instance
        return task.capabilities.find(instance, instance.arg(0), instance.arg(1))

    # ---------------------------------------------------------------- files

    def sp_fs_open(self, task):
        capabilities = task.capabilities
        instance = task.instance
        directory = instance.target()
        held = capabilities.rights(instance.arg(0))
        flags = instance.arg(3)
        wanted = flags & (_OPEN_READ | _OPEN_WRITE)     # the same bits as the rights READ and WRITE
        if not wanted or (flags & (_OPEN_TRUNCATE | _OPEN_APPEND) and not flags & _OPEN_WRITE):
            return INVAL
        if wanted & ~held:
            return DENIED
        is_directory = flags & _OPEN_DIRECTORY != 0
        if is_directory and flags & (_OPEN_TRUNCATE | _OPEN_APPEND):
            return INVAL
        if is_directory:
            wanted |= flags & _OPEN_CREATE              # and this is the right CREATE
            if wanted & ~held:
                return DENIED
        if capabilities.full():
            return QUOTA
        path = instance.read(instance.arg(1), instance.arg(2))
        node = walk(directory, path, False, is_directory)
        if node == NOTFOUND and flags & _OPEN_CREATE:
            if not held & RIGHT_CREATE:
                return DENIED
            node = walk(directory, path, True, is_directory, task.account)
        if isinstance(node, int):
            return node
        if is_directory:
            return capabilities.insert(node, wanted, instance.arg(0))
        file = OpenFile(node, flags & _OPEN_APPEND != 0)
        error = node.open(flags & _OPEN_WRITE != 0, task.account)
        if error:
            return error
        if flags & _OPEN_TRUNCATE:                      # last: nothing else can fail any more
            error = node.truncate()
            if error:
                node.close()
                return error
        return capabilities.insert(file, wanted, instance.arg(0))

    def sp_fs_read(self, task):
        instance = task.instance
        return instance.target().read(instance.arg(3), instance.arg(2), instance, instance.arg(1))

    def sp_fs_write(self, task):
        instance = task.instance
        return instance.target().write(instance.arg(3), instance.arg(2), instance, instance.arg(1))

    def sp_fs_size(self, task):
        return task.instance.target().file.length()

    def sp_fs_close(self, task):
        return task.capabilities.drop(task.instance.arg(0))

    # ---------------------------------------------------------------- pins

    def sp_gpio_read(self, task):
        return task.instance.target().read()

    def sp_gpio_write(self, task):
        instance = task.instance
        return instance.target().write(instance.arg(1))
