"""One running system: its tasks, its file system, and the loop that gives the tasks their slices.

The loop runs bursts. A burst is one slice, or several short ones, inside a scheduled callback of MicroPython, which delays
Ctrl-C until the callback ends. So Ctrl-C never cuts a burst in two, and the user can inspect and continue the system
wherever it stopped. Between bursts the loop lets Ctrl-C and other callbacks run.

Invariants: an exception of a handler becomes an error code and a line in the kernel's log; it never stops the system. A burst
allocates nothing while its task makes only calls that allocate nothing. An idle machine sleeps.

Time: timers and slices count microseconds in C, which never wrap. Logs and statistics use ticks: milliseconds in 30 bits, which
need no heap object and wrap after 12.4 days. `_age` brings stored ticks forward every 37 hours; `_come_back` refreshes them after a
long pause. Counters that grow for ever stay small integers: `slices` wraps, and times are stored as whole days and a rest in ms.
"""
import hal
from micropython import schedule
import abi
from kernel.core import console, supervisor
from abi import IO, NOMEM
from scheduler import SLEEP_MAX, lost, until
from kernel.core.syscalls import Syscalls
from kernel.core.task import FAULTED, RUNNING

_EXITED = const(2)          # status of wasm3.Instance.resume
_TICKS_MASK = const(0x3FFFFFFF)
_IDLE_MAX = const(60_000_000)  # us: the machine wakes once a minute at least, which recovers an event that was lost
_AGE = const(1 << 27)       # ms between two calls of `_age`: an eighth of the range of ticks
_DAY = const(86_400_000)    # ms
_LONG_PAUSE = const(31_999)  # in units of `_coarse`: 2^29 ms less one unit
_STEP = const(5)            # ms: half of the time between two steps, so the prompt runs at half its speed at least


def _coarse():
    # Returns the time that never wraps in units of 2^24 microseconds, a small integer for 500 years. Allocates nothing.
    time = hal.now()
    if isinstance(time, int):
        return time >> 24
    return time[3] | time[4] << 8 | time[5] << 16 | (time[6] & 0x3F) << 24


class System:
    """A system that has been built and may have been started.

    `fs`: its RamFS; `scheduler`: a new Scheduler; `others`: the handlers of the calls on objects, see syscalls.Syscalls.
    kernel.objects.kinds.make_system makes a system with every kind of object.
    """

    def __init__(self, fs, scheduler, others):
        self.fs = fs
        self.tasks = []
        self.scheduler = scheduler
        self._handlers = Syscalls(scheduler, others).handlers
        scheduler.bind(self._handlers, self._try_again, self._failed)
        self._burst = self._run_burst       # bound once, so that scheduling it allocates nothing
        self._rouse = self.scheduler.rouse
        self._pending = False               # a burst is scheduled and has not run yet
        self._interrupted = False           # Ctrl-C came inside a handler; the loop raises it after the burst
        self._alive = 0                     # number of tasks that are not over
        self._reboot = False                # a task with the fault policy "reboot" faulted
        self.ran = 0                        # ms that all calls of `run` took so far, without whole days
        self.ran_days = 0
        self.idled = 0                      # ms of them in which no task was ready, without whole days
        self.idled_days = 0
        self._aged = hal.ticks()            # tick of the last call of `_age`
        self._left = -1                     # `_coarse` when the system stopped, -1: it never ran
        self.turns = 0                      # turns of the loop in `run`: the watchdog checks that the count changes
        self.running = False                # `run` has the machine
        self._stepped = -1                  # tick of the last `step`, -1: none since the last `run`
        self._busy = 0                      # ms that the last `step` took

    @property
    def slices(self):
        """The number of slices given so far, modulo 2^30."""
        return self.scheduler.slices

    @slices.setter
    def slices(self, count):
        self.scheduler.slices = count

    def add(self, task):
        """Adds a new task and makes it ready."""
        task.started = hal.microseconds()
        self.tasks.append(task)
        self.scheduler.reserve(len(self.tasks))
        self._alive += 1
        self.scheduler.add(task)

    def find(self, name):
        """Returns the task called `name`. Raises ValueError where there is none."""
        for task in self.tasks:
            if task.name == name:
                return task
        raise ValueError("no task called " + str(name))

    def kill(self, task):
        """Stops a task in any state and clears its region at once. Does nothing where the task is over."""
        if not task.over():
            self.scheduler.remove(task)
            supervisor.killed(task)
            self._alive -= 1

    def close(self):
        """Ends the system: kills every task and releases all regions and files."""
        for task in self.tasks:
            self.kill(task)
            if task.plan:
                task.plan.end()
        self.fs.close()

    def fault(self, task, reason):
        """Ends a task as a fault does, with `reason` in its crash record, and applies its fault policy."""
        if task.instance:
            self.scheduler.remove(task)
            self._faulted(task, reason)

    def start(self, task, delay=0):
        """Starts a task again that is over, after `delay` ms. Raises ValueError where it is not over, or was not made from a plan."""
        if not task.over():
            raise ValueError(task.name + " is not over")
        if not task.plan:
            raise ValueError(task.name + " cannot be started again")
        self._alive += 1
        task.failures = 0
        if delay:
            self.scheduler.restart(task, delay)
        else:
            self._restart(task)

    def revoke(self, thing):
        """Revokes every capability to the object `thing`, and everything opened through one, in all tasks. Returns their number.

        A task that waits in a call on the object wakes, and its call returns REVOKED.
        """
        count = 0
        for task in self.tasks:
            count += task.capabilities.revoke_thing(thing)
        for task in self.tasks:         # only now: what one of them lets go of may not pass to another that has just lost it too
            lost(task)
        return count

    def run(self, milliseconds=-1, forever=False):
        """Runs the system until every task is over or the time has passed. Blocks.

        `milliseconds`: the limit, at most 2^29-1, or -1 for none. `forever`: keep waiting after the last task is over. Never call it
        from a scheduled callback, since MicroPython runs no other callback there. Ctrl-C raises KeyboardInterrupt and
        leaves the system intact; the next `run` continues it. Returns True where a key was pressed that opens the prompt.
        """
        if milliseconds > SLEEP_MAX:
            raise ValueError("a run has a limit of at most %d ms" % SLEEP_MAX)
        self.running = True
        self._stepped = -1
        self._come_back()
        try:
            return self._loop(milliseconds, forever)
        finally:
            self.running = False
            self.paused()

    def paused(self):
        """Records that the system stands still until the next `run` or `step`."""
        self._stepped = -1
        self._left = _coarse()

    def _come_back(self):
        # After a pause too long for ticks to measure, every log may take a full burst again, and every wait for a socket is over.
        if self._left >= 0 and _coarse() - self._left >= _LONG_PAUSE:
            for task in self.tasks:
                task.log.rest()
                if getattr(task.waiting, "limit", -1) >= 0:
                    task.waiting.limit = hal.ticks()

    def _age(self, now):
        # Brings old ticks forward before the counter wraps and they look like the future.
        self._aged = now
        for task in self.tasks:
            task.log.age(now)

    def total(self):
        """Returns (ms that `run` took so far, ms of them in which no task was ready). Large values need a heap object."""
        return self.ran_days * _DAY + self.ran, self.idled_days * _DAY + self.idled

    def _count(self, past, idle):
        # Adds `past` and `idle` (ms) to the statistics and keeps them small integers. A sum that needs a heap object is
        # not counted where there is no memory for it.
        try:
            self.ran += past
            if self.ran >= _DAY:
                self.ran_days += self.ran // _DAY
                self.ran %= _DAY
            self.idled += idle
            if self.idled >= _DAY:
                self.idled_days += self.idled // _DAY
                self.idled %= _DAY
        except MemoryError:
            pass

    def _loop(self, milliseconds, forever):
        last = hal.ticks()
        end = (last + milliseconds) & _TICKS_MASK
        while self._alive or forever:
            now = hal.ticks()
            self._count((now - last) & _TICKS_MASK, 0)
            last = now
            if (now - self._aged) & _TICKS_MASK >= _AGE:
                self._age(now)
            self.turns = (self.turns + 1) & _TICKS_MASK
            if milliseconds >= 0 and until(end, now) <= 0:
                return False
            if hal.typed():
                return True
            if hal.interrupted():
                raise KeyboardInterrupt
            event = hal.advance()
            idle = self.scheduler.idle()
            if idle:
                if idle < 0 or 0 <= event < idle:
                    idle = event
                if idle < 0 or idle > _IDLE_MAX:
                    idle = _IDLE_MAX
                if milliseconds >= 0 and until(end, now) * 1000 < idle:
                    idle = until(end, now) * 1000
                event = hal.idle(idle)
                self._count(0, (hal.ticks() - now) & _TICKS_MASK)
                if not event:
                    continue            # no socket is ready; a timer may be due
            self._pending = True
            try:
                schedule(self._burst, 0)
            except RuntimeError:
                self._pending = False       # other callbacks fill the queue: MicroPython empties it at the next jump
            while self._pending:
                pass                        # MicroPython runs the burst at this jump
            if self._interrupted:
                self._interrupted = False
                raise KeyboardInterrupt
            if self._reboot:
                self._reboot = False
                hal.reboot()
        return False

    def step(self):
        """Runs the ready tasks for a few milliseconds, so that the system goes on behind the prompt. Call it every 10 ms or so
        from a callback, and never while `run` has the machine. Returns the microseconds until the next timer is due, 0 where
        a task is ready, -1 where no timer runs.
        """
        now = hal.ticks()
        if self._stepped >= 0:
            past = (now - self._stepped) & _TICKS_MASK
            self._count(past, past - self._busy if past > self._busy else 0)
        else:
            self._come_back()
        if (now - self._aged) & _TICKS_MASK >= _AGE:
            self._age(now)
        self._stepped = now
        hal.advance()
        end = (now + _STEP) & _TICKS_MASK
        here = now
        while self.scheduler.idle() == 0 or here == now and hal.watched():
            self._run_burst(0)
            here = hal.ticks()
            if self._reboot:
                self._reboot = False
                hal.reboot()
            if until(end, here) <= 0 or here == now:
                break
        self._busy = (here - now) & _TICKS_MASK
        return self.scheduler.idle()

    def _run_burst(self, _):
        # Runs one slice, and further ones until the tick changes, so that tasks that wait for each other alternate
        # quickly. Polls the sockets once a burst, so that busy tasks cannot delay a task that waits for a socket.
        scheduler = self.scheduler
        try:
            now = hal.ticks()
            hal.advance()
            if hal.watched():
                hal.poll(self._rouse)
            while True:
                task = scheduler.run()
                if task is None:
                    break
                if task.instance is None:
                    self._restart(task)
                elif task.thread.status == _EXITED:
                    supervisor.ended(task)
                    self._alive -= 1
                else:
                    self._faulted(task, None)
                if hal.ticks() != now:
                    break
        except BaseException as error:
            task = scheduler.running
            self._failed(task, error)
            if task is not None and task.state == RUNNING:
                scheduler.add(task)
        self._pending = False

    def _faulted(self, task, reason):
        if supervisor.faulted(task, self.scheduler, reason):
            self._reboot = True
        if task.over():
            self._alive -= 1

    def _restart(self, task):
        if supervisor.restart(task, self.scheduler):
            self._reboot = True
        if task.over():
            self._alive -= 1

    def _try_again(self, task):
        # Makes the call that the task waits in once more, beginning with the check of the capability: it may be revoked by
        # now, and the timeout may be over. The task pays the charge again, so that it pays for every packet of its peer.
        task.thread.waiting.leave()
        task.instance.again()
        try:
            answer = task.instance.refused() or self._handlers[task.instance.nr()](task)
        except BaseException as error:
            answer = self._failed(task, error)
        if answer is not None:
            task.stop_waiting()
        return answer

    def _failed(self, task, error):
        # Handles an exception of any handler: returns the error code for the task, and logs the exception where there is
        # memory for it.
        try:
            if task is not None:
                task.stop_waiting()
            if isinstance(error, KeyboardInterrupt):
                self._interrupted = True
                return IO
            number = task.instance.nr() if task and task.instance else -1
            where = "%s: %s failed: " % (task.name, abi.NAMES[number]) if number >= 0 else task.name + ": " if task else ""
            console.note(where + repr(error))
        except Exception:
            pass
        return NOMEM if isinstance(error, MemoryError) else IO

    def good(self):
        """Returns False where a task faulted without `may_fault`."""
        for task in self.tasks:
            if task.state == FAULTED and not task.may_fault:
                return False
        return True
