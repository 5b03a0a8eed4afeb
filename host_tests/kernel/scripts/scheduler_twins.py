"""Random operations on the scheduler in C and on its twin in Python. `test_scheduler.py` puts both in front of this."""
import random
random.seed(12)
class Machine:
    ms = (1 << 32) - 5000           # the wrap of 32 bits comes on the way
    def now(self):
        return self.ms * 1000
machine = Machine()
both = Scheduler(machine), PlainScheduler(machine)
pairs = []                          # the same task, once for each
state = {}                          # by number: "out", "in", "running"
different = 0
seen = {"next": 0, "none": 0, "over budget": 0, "idle": 0, "roused": 0}
for _ in range(steps):
    what = random.randint(0, 9)
    number = random.randint(0, len(pairs) - 1) if pairs else 0
    if what == 0 and len(pairs) < 60:
        number = len(pairs)
        priority = random.randint(0, 7)
        pair = Task(number, priority), PlainTask(number, priority)
        budget, period = random.choice((0, 0, 3, 20)), random.choice((1, 10, 100))
        for task in pair:
            task.budget, task.period, task.left = budget, period, budget
        pairs.append(pair)
        for scheduler, task in zip(both, pair):
            scheduler.add(task)
        state[number] = "in"
    elif what <= 4:
        tasks = [scheduler.next() for scheduler in both]
        names = [task.name if task else None for task in tasks]
        different += names[0] != names[1]
        if tasks[0] is None or tasks[1] is None:
            seen["none"] += 1
            continue
        seen["next"] += 1
        used = random.randint(0, 5)
        over = [task.budget > 0 and task.left <= 0 for task in tasks]
        different += over[0] != over[1]
        seen["over budget"] += over[0]
        for task in tasks:
            if task.budget and not over[0]:
                task.left -= used
        how, ms = random.randint(0, 3), random.choice((0, 1, 7, 300))
        for scheduler, task in zip(both, tasks):
            if how < 2:
                scheduler.add(task)
            elif how == 2:
                scheduler.sleep(task, ms)
            else:
                scheduler.wait(task, ms - 1)
    elif what <= 6:
        machine.ms += random.choice((0, 0, 1, 1, 2, 30))
        for scheduler in both:
            scheduler.wake()
    elif what == 7 and pairs:
        pair = pairs[number]
        seen["roused"] += pair[0].state == WAITING
        for scheduler, task in zip(both, pair):
            scheduler.rouse(task)
    elif what == 8 and pairs and random.randint(0, 3) == 0:
        for scheduler, task in zip(both, pairs[number]):
            scheduler.remove(task)
            scheduler.sleep(task, 5)
    idle = [scheduler.idle() for scheduler in both]
    seen["idle"] += idle[0] > 0
    different += idle[0] != idle[1] or both[0].timers != both[1].timers
    if pairs:
        one, two = pairs[number]
        different += (one.state, one.timer, one.left) != (two.state, two.timer, two.left)
answer([different, seen])
