"""The system calls: the table has one handler for each, indexed by the number of the call.

Before each handler runs, `refused` of the task's instance checks the capability that the ABI demands, so no handler can
forget the check. `target` gives the handler the object. The runtime has checked the arguments before: integers are in their
range, and slices lie inside the task's memory. A handler returns the answer, or None if the task now waits. A task that
slept or yielded gets the answer 0. For a task that waited for an object, the kernel makes the call again.

Invariants: every call except sp_fs_open, sp_fs_close and a write that grows a file allocates nothing. A handler that makes
the task wait puts it into a queue as its last step, so a handler that raises an exception has moved no task.
"""
import hal
import abi
from abi import UNSUPPORTED
from kernel.core.log import scratch


class Syscalls:
    """The table of handlers, and the handlers of the ambient calls. docs/ABI.md describes each call.

    `others`: tuple of objects whose methods are the other handlers; each method has the name of its call.
    """

    def __init__(self, scheduler, others):
        self._scheduler = scheduler
        self.sp_yield = scheduler.add       # the task is ready again, behind the others of its priority
        self._parts = (self,) + others
        # Indexed by the number of the call.
        self.handlers = tuple([None if abi.IN_RUNTIME[number] else self.handler(name)
                               for number, name in enumerate(abi.NAMES)])

    def handler(self, name):
        """Returns the handler of the call `name`. Raises AttributeError where there is none."""
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
        hal.random(scratch, length)         # at most 256 bytes, a limit of the ABI
        return instance.write(instance.arg(0), scratch, 0, length)

    def sp_cap_find(self, task):
        instance = task.instance
        return task.capabilities.find(instance, instance.arg(0), instance.arg(1))
