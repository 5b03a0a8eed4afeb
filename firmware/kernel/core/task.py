"""A task as the kernel knows it: a wasm instance (a wasm3.Instance, one region) and what the kernel keeps about it.

A restart, by the fault policy or at the prompt, keeps the Task and gives it a new instance, and its capabilities anew.

Its `thread` (a scheduler.Thread, in C) is what the scheduler keeps: state, priority, place in its queues, budget, and what
the call that the task is in waits for.

Invariants: `thread.state` says where the scheduler has the task (READY: in a queue, SLEEPING, WAITING and RESTARTING: its
timer runs, or nothing does; the others: nowhere); `thread.instance` is `instance`; the region is cleared the moment an
instance ends, and what the prompt may show afterwards was copied out before.
"""
from scheduler import Thread
from kernel.core.log import Ring

# The numbers are those of cmodules/scheduler/scheduler.h.

READY = const(0)
RUNNING = const(1)
SLEEPING = const(2)
WAITING = const(3)      # inside a call, for something that `thread.waiting` knows
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
        self.may_fault = may_fault
        self.account = None     # ramfs.Account: what it stores counts here
        self.log = log or Ring(name)
        self.plan = None        # kernel.objects.plan.Plan: how to start it again; keeps its region meanwhile
        self.policy = None      # kernel.core.supervisor.Policy: what a fault leads to; None: it stays faulted
        self.thread = Thread(self, priority, slice)
        # across restarts
        self.restarts = 0
        self.failures = 0       # faults since the last instance that ended well or ran long enough
        self.record = None      # CrashRecord of the last fault
        self._past = (0, 0, (0, 0))     # fuel and calls of all earlier instances, region of the last of them
        self.begin(instance, capabilities)

    def begin(self, instance, capabilities):
        """Gives the task a new instance. `instance`, `capabilities`: as for a new task."""
        self.capabilities = capabilities
        self.started = 0        # microseconds when it began
        self.result = None      # exit code, once it ended
        self.instance = self.thread.instance = instance
        capabilities.owner = self
        instance.guard(capabilities)

    @property
    def state(self):
        """Where it stands: READY to KILLED."""
        return self.thread.state

    @property
    def waiting(self):
        """What the call that it is in waits for, or None. Has leave(), done() and text(), see network.Socket."""
        return self.thread.waiting

    def over(self):
        """True once the task will never run again, unless it is started from the prompt."""
        return self.thread.state >= ENDED

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
        self.instance = self.thread.instance = None
        if self.plan:
            self.plan.keep(instance)
        else:
            instance.kill()
        self.thread.state = state
        try:
            self.stop_waiting()
        finally:
            self.capabilities.clear()

    def stop_waiting(self):
        """The call it waits in is over, however it ended: nothing wakes the task because of it any more."""
        waiting = self.thread.waiting
        if waiting is not None:
            self.thread.waiting = None
            waiting.leave()
            waiting.done()

    def outcome(self):
        """How it stands, in words: "exit 0", "fault: ...", "waits: ..." or "-"."""
        thread = self.thread
        waiting = thread.waiting or thread.block
        if waiting is not None:
            return "waits: " + waiting.text()
        if thread.state == ENDED:
            return "exit " + str(self.result)
        if thread.state == FAULTED:
            return "fault: " + (self.record.reason if self.record else "no memory for a record")
        if thread.state == KILLED and self.record:
            return self.record.reason
        return "-"
