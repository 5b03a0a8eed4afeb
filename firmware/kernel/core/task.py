"""A task: a wasm instance (a wasm3.Instance with one region) and the kernel's record of it.

A restart, by the fault policy or from the prompt, keeps the Task and gives it a new instance and new capabilities.

The task's `thread` (a scheduler.Thread, in C) is the scheduler's part of the record: state, priority, place in the queues,
budget, and the object that the task's current call waits for.

Invariants: `thread.state` says where the scheduler holds the task. A READY task is in a queue. A SLEEPING, WAITING or RESTARTING
task has a running timer or none. In any other state the scheduler does not hold it. `thread.instance` is `instance`. The region
is cleared when its instance ends; anything that the prompt may show afterwards is copied out before.
"""
from scheduler import Thread
from kernel.core.log import Ring

# The same numbers as in cmodules/scheduler/scheduler.h.

READY = const(0)
RUNNING = const(1)
SLEEPING = const(2)
WAITING = const(3)      # inside a call, for the object `thread.waiting` or `thread.block`
RESTARTING = const(4)   # it faulted and restarts after its back-off
ENDED = const(5)        # it returned or called sp_exit
FAULTED = const(6)      # it trapped, exceeded a limit or passed a bad pointer
KILLED = const(7)       # stopped from the prompt or by sp_task_stop

STATES = ("ready", "running", "sleeping", "waiting", "restarting", "ended", "faulted", "killed")

PRIORITIES = const(8)   # 0 runs last, 7 first
PRIORITY_DEFAULT = const(3)
PERIOD_DEFAULT = const(100)     # ms, the period of a budget: 50 slices of 2 ms, too short for a user to notice


class Task:
    """One task.

    `name`: a string; `instance`: a wasm3.Instance, whose region the task now owns; `slice`: fuel of one slice;
    `capabilities`: the task's table; `may_fault`: True where a fault does not make the run fail; `log`: the task's Ring.
    """

    def __init__(self, name, instance, priority, slice, capabilities, may_fault=False, log=None):
        self.name = name
        self.may_fault = may_fault
        self.account = None     # ramfs.Account: counts the data that the task stores
        self.log = log or Ring(name)
        self.plan = None        # kernel.objects.plan.Plan: starts the task again and keeps its region until then
        self.policy = None      # kernel.core.supervisor.Policy: the reaction to a fault; None: the task stays faulted
        self.thread = Thread(self, priority, slice)
        # kept across restarts
        self.restarts = 0
        self.failures = 0       # faults since the last instance that ended well or ran long enough
        self.record = None      # CrashRecord of the last fault
        self._past = (0, 0, (0, 0))     # fuel and calls of all earlier instances, region of the last one
        self.begin(instance, capabilities)

    def begin(self, instance, capabilities):
        """Gives the task a new instance. `instance`, `capabilities`: as for a new task."""
        self.capabilities = capabilities
        self.started = 0        # start time of the instance, microseconds
        self.result = None      # exit code, once the task has ended
        self.instance = self.thread.instance = instance
        capabilities.owner = self
        instance.guard(capabilities)

    @property
    def state(self):
        """The state of the task: READY to KILLED."""
        return self.thread.state

    @property
    def waiting(self):
        """The object that the task's current call waits for, or None. It has leave(), done() and text(), see network.Socket."""
        return self.thread.waiting

    def over(self):
        """Returns True once the task has stopped for good. Only the prompt or sp_task_start can start it again."""
        return self.thread.state >= ENDED

    def fuel(self):
        """Returns the fuel used so far, across restarts."""
        return self._past[0] + (self.instance.fuel() if self.instance else 0)

    def calls(self):
        """Returns the number of system calls made so far, across restarts."""
        return self._past[1] + (self.instance.syscalls() if self.instance else 0)

    def region(self):
        """Returns (peak of the bytes used in the region, size of the region in bytes), of the last instance where there is none now."""
        return self.instance.region() if self.instance else self._past[2]

    def finish(self, state):
        """Ends the instance: stores its statistics, clears its region and releases its capabilities. A task with a plan keeps the
        region for the next start; a task without one returns it to the arena.

        `state`: the new state, the reason for the end. The instance ends even where there is no memory for the statistics. It also
        ends where an object cannot be released; the exception of that object reaches the caller.
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
        """Ends the wait of the current call, whatever the reason. Afterwards the object of that call cannot wake the task."""
        waiting = self.thread.waiting
        if waiting is not None:
            self.thread.waiting = None
            waiting.leave()
            waiting.done()

    def outcome(self):
        """Returns the task's situation in words: "exit 0", "fault: ...", "waits: ..." or "-"."""
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
