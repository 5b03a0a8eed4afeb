"""What happens to a task that is over: its record is kept and shown, its region and capabilities go back.

The scheduler reports, this module decides. A fault ends one task and nothing else.
"""
from kernel import abi, console
from kernel.log import escaped
from kernel.task import ENDED, FAULTED, KILLED


class CrashRecord:
    """Why a task faulted: all there is to know once its region is gone.

    `reason`: a string; `backtrace`: list of (function index, name or None), innermost first; `fuel` and `calls`: used
    and made until then; `last_call`: name of its last system call or None.
    """

    def __init__(self, task):
        machine = task.machine
        self.reason = escaped(machine.error() or "unknown")
        self.backtrace = [(index, None if name is None else escaped(name)) for index, name in machine.backtrace()]
        self.fuel = machine.fuel()
        self.calls = machine.syscalls()
        self.last_call = abi.NAMES[task.call] if task.call >= 0 else None

    def lines(self, name):
        """List of lines to show."""
        result = ["%s: fault: %s" % (name, self.reason)]
        for depth, (index, function) in enumerate(self.backtrace):
            result.append("%s:   #%d %s (function %d)" % (name, depth, function or "?", index))
        result.append("%s:   after %d fuel, %d system calls, the last one %s"
                      % (name, self.fuel, self.calls, self.last_call or "none"))
        return result


def ended(task):
    """The task returned or called sp_exit."""
    task.finish(ENDED)


def faulted(task):
    """The task did what no task may: keeps its record, shows it.

    A full heap costs the record, nothing else: the task is over all the same.
    """
    try:
        task.record = CrashRecord(task)
    except MemoryError:
        pass
    task.finish(FAULTED)
    if task.record:
        try:
            for text in task.record.lines(task.name):
                console.line(text)
        except MemoryError:
            pass


def killed(task):
    """Somebody stopped the task, which is in no queue any more."""
    task.finish(KILLED)
