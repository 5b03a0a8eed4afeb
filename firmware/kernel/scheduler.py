"""Who runs next: fixed priorities, round robin inside one, a queue of sleepers, and those who wait for an event.

The scheduler only keeps order; who runs how long and what happens to a task that ends is decided elsewhere. A guard
gives every so-many-th slice to a lower priority in turn, so that an endless loop with a high priority slows the others
down but does not stop them.

Invariants: a task is in at most one queue, chained by `task.link`; sleepers are sorted by the tick at which they wake;
ticks have 30 bits and count round every 12.4 days, so they are compared by their difference alone. Nothing here
allocates.
"""
from micropython import const
from kernel.task import READY, RUNNING, SLEEPING, WAITING, PRIORITIES

_TICKS_MASK = const(0x3FFFFFFF)
_TICKS_HALF = const(0x20000000)
SLEEP_MOST = const(_TICKS_HALF - 1)     # the longest time whose end can be told from the past

# Every 32nd slice: 3 % for those who would get nothing, at 2 ms a slice a turn every 64 ms.
_GUARD = const(32)

# _HIGHEST[mask]: number of the highest bit set, for 8 priorities.
_HIGHEST = bytes([0] + [bit for bit in range(PRIORITIES) for _ in range(1 << bit)])


def until(tick, now):
    """Milliseconds from `now` to `tick`; below 0 where it is past. Right across the wrap, up to SLEEP_MOST apart."""
    return ((tick - now + _TICKS_HALF) & _TICKS_MASK) - _TICKS_HALF


class Scheduler:
    """The queues of all tasks that may run again."""

    def __init__(self):
        self._first = [None] * PRIORITIES
        self._last = [None] * PRIORITIES
        self._ready = 0             # bit mask of the priorities that have a task ready
        self._sleepers = None
        self._turn = 0              # slices since the guard last stepped in
        self._guarded = 0           # the priority it gave a slice to

    def add(self, task):
        """Makes the task ready, behind the others of its priority."""
        priority = task.priority
        task.state = READY
        task.link = None
        if self._ready & (1 << priority):
            self._last[priority].link = task
        else:
            self._first[priority] = task
            self._ready |= 1 << priority
        self._last[priority] = task

    def next(self):
        """Takes the task whose turn it is out of its queue, or None where nobody is ready."""
        ready = self._ready
        if not ready:
            return None
        priority = _HIGHEST[ready]
        self._turn += 1
        if self._turn >= _GUARD:
            self._turn = 0
            priority = self._guard(priority)
        task = self._first[priority]
        self._first[priority] = task.link
        if task.link is None:
            self._last[priority] = None
            self._ready = ready & ~(1 << priority)
        task.link = None
        task.state = RUNNING
        return task

    def _guard(self, highest):
        # The next priority below the one the guard chose last, round and round, so that each gets its turn.
        priority = self._guarded
        for _ in range(PRIORITIES):
            priority = priority - 1 if priority else highest
            if self._ready & (1 << priority):
                break
        self._guarded = priority
        return priority

    def sleep(self, task, milliseconds, now):
        """Makes the task sleep that long, 0..SLEEP_MOST ms, from tick `now`."""
        wake = (now + milliseconds) & _TICKS_MASK
        task.wake = wake
        task.state = SLEEPING
        before = None
        after = self._sleepers
        while after is not None and until(after.wake, wake) <= 0:
            before = after
            after = after.link
        task.link = after
        if before is None:
            self._sleepers = task
        else:
            before.link = task

    def wait(self, task, milliseconds, now):
        """Makes the task wait for `rouse`, but no longer than that, 0..SLEEP_MOST ms from tick `now`; -1: no limit."""
        if milliseconds >= 0:
            self.sleep(task, milliseconds, now)
        else:
            task.wake = -1
            task.link = None
        task.state = WAITING

    def rouse(self, task):
        """Makes a task ready that waits: what it waits for may have come. Does nothing to one that does not wait."""
        if task.state == WAITING:
            self.remove(task)
            self.add(task)

    def wake(self, now):
        """Makes every task ready whose time has come, whether it sleeps or waits."""
        task = self._sleepers
        while task is not None and until(task.wake, now) <= 0:
            self._sleepers = task.link
            self.add(task)
            task = self._sleepers

    def idle(self, now):
        """Milliseconds the machine may sleep: 0 where a task is ready, -1 where none has a time to wake."""
        if self._ready:
            return 0
        if self._sleepers is None:
            return -1
        left = until(self._sleepers.wake, now)
        return left if left > 0 else 0

    def remove(self, task):
        """Takes a task that is not running out of whatever queue it is in."""
        if task.state == READY:
            self._first[task.priority] = self._without(self._first[task.priority], task)
            self._mend(task.priority)
        elif task.state == SLEEPING or (task.state == WAITING and task.wake >= 0):
            self._sleepers = self._without(self._sleepers, task)
        task.link = None

    def _without(self, first, task):
        if first is task:
            return task.link
        before = first
        while before.link is not task:
            before = before.link
        before.link = task.link
        return first

    def _mend(self, priority):
        # The last of the queue and the bit in the mask, after something was taken out of the middle.
        last = task = self._first[priority]
        while task is not None:
            last = task
            task = task.link
        self._last[priority] = last
        if last is None:
            self._ready &= ~(1 << priority)
