"""Random operations on the scheduler in C and on its twin in Python. `test_scheduler.py` puts both in front of this."""
import random
random.seed(12)
both = Scheduler(), PlainScheduler()
pairs = []                          # the same task, once for each
state = {}                          # by number: "out", "in", "running"
now = (1 << 30) - 5000              # the wrap comes on the way
different = 0
seen = {"next": 0, "none": 0, "over budget": 0, "idle": 0, "roused": 0, "due": 0}
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
        tasks = [scheduler.next(now) for scheduler in both]
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
                scheduler.sleep(task, ms, now)
            else:
                scheduler.wait(task, ms - 1, now)
    elif what <= 6:
        now = (now + random.choice((0, 0, 1, 1, 2, 30))) & 0x3fffffff
        for scheduler in both:
            scheduler.wake(now)
    elif what == 7 and pairs:
        pair = pairs[number]
        seen["roused"] += pair[0].state == WAITING
        for scheduler, task in zip(both, pair):
            scheduler.rouse(task)
    elif what == 8 and pairs and random.randint(0, 3) == 0:
        for scheduler, task in zip(both, pairs[number]):
            scheduler.remove(task)
            scheduler.sleep(task, 5, now)
    elif random.randint(0, 40) == 0:
        seen["due"] += 1
        for scheduler in both:
            scheduler.all_due(now)
    idle = [scheduler.idle(now) for scheduler in both]
    seen["idle"] += idle[0] > 0
    different += idle[0] != idle[1] or both[0].timers != both[1].timers
    if pairs:
        one, two = pairs[number]
        different += (one.state, one.timer, one.left, one.period_end) != (two.state, two.timer, two.left, two.period_end)
answer([different, seen])
