"""A task as the kernel knows it: a machine (the wasm3 task, one region) and what the kernel keeps about it.

Invariants: `state` says which queue the task is in (READY: the one of its priority, SLEEPING: the timers, WAITING: the
timers where the wait has an end, the others: none), `link` chains it there, so no queue ever allocates; the region is given back the moment the task is over, and
everything a person may ask afterwards was copied out before.
"""
from micropython import const
from kernel.log import Ring

READY = const(0)
RUNNING = const(1)
SLEEPING = const(2)
WAITING = const(3)      # inside a call, for something that `waiting` knows
ENDED = const(4)        # it returned or called sp_exit
FAULTED = const(5)      # it did something a task may not do
KILLED = const(6)       # somebody stopped it

STATES = ("ready", "running", "sleeping", "waiting", "ended", "faulted", "killed")

PRIORITIES = const(8)   # 0 runs last, 7 first
PRIORITY_DEFAULT = const(3)


class Task:
    """One task.

    `name`: a string; `machine`: a wasm3.Task, whose region now belongs to this object; `slice`: fuel of one slice;
    `capabilities`: its table; `may_fault`: whether the run counts as good when it faults.
    """

    def __init__(self, name, machine, priority, slice, capabilities, may_fault=False):
        self.name = name
        self.priority = priority
        self.slice = slice
        self.capabilities = capabilities
        self.may_fault = may_fault
        self.account = None     # ramfs.Account: what it stores counts here
        self.log = Ring(name)
        self.state = READY
        self.link = None        # the next task in the queue this one is in
        self.wake = 0           # SLEEPING, WAITING: tick at which to wake; -1: none
        self.waiting = None     # what the call it is in waits for: has leave(), done() and text(), see net.Socket
        self.answer = 0         # result of the call it waits for, given at the next resume
        self.call = -1          # number of its last call
        self.machine = machine
        # Bound once: taking a bound method from an instance would make a new object at every call.
        self.resume = machine.resume
        self.number = machine.nr
        self.argument = machine.arg
        self.check = capabilities.check
        # filled in when the task is over
        self.result = None      # exit code
        self.record = None      # CrashRecord
        self._fuel = 0
        self._calls = 0
        self._region = (0, 0)

    def over(self):
        """True once the task will never run again."""
        return self.state >= ENDED

    def fuel(self):
        """Fuel used so far."""
        return self.machine.fuel() if self.machine else self._fuel

    def calls(self):
        """System calls made so far."""
        return self.machine.syscalls() if self.machine else self._calls

    def region(self):
        """(bytes of its region used at the peak, bytes of the region)."""
        return self.machine.region() if self.machine else self._region

    def finish(self, state):
        """Makes the task over, in that state: keeps its figures, gives region and capabilities back."""
        self.stop_waiting()
        machine = self.machine
        self._fuel = machine.fuel()
        self._calls = machine.syscalls()
        self._region = machine.region()
        if state == ENDED:
            self.result = machine.result()
        self.machine = self.resume = self.number = self.argument = None
        machine.kill()
        self.capabilities.clear()
        self.state = state

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
            return "exit %d" % self.result
        if self.state == FAULTED:
            return "fault: " + (self.record.reason if self.record else "no memory for a record")
        return "-"
