# usage: slices.py MODULE TASKS - prints what a slice costs, all but its fuel, with that many tasks ready, and what it
# costs to put a task to sleep and to wake it with that many asleep.
import sys
import wasm3
from kernel.core.capability import Capabilities
from kernel.objects.ramfs import RamFS
from scheduler import Scheduler
from kernel.objects.kinds import make_system
from kernel.core.task import Task
from timing import ROUNDS, processor

with open(sys.argv[1], "rb") as stream:
    module = stream.read()
count = int(sys.argv[2])
wasm3.arena_resize(count * 8192 + 65536)
system = make_system(RamFS(1000))
for index in range(count):
    system.add(Task("t%d" % index, wasm3.Instance(module, "run", memory=4096), 3, 1, Capabilities(1)))
system.run(50)
best = None
for _ in range(ROUNDS):
    before, start = system.slices, processor()
    system.run(20)
    taken = (processor() - start) * 1000 / (system.slices - before)
    if best is None or taken < best:
        best = taken


class Clock:
    us = 0

    def now(self):
        return self.us


clock = Clock()


def sleep_and_wake(scheduler, tasks):
    # Everybody sleeps for another time, then one after the other wakes and sleeps again.
    clock.us = 0
    for index, task in enumerate(tasks):
        scheduler.sleep(task, 1 + index * 37 % len(tasks))
    start = processor()
    for _ in range(2000):
        clock.us += 1000
        scheduler.wake()
        task = scheduler.next()
        while task is not None:
            scheduler.sleep(task, len(tasks))
            task = scheduler.next()
    return (processor() - start) * 1000 / 2000


tasks = system.tasks
for task in tasks:
    system.scheduler.remove(task)
scheduler = Scheduler(clock)
scheduler.reserve(count)
best_timer = None
for _ in range(5):
    taken = sleep_and_wake(scheduler, tasks)
    if best_timer is None or taken < best_timer:
        best_timer = taken
    for task in tasks:
        scheduler.remove(task)
print("slice_ns=%.1f timer_ns=%.1f" % (best, best_timer))
