"""One running system: its tasks, its file system, and the loop that gives the tasks their slices.

The loop runs bursts. A burst is one slice, or several short ones, inside a scheduled callback of MicroPython, which holds
Ctrl-C back until the callback ends. So Ctrl-C never cuts a burst in two, and the system can be inspected and continued
wherever it stopped. Between bursts the loop lets Ctrl-C and other callbacks through, and an idle machine sleeps.

Invariants: a handler that raises becomes an error code and a line in the kernel's log; it never stops the system. A burst
allocates nothing while its task makes only calls that allocate nothing. An idle machine sleeps.

Time: timers and slices count microseconds in C, which never wrap. Ticks, for logs and statistics, are milliseconds of 30 bits, so that
they make no objects, and wrap after 12.4 days: every 37 hours, and after a long pause (the prompt had the machine), `_age` brings
forward those that are kept. Counts that grow for ever stay small integers: `slices` wraps, times are kept as days and the rest in ms.
"""
import hal
from micropython import schedule
import abi
from kernel.core import console, supervisor
from abi import IO, NOMEM
from scheduler import SLEEP_MAX, lost, until
from kernel.core.syscalls import Syscalls
from kernel.core.task import FAULTED, RUNNING

_EXITED = const(2)          # of wasm3.Instance.resume
_TICKS_MASK = const(0x3FFFFFFF)
_IDLE_MAX = const(60_000_000)  # us; nothing is missed by waking once a minute, and a lost event is found again
_AGE = const(1 << 27)       # ms between two looks at old ticks: an eighth of what ticks can tell apart
_DAY = const(86_400_000)    # ms
_LONG_PAUSE = const(31_999)  # in units of `_coarse`, 2^29 ms less one unit
_STEP = const(5)            # ms: half of the time between two steps, so what has the machine runs at half its speed at least


def _coarse():
    # The time that never wraps, in units of 2^24 microseconds: a small integer for 500 years. Allocates nothing.
    time = hal.now()
    if isinstance(time, int):
        return time >> 24
    return time[3] | time[4] << 8 | time[5] << 16 | (time[6] & 0x3F) << 24


class System:
    """A system that has been built and not necessarily started.

    `fs`: its RamFS; `scheduler`: a new one; `others`: the handlers of the calls on objects, see syscalls.Syscalls.
    kernel.objects.kinds.make_system makes one with everything there is.
    """

    def __init__(self, fs, scheduler, others):
        self.fs = fs
        self.tasks = []
        self.scheduler = scheduler
        self._handlers = Syscalls(scheduler, others).handlers
        scheduler.bind(self._handlers, self._try_again, self._failed)
        self._burst = self._run_burst       # bound once, so that scheduling it makes no object
        self._rouse = self.scheduler.rouse
        self._pending = False               # a burst is scheduled and has not run yet
        self._interrupted = False           # Ctrl-C came where it could not be let through
        self._alive = 0                     # tasks that will run again
        self._reboot = False                # a task faulted whose policy says so
        self.ran = 0                        # ms that `run` took so far, all calls together, without whole days
        self.ran_days = 0
        self.idled = 0                      # ms of it in which no task was ready, as well
        self.idled_days = 0
        self._aged = hal.ticks()            # tick of the last look at old ticks
        self._left = -1                     # `_coarse` when the system stopped, -1: it never ran
        self.turns = 0                      # of the loop in `run`: a watchdog sees that it gets on
        self.running = False                # `run` has the machine
        self._stepped = -1                  # tick of the last `step`, -1: none since the last `run`
        self._busy = 0                      # ms that one took

    @property
    def slices(self):
        """How many were given so far, modulo 2^30."""
        return self.scheduler.slices

    @slices.setter
    def slices(self, count):
        self.scheduler.slices = count

    def add(self, task):
        """Takes a new task in and makes it ready."""
        task.started = hal.microseconds()
        self.tasks.append(task)
        self.scheduler.reserve(len(self.tasks))
        self._alive += 1
        self.scheduler.add(task)

    def find(self, name):
        """The task of that name. Raises ValueError."""
        for task in self.tasks:
            if task.name == name:
                return task
        raise ValueError("no task called " + str(name))

    def kill(self, task):
        """Stops a task wherever it is; its region is cleared at once. Does nothing where it is over."""
        if not task.over():
            self.scheduler.remove(task)
            supervisor.killed(task)
            self._alive -= 1

    def close(self):
        """Ends every task and gives all regions and files back; the system is over."""
        for task in self.tasks:
            self.kill(task)
            if task.plan:
                task.plan.end()
        self.fs.close()

    def fault(self, task, reason):
        """Ends a task as a fault does, with that reason in its crash record; its fault policy decides what comes next."""
        if task.instance:
            self.scheduler.remove(task)
            self._faulted(task, reason)

    def start(self, task, delay=0):
        """Starts a task that is over once more, after so many ms. Raises ValueError if it is not over, or was not made from a plan."""
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
        """Ends every capability to an object, and what was opened through one, in all tasks. Returns how many.

        A task that waits in a call on it is woken and finds it REVOKED.
        """
        count = 0
        for task in self.tasks:
            count += task.capabilities.revoke_thing(thing, lost)
        return count

    def run(self, milliseconds=-1, forever=False):
        """Runs the system until every task is over or that time has passed (-1: no limit). Blocks.

        `milliseconds`: at most 2^29-1. Not to be called from a scheduled callback, where MicroPython runs no other one.
        `forever`: goes on waiting after the last task. Ctrl-C raises KeyboardInterrupt and leaves the system as it
        stands; calling `run` again goes on. Returns True where a key was pressed that the prompt waits for.
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
        """Nothing gives slices any more until the next `run` or `step`."""
        self._stepped = -1
        self._left = _coarse()

    def _come_back(self):
        # After a pause whose end cannot be told from ticks.
        if self._left >= 0 and _coarse() - self._left >= _LONG_PAUSE:
            for task in self.tasks:
                task.log.rest()

    def _age(self, now):
        # Brings ticks forward that lie so far in the past that they would look like the future some day.
        self._aged = now
        for task in self.tasks:
            task.log.age(now)

    def total(self):
        """(ms that `run` took so far, ms of them in which no task was ready), as large as they are."""
        return self.ran_days * _DAY + self.ran, self.idled_days * _DAY + self.idled

    def _count(self, past, idle):
        # Adds to both times; small integers stay small. Where a sum is none and there is no memory for it, it is not counted.
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
                    continue            # nothing happened, or a time is up
            self._pending = True
            try:
                schedule(self._burst, 0)
            except RuntimeError:
                self._pending = False       # others have filled the queue: it empties at the next jump
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
        """Runs what is ready for a few milliseconds and returns: the system behind something else that has the machine,
        the prompt. To be called every 10 ms or so from a callback, never while `run` has the machine. Returns in how many
        microseconds a task's time comes, 0: at once, -1: never.
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
        # quickly. Polls the sockets once a burst, so that tasks that never rest cannot delay those that wait.
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
        # Makes the call that the task waits in once more, from its first check on: its capability may be revoked and its
        # timeout over by now. The task pays for the call again, so that a peer's packets cost the task that wants them.
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
        # The catch-all of every handler: returns the task's error code and logs the rest, if there is memory for it.
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
        """False where a task faulted that was not allowed to."""
        for task in self.tasks:
            if task.state == FAULTED and not task.may_fault:
                return False
        return True
