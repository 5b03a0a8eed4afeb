"""The system calls: one handler each, found by number, behind one check of the capability.

`refused` of the task's instance checks the capability that the ABI demands before a handler is asked, so none can forget
the check; `target` gives the handler the object. The runtime has checked the arguments before: integers are in their
range, slices lie inside the task's memory. A handler returns the answer, or None if the task now waits. A task that
slept or yielded gets the answer 0; for one that waits for something the call is made once more.

Invariant: the calls that are repeated (all but sp_fs_open, sp_fs_close and writes that grow a file) allocate nothing.
A handler that waits puts the task into a queue as its last act, so that one that raises has moved nothing.
"""
import hal
import abi
from abi import UNSUPPORTED
from kernel.core.log import scratch


class Syscalls:
    """The table of handlers, and those of the task itself. What each call does stands in docs/ABI.md.

    `others`: tuple of objects that have the other handlers as methods, each named like its call.
    """

    def __init__(self, scheduler, others):
        self._scheduler = scheduler
        self.sp_yield = scheduler.add       # ready again, behind the others of its priority
        self._parts = (self,) + others
        # By number.
        self.handlers = tuple([None if abi.IN_RUNTIME[number] else self.handler(name)
                               for number, name in enumerate(abi.NAMES)])

    def handler(self, name):
        """The handler of the call of that name."""
        for part in self._parts:
            if hasattr(part, name):
                return getattr(part, name)
        raise AttributeError(name)

    # ---------------------------------------------------------------- the task itself

    def sp_sleep(self, task):
        milliseconds = task.instance.arg(0)
        if milliseconds == 0:
            self._scheduler.add(task)
            return
        self._scheduler.sleep(task, milliseconds)

    def sp_log(self, task):
        instance = task.instance
        return task.log.take(instance, instance.arg(0), instance.arg(1), instance.arg(2), hal.ticks(), hal.write)

    def sp_time(self, task):
        time = hal.clock(task.instance.arg(0))
        return UNSUPPORTED if time is None else time

    def sp_random(self, task):
        instance = task.instance
        length = instance.arg(1)
        hal.random(scratch, length)         # at most 256 bytes, says the ABI
        return instance.write(instance.arg(0), scratch, 0, length)

    def sp_cap_find(self, task):
        instance = task.instance
        return task.capabilities.find(instance, instance.arg(0), instance.arg(1))
