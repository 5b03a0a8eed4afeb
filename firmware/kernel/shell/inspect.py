"""Tables about the system for the user: tasks, their waits, memory. The functions return lines of text and change nothing.

A task's share of the processor follows from its fuel: the busy time of the system is divided among the tasks in proportion to
the fuel that they used. A task pays fuel for its system calls, so its share includes the kernel's time for them.
"""
import gc
import hal
import wasm3
from kernel.core.console import COLUMNS
from kernel.core.task import READY, RESTARTING, SLEEPING, STATES

_NAME_MAX = const(16)      # characters: a longer name goes on a line of its own


class Shares:
    """The share of the processor that each task of `system` used between two calls."""

    def __init__(self, system):
        self.system = system
        self._ran = self._idled = 0
        self._fuel = {}
        self._percent = {}

    def look(self):
        """Returns {task: percent} since the last call; the last result again where the system has not run since."""
        system = self.system
        fuel = {task: task.fuel() for task in system.tasks}
        total, idled = system.total()
        ran = total - self._ran
        if ran > 0:
            used = {task: fuel[task] - self._fuel.get(task, 0) for task in fuel}
            busy = 100 * (ran - (idled - self._idled)) / ran / max(sum(used.values()), 1)
            self._percent = {task: busy * used[task] for task in used}
            self._ran, self._idled, self._fuel = total, idled, fuel
        return self._percent


def standing(task):
    """Returns the task's situation in words: its wait, its end, or "-"."""
    thread = task.thread
    left = max((thread.due - hal.microseconds() + 999) // 1000, 0) if thread.timer >= 0 else -1
    if thread.state == SLEEPING:
        return "waits: %d ms" % left
    if thread.state == RESTARTING:
        return "waits: %d ms to restart" % left
    if thread.state == READY and left >= 0:
        return "waits: %d ms for its budget" % left
    return task.outcome()


def table(rows, right):
    """Returns the lines of a table. `rows`: the headings, then the rows; `right`: numbers of the right-aligned columns.

    No line is wider than a terminal: a long name goes on a line above its row, and a last column that does not fit goes below.
    """
    last = len(rows[0]) - 1
    widths = [max([len(row[i]) for row in rows if i or len(row[i]) <= _NAME_MAX]) for i in range(last + 1)]
    gap = "  " if sum(widths) + 2 * last <= COLUMNS else " "
    lines = []
    for row in rows:
        cells = []
        for i in range(last):
            cell = row[i]
            if not i and len(cell) > widths[0]:
                lines.append(cell)
                cell = ""
            space = " " * (widths[i] - len(cell))
            cells.append(space + cell if i in right else cell + space)
        text = gap.join(cells)
        if len(text) + len(gap) + len(row[last]) <= COLUMNS:
            lines.append(text + gap + row[last])
        else:
            lines.append(text.rstrip())
            lines.append("    " + row[last])
    return lines


def short(number):
    """Returns a count in at most 7 characters: 1234567, 12345k."""
    maximum = 10_000_000
    for unit in ("", "k", "M", "G", "T"):
        if number < maximum:
            return str(number) + unit
        number //= 1000
        maximum = 1_000_000
    return str(number) + "P"


def processes(tasks, percent):
    """Returns a table with one row for each task. `percent`: shares of the processor. Region: peak of the bytes used, and size."""
    rows = [("name", "state", "prio", "cpu%", "fuel", "syscalls", "region", "restarts", "outcome")]
    for task in tasks:
        rows.append((task.name, STATES[task.state], str(task.thread.priority), "%.1f" % percent.get(task, 0), short(task.fuel()),
                     short(task.calls()), "%d/%d" % task.region(), str(task.restarts), standing(task)))
    return table(rows, (2, 3, 4, 5, 6, 7))


def memory(system):
    """Returns lines about the use of memory: the arena and its regions, the RamFS, MicroPython's heap."""
    lines = ["arena: %d bytes, %d free, %d in one piece, %d regions" % wasm3.arena()]
    for task in system.tasks:
        if task.instance:
            used, size = task.region()
            lines.append("  %-10s region %d bytes, %d used at the peak, linear memory %d"
                         % (task.name, size, used, task.instance.memory()))
        account = task.account
        thread = task.thread
        lines.append("  %-10s capabilities %d of %d, files %d of %s bytes, objects %d of %d, buffers %d of %d bytes, budget %s, %d lines refused"
                     % (task.name, len(task.capabilities.held()), task.capabilities.slots, account.used, account.limit or "any",
                        account.objects, account.objects_max, account.buffers, account.buffers_max,
                        "%d of %d" % (thread.left, thread.budget) if thread.budget else "any", task.log.refused))
    limit = system.fs.limit
    lines.append("ramfs: %d bytes, %d of them used" % (limit, system.fs.used))
    lines.append("Python heap: %d bytes used, %d free" % (gc.mem_alloc(), gc.mem_free()))
    return lines
