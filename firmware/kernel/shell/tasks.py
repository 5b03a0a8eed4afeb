"""The commands that look at tasks and change them."""
from kernel.core import console
from kernel.core.capability import rights_words
from kernel.core.log import escaped, escaped_bytes
from kernel.shell import inspect, running

LEVELS = ("error", "warning", "info", "debug")

_shares = None          # inspect.Shares of the current system


@running.still
def ps():
    """Shows every task. State, priority, share of the processor since the last look, fuel and system calls so far, bytes
    of its region used at the peak and in all, restarts, and what it waits for or how it ended.
    """
    percent = _look()
    console.show_folded(inspect.processes(running.system.tasks, percent))


def top(seconds=1, count=10):
    """Runs the system and shows the busiest tasks. At most `count` of them, after so many seconds."""
    _look()
    running.run(seconds)
    percent = _look()
    console.show_folded(inspect.processes(sorted(running.system.tasks, key=lambda task: -percent.get(task, 0))[:count], percent))


@running.still
def kill(name):
    """Ends a task as a fault does. It leaves a crash record that shows where it was, and its fault policy decides what
    comes next. Raises ValueError where there is no such task.
    """
    running.the_system().fault(running.system.find(name), "killed at the prompt")


@running.still
def stop(name):
    """Ends a task, whatever its fault policy says. `start` begins it anew. Raises ValueError where there is none."""
    running.the_system().kill(running.system.find(name))


@running.still
def start(name):
    """Begins a task that is over anew. It is as after booting. Raises ValueError where there is none, or it is not over."""
    running.the_system().start(running.system.find(name))


@running.still
def restart(name):
    """Ends a task and begins it anew. It may be over already. Raises ValueError where there is no such task."""
    stop(name)
    start(name)


@running.still
def crash(name=None, file=None):
    """Shows crash records, or writes one to a file. Of a task, or of all that have one: reason, backtrace, fuel, the last
    system calls.

    `file`: where to write it instead, as JSON for `make backtrace`. Raises ValueError where there is none to write.
    """
    if file:
        record = running.the_system().find(name).record
        if not record:
            raise ValueError(name + " has no crash record")
        with open(file, "w") as stream:
            stream.write(record.json(name) + "\n")
        return
    tasks = [running.the_system().find(name)] if name else [task for task in running.the_system().tasks if task.record]
    for task in tasks:
        console.show_folded(task.record.lines(task.name) if task.record else ["%s: no crash record" % name], task.name + ":")


@running.still
def log(name=None):
    """Shows what is left in the log rings. Of a task, or of all; lines that never reached the console too."""
    for task in [running.the_system().find(name)] if name else running.the_system().tasks:
        for level, text in task.log.lines():
            console.show("%s: %s: %s" % (task.name, LEVELS[level], escaped_bytes(text)))


@running.still
def revoke(name, granted):
    """Takes an object away from every task. It is the one that the task `name` was granted under that name.

    Raises ValueError where the task holds nothing of that name.
    """
    for _, thing, _, word in running.the_system().find(name).capabilities.held():
        if word == granted:
            console.note("%s: %s is revoked, %d capabilities" % (name, escaped(granted), running.system.revoke(thing)))
            return
    raise ValueError("%s holds nothing called %s" % (name, granted))


@running.still
def caps(name):
    """Shows the capabilities a task holds. Identifier, name, rights, what it is."""
    for identifier, thing, rights, granted in running.the_system().find(name).capabilities.held():
        words = " ".join(rights_words(rights))
        what = thing.text() if hasattr(thing, "text") else _full_path(thing)
        console.show_folded(["%d  %s  %s  %s" % (identifier, escaped(granted or "-"), words, what)])


def _look():
    # Returns the shares of the processor since the last look at the current system.
    global _shares
    system = running.the_system()
    if not _shares or _shares.system is not system:
        _shares = inspect.Shares(system)
    return _shares.look()


def _full_path(thing):
    node = getattr(thing, "file", thing)
    names = []
    while node.parent:
        names.insert(0, escaped_bytes(node.name))
        node = node.parent
    return "/" + "/".join(names)
