"""The supervisor handles a task that ends: it keeps and shows the crash record, releases the region and the capabilities, and
applies the task's fault policy.

The scheduler reports the end of a task, and the supervisor decides what follows. A fault ends one task only, unless the
manifest asks for a reboot. No function here may fail: without memory a crash record is lost, a line is not shown, or a
restart is tried again later.
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


told = None         # told(task): called when a task has ended, so that it informs the watching tasks; allocates and raises nothing

# The fuel that a restart takes off the budget for each byte of the region, which it clears and fills: about its time on a board.
_FUEL_PER_BYTE = const(4)
_FUEL_MAX = const((1 << 30) - 1)
_PERIOD_MAX = const(4)     # the longest cycle of mutually recursive functions that `CrashRecord.repeats` finds


class Policy:
    """A task's fault policy.

    `action`: STOP, RESTART or REBOOT. The other arguments matter for RESTART only. `first`: back-off in ms before the first
    restart; each further back-off is twice as long, up to `maximum` ms. `times`: restarts in a row after which the supervisor
    gives the task up. A fault after a run of at least `maximum` ms starts the count and the back-off anew.
    """

    def __init__(self, action, first, maximum, times):
        self.action = action
        self.first = first
        self.maximum = maximum
        self.times = times

    def delay(self, failures):
        """Returns the back-off in ms after `failures` faults in a row, or -1 where the supervisor gives the task up."""
        if failures > self.times:
            return -1
        delay = self.first
        while failures > 1 and delay < self.maximum:
            delay *= 2
            failures -= 1
        return delay if delay < self.maximum else self.maximum


class CrashRecord:
    """The record of a fault. It holds copies only, since the region is cleared afterwards.

    `reason`: a string; `backtrace`: list of (function index, name or None), innermost first; `places`: for each frame the
    offset of its instruction in the module's code section, or None; `code`: a hash of that section, 16 hexadecimal
    digits; `fuel`, `calls`: fuel used and system calls made since the last start; `last_calls`: list of (name, answer or
    None), the last 8 system calls, the oldest first; `ticks`: the time of the fault.
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
            # This comes last: a task without its module in memory reads it again, and the memory may not suffice.
            try:
                self.places = instance.locate()
            except ValueError:
                if plan:
                    self.places = instance.locate(plan.module())
        except Exception:
            pass

    def repeats(self):
        """Finds recursion, so that its frames are shown once. Returns a list of (depth, period, times): from frame `depth` on,
        the next `period` frames occur `times` times in a row, 3 at least.
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
        """Returns the record of the task `name` as JSON text, for `make backtrace`."""
        frames = [{"function": self.backtrace[depth][0], "name": self.backtrace[depth][1], "offset": place}
                  for depth, place in enumerate(self.places)]
        return json.dumps({"version": 1, "task": name, "reason": self.reason, "code": self.code, "fuel": self.fuel,
                           "calls": self.calls, "last_calls": self.last_calls, "frames": frames, "repeats": self.repeats()})

    def lines(self, name):
        """Returns the record of the task `name` as a list of lines to show."""
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
    # Returns an answer as text, an error code by its name.
    return abi.ERRORS[-1 - value] if -len(abi.ERRORS) <= value < 0 else str(value)


def _reason(task):
    # Returns the runtime's message. Where the task's last call logged an error (a panic), that line comes first.
    instance = task.instance
    reason = escaped(instance.error() or "unknown")
    if reason == "stack overflow":
        reason = 'stack overflow: "stack": %d in the manifest' % (2 * instance.stack())
    calls = instance.calls()
    words = task.log.last_words() if calls and calls[-1][0] == abi.NAMES.index("sp_log") else None
    return reason if words is None else "%s (%s)" % (escaped_bytes(words), reason)


def ended(task):
    """Handles a task that returned or called sp_exit."""
    task.failures = 0
    _finish(task, ENDED)


def killed(task):
    """Ends a task that the prompt or sp_task_stop stops. The caller has removed it from the scheduler. No fault policy applies."""
    if task.instance:
        _finish(task, KILLED)
    else:
        task.thread.state = KILLED         # the task was waiting for its restart
        if told:
            told(task)


def faulted(task, scheduler, reason=None):
    """Handles a fault: keeps and shows the crash record, and applies the fault policy. Returns True where the machine must
    reboot.

    `reason`: given where the kernel found the fault; the caller has then removed the task from the scheduler.
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
    # Compares with the clock that never wraps. Without memory for its value, the answer is False.
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
    """Gives a task a new instance and makes it ready. A task with a budget pays fuel for the restart. A restart that fails counts
    as one more fault.

    Returns True where the machine must reboot, as `faulted` does.
    """
    try:
        started = hal.microseconds()
        instance, capabilities = task.plan.start()
    except Exception as error:      # no memory, or the module is missing or has changed: noted, and tried again
        _note(task, "cannot be started: %s", error)
        task.thread.state = FAULTED
        task.failures += 1
        reboot = _apply(task, scheduler)
        if told and task.over():
            told(task)
        return reboot
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
    # Writes into the kernel's log where there is memory for it. It takes no `*values`, since such a call allocates.
    try:
        if isinstance(first, Exception):
            first = str(first) or type(first).__name__
        values = [value for value in (first, second, third) if value is not None]
        console.note("%s: %s" % (task.name, text % tuple(values)))
    except Exception:
        pass
