"""Tasks that look after other tasks: told when one has ended, they start or stop it.

A grant names the task. Each is an object of its own, with its own count of ends (cmodules/services/event.c).
"""
from services import Watch
from abi import BUSY

GRANTS = ("task",)
OUTSIDE = True          # made when there is a system whose tasks those are
_MIN = const(100)     # ms until a task that was started runs, so that starting it again and again costs little
_watches = []           # every one that was made; they live as long as the system


class TaskCalls:
    """The handlers of sp_task_start and sp_task_stop, see kernel.core.syscalls. `system`: whose tasks those are."""

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
    """A new system: no task watches anything yet."""
    _watches.clear()


def ended(task):
    """Tells who watches a task that it has ended."""
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
