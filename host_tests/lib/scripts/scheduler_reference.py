"""The plain twin of cmodules/scheduler, in Python: fixed priorities, round robin inside one, CPU budgets, a heap of timers.

Here a task is its own thread. `test_scheduler.py` runs its tests on both, and random operations on both at once.

The scheduler only keeps order. The system's loop decides how long a task runs; the supervisor decides what happens to a
task that ends.

- A task that has used up its budget of fuel runs only while no other task is ready, until its next period begins.
- A starvation guard gives a slice to a lower priority in turn after a higher one has run for so many slices. An endless
  loop therefore slows the others down and does not stop them. The guard never delays a task that has just become ready
  above the one that ran last, so a task of high priority is late by one slice at most.

Invariants: a READY task is in exactly one queue (`task.queue`), chained by `link` and `back`. A task that waits for a
time is in the heap at `task.timer` (-1: it is not); a task over its budget is in both, for the end of its period. Time is
the machine's, in microseconds. Nothing here allocates but the first `_push` of so many timers (see `reserve`). The cost of a slice does not depend on the number of tasks; the cost of a
timer grows with its logarithm.
"""
from micropython import const
from kernel.core.task import READY, RUNNING, SLEEPING, WAITING, RESTARTING, PRIORITIES

# Every 32nd slice: lower priorities get 3 % of the processor, and with slices of 2 ms a turn every 64 ms.
_GUARD = const(32)

_OVER_BUDGET = const(8)                 # the queue behind those of the priorities

# _HIGHEST[mask]: number of the highest bit set, for the lower four of 8 priorities and, by 4 more, for the upper ones.
_HIGHEST = b"\0\0\1\1\2\2\2\2\3\3\3\3\3\3\3\3"


class Scheduler:
    """The queues of all tasks that are not over."""

    def __init__(self, machine):
        self._machine = machine
        self._first = [None] * (PRIORITIES + 1)
        self._last = [None] * (PRIORITIES + 1)
        self._ready = 0             # bit mask of the priorities that have a task ready
        self._timers = []           # a binary heap: the earliest first, each before those at 2i+1 and 2i+2
        self._waiting = 0           # how many there are in it
        self._turn = 0              # slices since the guard last gave one away, while a lower priority was ready
        self._recent = 0            # priority of the last slice
        self._guarded = 0           # the priority the guard gave a slice to

    # ---------------------------------------------------------------- ready tasks

    def add(self, task):
        """Makes the task ready, behind the others of its priority."""
        task.state = READY
        self._append(task, task.priority)
        self._ready |= 1 << task.priority

    def next(self):
        """Takes the task whose turn it is out of its queue, or None where no task is ready."""
        now = self._machine.now() // 1000
        while self._ready:
            ready = self._ready
            priority = _HIGHEST[ready >> 4] + 4 if ready > 15 else _HIGHEST[ready]
            if self._ready & ((1 << priority) - 1):
                self._turn += 1
                if self._turn >= _GUARD and priority <= self._recent:
                    self._turn = 0
                    priority = self._guard(priority)
                else:
                    self._recent = priority
            else:
                self._turn = 0
                self._recent = priority
            task = self._first[priority]
            self._unlink(task)
            if task.budget and not self._affords(task, now):
                self._append(task, _OVER_BUDGET)
                task.due = task.period_end * 1000
                self._push(task)
                continue
            task.state = RUNNING
            return task
        task = self._first[_OVER_BUDGET]
        if task is not None:
            self._unlink(task)
            self._pull(task)
            task.state = RUNNING
        return task

    def _affords(self, task, now):
        # True where something is left of the task's budget for this period, at that millisecond. What it used beyond one is
        # missing in the next.
        if not 0 < task.period_end - now <= task.period:
            task.period_end = now + task.period
            task.left = task.budget + (task.left if task.left < 0 else 0)
        return task.left > 0

    def _guard(self, highest):
        # The next priority below the one the guard chose last, round and round, so that each gets its turn.
        priority = self._guarded
        for _ in range(PRIORITIES):
            priority = priority - 1 if priority else highest
            if self._ready & (1 << priority):
                break
        self._guarded = priority
        return priority

    def idle(self):
        """Microseconds the machine may sleep: 0 where a task is ready, -1 where none has a time to wake."""
        if self._ready or self._first[_OVER_BUDGET] is not None:
            return 0
        if self._waiting == 0:
            return -1
        left = self._timers[0].due - self._machine.now()
        return 0 if left < 0 else left if left < 1 << 30 else (1 << 30) - 1

    # ---------------------------------------------------------------- waiting tasks

    def sleep(self, task, milliseconds):
        """Makes the task sleep that long."""
        task.state = SLEEPING
        task.due = self._machine.now() + milliseconds * 1000
        self._push(task)

    def wait(self, task, milliseconds):
        """Makes the task wait for `rouse`, but no longer than that; -1: no limit."""
        if milliseconds >= 0:
            self.sleep(task, milliseconds)
        task.state = WAITING

    def restart(self, task, milliseconds):
        """Makes a task that is over ready again after that time. The loop finds it without an instance and makes one."""
        self.sleep(task, milliseconds)
        task.state = RESTARTING

    def rouse(self, task):
        """Makes a task ready that waits: what it waits for may have come. Does nothing to one that does not wait."""
        if task.state == WAITING:
            self.remove(task)
            self.add(task)

    def wake(self):
        """Makes every task ready whose time has come, whatever it waits for."""
        now = self._machine.now()
        while self._waiting and self._timers[0].due <= now:
            task = self._timers[0]
            self.remove(task)
            self.add(task)

    def remove(self, task):
        """Takes a task that is not running out of wherever it is."""
        if task.state == READY:
            self._unlink(task)
        if task.timer >= 0:
            self._pull(task)

    @property
    def timers(self):
        """How many run."""
        return self._waiting

    def reserve(self, count):
        """Makes room for the timers of that many tasks, so that none of them allocates."""
        missing = count - len(self._timers)
        if missing > 0:
            self._timers.extend([None] * missing)

    # ---------------------------------------------------------------- queues

    def _append(self, task, queue):
        last = self._last[queue]
        task.queue = queue
        task.link = None
        task.back = last
        if last is None:
            self._first[queue] = task
        else:
            last.link = task
        self._last[queue] = task

    def _unlink(self, task):
        before = task.back
        after = task.link
        queue = task.queue
        if before is None:
            self._first[queue] = after
            if after is None:
                self._ready &= ~(1 << queue)
        else:
            before.link = after
        if after is None:
            self._last[queue] = before
        else:
            after.back = before
        task.link = task.back = None

    # ---------------------------------------------------------------- the heap of timers

    def _push(self, task):
        place = self._waiting
        if place == len(self._timers):
            self._timers.append(None)
        self._waiting = place + 1
        self._rise(task, place)

    def _pull(self, task):
        # Out of the heap; the last one fills the gap.
        last = self._waiting - 1
        self._waiting = last
        place = task.timer
        task.timer = -1
        moved = self._timers[last]
        self._timers[last] = None
        if moved is not task:
            self._sink(moved, place)

    def _rise(self, task, place):
        timers = self._timers
        while place:
            above = (place - 1) >> 1
            other = timers[above]
            if other.due <= task.due:
                break
            timers[place] = other
            other.timer = place
            place = above
        timers[place] = task
        task.timer = place

    def _sink(self, task, place):
        timers = self._timers
        while True:
            below = 2 * place + 1
            if below >= self._waiting:
                break
            other = timers[below]
            if below + 1 < self._waiting and other.due > timers[below + 1].due:
                below += 1
                other = timers[below]
            if other.due >= task.due:
                break
            timers[place] = other
            other.timer = place
            place = below
        self._rise(task, place)
