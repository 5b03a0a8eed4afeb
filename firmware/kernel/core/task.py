"""A task as the kernel knows it: a wasm instance (a wasm3.Instance, one region) and what the kernel keeps about it.

A restart, by the fault policy or at the prompt, keeps the Task and gives it a new instance and new capabilities.

Invariants: `state` says where the scheduler has the task (READY: in a queue, SLEEPING, WAITING and RESTARTING: its
timer runs, or nothing does; the others: nowhere), `link`, `back` and `timer` are its place there, so no queue ever
allocates; the region is cleared the moment an instance ends, and what the prompt may show afterwards was copied out
before.
"""
from kernel.core.log import Ring

READY = const(0)
RUNNING = const(1)
SLEEPING = const(2)
WAITING = const(3)      # inside a call, for something that `waiting` knows
RESTARTING = const(4)   # it faulted and restarts when its time has come
ENDED = const(5)        # it returned or called sp_exit
FAULTED = const(6)      # it did something a task may not do
KILLED = const(7)       # stopped from the prompt

STATES = ("ready", "running", "sleeping", "waiting", "restarting", "ended", "faulted", "killed")

PRIORITIES = const(8)   # 0 runs last, 7 first
PRIORITY_DEFAULT = const(3)
PERIOD_DEFAULT = const(100)     # ms of a budget: short enough not to be noticed, 50 slices of 2 ms long


class Task:
    """One task.

    `name`: a string; `instance`: a wasm3.Instance, whose region now belongs to this object; `slice`: fuel of one slice;
    `capabilities`: its table; `may_fault`: whether the run counts as good when it faults; `log`: its Ring.
    """

    def __init__(self, name, instance, priority, slice, capabilities, may_fault=False, log=None):
        self.name = name
        self.priority = priority
        self.slice = slice
        self.may_fault = may_fault
        self.account = None     # ramfs.Account: what it stores counts here
        self.log = log or Ring(name)
        self.plan = None        # kernel.objects.plan.Plan: how to start it again; keeps its region meanwhile
        self.policy = None      # kernel.core.supervisor.Policy: what a fault leads to; None: it stays faulted
        # the scheduler's
        self.state = READY
        self.queue = 0          # READY: which queue
        self.link = None        # the next one there
        self.back = None        # the one before
        self.timer = -1         # place in the heap of timers
        self.wake = 0           # tick of the timer
        self.budget = 0         # fuel in a period; 0: no limit
        self.period = PERIOD_DEFAULT
        self.period_end = 0     # tick
        self.left = 0           # of the budget in this period; below 0: owed
        # across restarts
        self.restarts = 0
        self.failures = 0       # faults since the last instance that ended well or ran long enough
        self.record = None      # CrashRecord of the last fault
        self._past = (0, 0, (0, 0))     # fuel and calls of all earlier instances, region of the last of them
        self.begin(instance, capabilities)

    def begin(self, instance, capabilities):
        """Gives the task a new instance. `instance`, `capabilities`: as for a new task."""
        self.capabilities = capabilities
        self.answer = 0         # result of the call it waits for, given at the next resume
        self.waiting = None     # what the call it is in waits for: has leave(), done() and text(), see net.Socket
        self.started = 0        # microseconds when it began
        self.result = None      # exit code, once it ended
        self.instance = instance
        capabilities.guard(instance)

    def over(self):
        """True once the task will never run again, unless it is started from the prompt."""
        return self.state >= ENDED

    def fuel(self):
        """Fuel used so far, across restarts."""
        return self._past[0] + (self.instance.fuel() if self.instance else 0)

    def calls(self):
        """System calls made so far, across restarts."""
        return self._past[1] + (self.instance.syscalls() if self.instance else 0)

    def region(self):
        """(bytes of its region used at the peak, bytes of the region); of the last instance where it has none."""
        return self.instance.region() if self.instance else self._past[2]

    def finish(self, state):
        """Ends the instance: keeps its figures, clears its region and keeps that for the next start (without a plan gives it
        back), gives capabilities back.

        `state`: why. The instance ends even where there is no memory for the figures, or where an object cannot be
        released, whose exception comes through.
        """
        instance = self.instance
        try:
            if state == ENDED:
                self.result = instance.result()
            self._past = (self.fuel(), self.calls(), instance.region())
        except MemoryError:
            pass
        self.instance = None
        if self.plan:
            self.plan.keep(instance)
        else:
            instance.kill()
        self.state = state
        try:
            self.stop_waiting()
        finally:
            self.capabilities.clear()

    def stop_waiting(self):
        """The call it waits in is over, however it ended: nothing wakes the task because of it any more."""
        waiting = self.waiting
        if waiting is not None:
            self.waiting = None
            waiting.leave()
            waiting.done()

    def outcome(self):
        """How it stands, in words: "exit 0", "fault: ...", "waits: ..." or "-"."""
        if self.waiting is not None:
            return "waits: " + self.waiting.text()
        if self.state == ENDED:
            return "exit " + str(self.result)
        if self.state == FAULTED:
            return "fault: " + (self.record.reason if self.record else "no memory for a record")
        if self.state == KILLED and self.record:
            return self.record.reason
        return "-"
