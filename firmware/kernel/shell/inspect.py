"""The system in tables for the user: tasks, what they wait for, memory. Lines of text; nothing is changed.

A task's share of the processor is told by its fuel: of the time in which anybody ran, the part that its fuel is of all
fuel. System calls are paid for with fuel, so the kernel's time is in it.
"""
import gc
import hal
import wasm3
from kernel.core.scheduler import until
from kernel.core.task import READY, RESTARTING, SLEEPING, STATES


class Shares:
    """The share of the processor that each task of `system` used between two calls."""

    def __init__(self, system):
        self.system = system
        self._ran = self._idled = 0
        self._fuel = {}
        self._percent = {}

    def look(self):
        """{task: percent} since the last look; the same as then where the system did not run in between."""
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
    """How a task stands, in words: what it waits for, how it ended, or "-"."""
    left = max(until(task.wake, hal.ticks()), 0) if task.timer >= 0 else -1
    if task.state == SLEEPING:
        return "waits: %d ms" % left
    if task.state == RESTARTING:
        return "waits: %d ms to restart" % left
    if task.state == READY and left >= 0:
        return "waits: %d ms for its budget" % left
    return task.outcome()


def table(rows, right):
    """Lines of a list of rows, the first of them the headings. `right`: numbers of the columns aligned at the right."""
    widths = [max([len(row[i]) for row in rows]) for i in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = []
        for i, cell in enumerate(row):
            space = " " * (widths[i] - len(cell))
            cells.append(space + cell if i in right else cell + space)
        lines.append("  ".join(cells).rstrip())
    return lines


def processes(tasks, percent):
    """Every task in a line. `percent`: shares of the processor. The region: bytes used at the peak, and all of it."""
    rows = [("name", "state", "prio", "cpu%", "fuel", "syscalls", "region", "restarts", "outcome")]
    for task in tasks:
        rows.append((task.name, STATES[task.state], str(task.priority), "%.1f" % percent.get(task, 0), str(task.fuel()),
                     str(task.calls()), "%d/%d" % task.region(), str(task.restarts), standing(task)))
    return table(rows, (2, 3, 4, 5, 6, 7))


def memory(system):
    """Where the memory is: the arena and its regions, the RamFS, MicroPython's heap."""
    lines = ["arena: %d bytes, %d free, %d in one piece, %d regions" % wasm3.arena()]
    for task in system.tasks:
        if task.instance:
            used, size = task.region()
            lines.append("  %-10s region %d bytes, %d used at the peak, linear memory %d"
                         % (task.name, size, used, task.instance.memory()))
    limit = system.fs.limit
    lines.append("ramfs: %d bytes, %d of them used" % (limit, system.fs.used))
    lines.append("Python heap: %d bytes used, %d free" % (gc.mem_alloc(), gc.mem_free()))
    return lines
