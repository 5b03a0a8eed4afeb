"""The supervisor: what happens to a task that ends. It keeps and shows the crash record, releases region and capabilities,
and applies the task's fault policy.

The scheduler reports, and this module decides. A fault ends one task and nothing else, unless the manifest says that the
machine reboots. Nothing here may fail: without memory a record is lost, a line is not shown, a restart is tried again
later.
"""
import ujson as json
import hal
import abi
from kernel.core import console
from kernel.core.log import escaped, escaped_bytes
from kernel.core.task import ENDED, FAULTED, KILLED

STOP = const(0)
RESTART = const(1)
REBOOT = const(2)
ACTIONS = ("stop", "restart", "reboot")


told = None         # told(task): a task that watches it wants to know that it has ended; allocates nothing and raises nothing

# What a restart takes off a budget for each byte of the region, which is cleared and filled; about its time on a board.
_FUEL_PER_BYTE = const(4)
_FUEL_MAX = const((1 << 30) - 1)
_PERIOD_MAX = const(4)     # functions that call each other in a circle, for `CrashRecord.repeats`


class Policy:
    """What a fault of a task leads to.

    `action`: STOP, RESTART or REBOOT. The others belong to RESTART. `first`: ms until the first restart; each further
    wait is twice as long, up to `most` ms. `times`: faults in a row after which the task is given up. A task that ran for
    `most` ms before it faulted starts the count and the waits anew.
    """

    def __init__(self, action, first, maximum, times):
        self.action = action
        self.first = first
        self.maximum = maximum
        self.times = times

    def delay(self, failures):
        """Milliseconds until the restart after so many faults in a row, or -1 where the task is given up."""
        if failures > self.times:
            return -1
        delay = self.first
        while failures > 1 and delay < self.maximum:
            delay *= 2
            failures -= 1
        return delay if delay < self.maximum else self.maximum


class CrashRecord:
    """Why a task faulted. Everything is copied out of the region, which is gone afterwards.

    `reason`: a string; `backtrace`: list of (function index, name or None), innermost first; `places`: for each frame the
    offset of its instruction in the module's code section, or None; `code`: a hash of that section, 16 hexadecimal
    digits; `fuel` and `calls`: used and made since its last start; `last_calls`: list of (name, answer or None), the last 8
    system calls, the oldest first; `ticks`: when.
    """

    def __init__(self, instance, reason, plan=None):
        self.reason = reason
        self.backtrace = [(index, None if name is None else escaped(name)) for index, name in instance.backtrace()]
        self.fuel = instance.fuel()
        self.calls = instance.syscalls()
        self.last_calls = [(abi.NAMES[number], answer) for number, answer in instance.calls() if number < len(abi.NAMES)]
        self.ticks = hal.ticks()
        self.code = "%016x" % instance.code()
        self.places = [None] * len(self.backtrace)
        try:
            # Last: where the task did not keep its module it is read again, for which there may be no memory.
            try:
                self.places = instance.locate()
            except ValueError:
                if plan:
                    self.places = instance.locate(plan.module())
        except Exception:
            pass

    def repeats(self):
        """List of (depth, period, times): from that frame on the next `period` frames stand there so often in a row, 3 times
        at least. What recurses is shown once.
        """
        frames = list(zip(self.backtrace, self.places))
        found = []
        at = 0
        while at < len(frames):
            best, after = None, at + 1
            for period in range(1, _PERIOD_MAX + 1):
                end = at + period
                while end + period <= len(frames) and frames[end:end + period] == frames[at:at + period]:
                    end += period
                if end - at >= 3 * period and end > after:
                    best, after = (at, period, (end - at) // period), end
            if best:
                found.append(best)
            at = after
        return found

    def json(self, name):
        """The record of the task `name` as JSON text, for `make backtrace`."""
        frames = [{"function": self.backtrace[depth][0], "name": self.backtrace[depth][1], "offset": place}
                  for depth, place in enumerate(self.places)]
        return json.dumps({"version": 1, "task": name, "reason": self.reason, "code": self.code, "fuel": self.fuel,
                           "calls": self.calls, "last_calls": self.last_calls, "frames": frames, "repeats": self.repeats()})

    def lines(self, name):
        """List of lines to show."""
        result = ["%s: fault: %s" % (name, self.reason)]
        repeated = {at + period: (period, times) for at, period, times in self.repeats()}
        skipped = 0
        for depth, (index, function) in enumerate(self.backtrace):
            if depth in repeated:
                period, times = repeated[depth]
                skipped = depth + period * (times - 1)
                result.append("%s:   %s %d times more" % (name, "the same" if period == 1 else "the last %d" % period, times - 1))
            if depth >= skipped:
                result.append("%s:   #%d %s (function %d)" % (name, depth, function or "?", index))
        result.append("%s:   after %d fuel and %d system calls" % (name, self.fuel, self.calls))
        for call, answer in self.last_calls:
            result.append("%s:   %s = %s" % (name, call, "?" if answer is None else _answer(answer)))
        return result


def _answer(value):
    # An error code by its name.
    return abi.ERRORS[-1 - value] if -len(abi.ERRORS) <= value < 0 else str(value)


def _reason(task):
    # The runtime's words, behind the task's own where it logged an error right before: a panic.
    instance = task.instance
    reason = escaped(instance.error() or "unknown")
    if reason == "stack overflow":
        reason = 'stack overflow: "stack": %d in the manifest' % (2 * instance.stack())
    calls = instance.calls()
    words = task.log.last_words() if calls and calls[-1][0] == abi.NAMES.index("sp_log") else None
    return reason if words is None else "%s (%s)" % (escaped_bytes(words), reason)


def ended(task):
    """The task returned or called sp_exit."""
    task.failures = 0
    _finish(task, ENDED)


def killed(task):
    """The prompt stopped the task, which is nowhere in the scheduler any more. Its policy does not apply."""
    if task.instance:
        _finish(task, KILLED)
    else:
        task.thread.state = KILLED         # it waited for its restart


def faulted(task, scheduler, reason=None):
    """The task did what no task may: keeps its record, shows it, applies its policy. Returns True where the machine is
    to start anew.

    `reason`: of a fault that the kernel found; the task is then nowhere in the scheduler.
    """
    try:
        task.record = CrashRecord(task.instance, reason or _reason(task), task.plan)
    except Exception:
        task.record = None
    policy = task.policy
    if policy and _ran_for(task, policy.maximum):
        task.failures = 0
    task.failures += 1
    _finish(task, KILLED if reason else FAULTED)
    if task.record:
        try:
            lines = task.record.lines(task.name)
            for text in lines:
                for part in console.folded(text, task.name + ":"):
                    console.line(part)
            hal.keep("\n".join(lines))
        except Exception:
            pass
    return _apply(task, scheduler)


def _ran_for(task, milliseconds):
    # By the clock that never wraps; without memory for its number the task is not taken for one that ran long.
    try:
        return hal.microseconds() - task.started >= milliseconds * 1000
    except MemoryError:
        return False


def _apply(task, scheduler):
    policy = task.policy
    if not policy or policy.action == STOP:
        return False
    if policy.action == REBOOT:
        _note(task, "a fault of this task starts the machine anew")
        return True
    delay = policy.delay(task.failures)
    if delay < 0:
        _note(task, "given up after %d restarts", policy.times)
    else:
        _note(task, "restart %d of %d in %d ms", task.failures, policy.times, delay)
        scheduler.restart(task, delay)
    return False


def restart(task, scheduler):
    """Gives a task a new instance and makes it ready; where it has a budget it pays for that. A failure counts as one more fault
    of its policy.

    Returns as `faulted` does.
    """
    try:
        started = hal.microseconds()
        instance, capabilities = task.plan.start()
    except Exception as error:      # no room, the module is gone or is another one: told, and tried again
        _note(task, "cannot be started: %s", error)
        task.thread.state = FAULTED
        task.failures += 1
        return _apply(task, scheduler)
    task.begin(instance, capabilities)
    thread = task.thread
    if thread.budget:
        thread.left = max(thread.left - _FUEL_PER_BYTE * instance.region()[1], -_FUEL_MAX)
    task.started = started
    task.restarts += 1
    scheduler.add(task)
    return False


def _finish(task, state):
    try:
        task.finish(state)
    except Exception as error:
        _note(task, "an object could not be released: %s", error)
    if told:
        told(task)


def _note(task, text, first=None, second=None, third=None):
    # Into the kernel's log, where there is memory for it. No `*values`: already such a call would need memory.
    try:
        if isinstance(first, Exception):
            first = str(first) or type(first).__name__
        values = [value for value in (first, second, third) if value is not None]
        console.note("%s: %s" % (task.name, text % tuple(values)))
    except Exception:
        pass
