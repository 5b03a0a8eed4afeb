"""Capabilities to tasks. The holder learns when the named task has ended, and starts or stops it.

A grant names the task. Each grant is an object of its own, with its own count of ends (cmodules/services/event.c).
"""
from services import Watch
from abi import BUSY

GRANTS = ("task",)
OUTSIDE = True          # made last, when the system exists whose tasks the grants name
_MIN = const(100)     # ms between sp_task_start and the start of the task, so that repeated starts cost little
_watches = []           # every Watch of the system, for as long as the system lives


class TaskCalls:
    """The handlers of sp_task_start and sp_task_stop, see kernel.core.syscalls. `system`: the System whose tasks they start and stop."""

    def sp_task_start(self, task):
        system = self.system
        other = system.find(task.instance.target().name())
        if not other.over():
            return BUSY
        system.start(other, max(_MIN, other.policy.first if other.policy else 0))
        return 0

    def sp_task_stop(self, task):
        self.system.kill(self.system.find(task.instance.target().name()))
        return 0


def clear():
    """Forgets the watches of the previous system. Call it when a new system is made."""
    _watches.clear()


def ended(task):
    """Informs every watch on `task` that the task has ended."""
    for watch in _watches:
        if watch.name() == task.name:
            watch.ended()


def parse(manifest, grant, where):
    """See kernel.objects.kinds. `what` is (a Watch,)."""
    manifest.keys(grant, where, ("task", "rights"))
    name = grant["task"]
    if manifest.is_a(name, str, where + ".task", "a string"):
        manifest.named.append((name, where + ".task"))
    return "task", (Watch(name),), manifest.rights(grant, where, "a task", ["read", "write"], ("read", "write", "grant"))


def make(word, what, rights, fs, account):
    """See kernel.objects.kinds."""
    if what[0] not in _watches:
        _watches.append(what[0])
    return what[0]
