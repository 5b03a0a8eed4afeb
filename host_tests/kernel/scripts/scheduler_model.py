"""Random operations on a scheduler `s`, compared with plain lists. `test_scheduler.py` puts its set-up in front."""
import random
random.seed(11)
at(TOP - 3000)                      # the wrap of 32 bits comes on the way
ready = {p: [] for p in range(8)}       # lists of those whose order is open among themselves
def take(task):
    # Out of the list of its priority; False where its turn has not come.
    groups = ready[task.priority]
    first = task in groups[0]
    for group in groups:
        if task in group:
            group.remove(task)
    ready[task.priority] = [group for group in groups if group]
    return first
sleepers = []                       # (end in unwrapped time, number of the sleep, task), some of them waiting
waiting = []                        # tasks that wait without an end
clock = 0
wrong = count = guarded = 0
running = []
for step in range(30000):
    what = random.randint(0, 4)
    if what == 0 and count < 400:
        task = Task(count, random.randint(0, 7))
        count += 1
        s.add(task)
        ready[task.priority].append([task])
    elif what == 1:
        task = s.next()
        best = [p for p in range(7, -1, -1) if ready[p]]
        if task is None:
            wrong += bool(best)
        else:
            guarded += task.priority != best[0]
            wrong += not take(task) or task.state != RUNNING
            running.append(task)
    elif what == 2 and running:
        task = running.pop(random.randint(0, len(running) - 1))
        if random.getrandbits(1):
            s.add(task)
            ready[task.priority].append([task])
        elif random.getrandbits(2) == 0:
            s.wait(task, -1)
            waiting.append(task)
        else:
            ms = random.choice((1, 3, 3, 50, 700))
            (s.wait if random.getrandbits(1) else s.sleep)(task, ms)
            sleepers.append((clock + ms, step, task))
    elif what == 3:
        passed = random.choice((0, 1, 2, 5, 40))
        at(m.ms + passed)
        clock += passed
        s.wake()
        # Who wakes at the same tick becomes ready in any order.
        due = sorted([entry[:2] for entry in sleepers if entry[0] <= clock])
        tasks = {entry[:2]: entry[2] for entry in sleepers}
        last = None
        for entry in due:
            task = tasks[entry]
            wrong += task.state != READY
            groups = ready[task.priority]
            if entry[0] != last:
                last = entry[0]
                fresh = {p: [] for p in range(8)}
            if not fresh[task.priority]:
                groups.append(fresh[task.priority])
            fresh[task.priority].append(task)
        sleepers = [entry for entry in sleepers if entry[0] > clock]
        idle = s.idle()
        if any(ready.values()):
            wrong += idle != 0
        elif sleepers:
            wrong += idle != (min(entry[0] for entry in sleepers) - clock) * 1000
        else:
            wrong += idle != -1
    else:
        queued = [task for groups in ready.values() for group in groups for task in group] + [entry[2] for entry in sleepers] + waiting
        if queued:
            task = random.choice(queued)
            if random.getrandbits(2):
                roused = task.state == WAITING
                s.rouse(task)
                if not roused:
                    continue
            else:
                roused = False
                s.remove(task)
            sleepers = [entry for entry in sleepers if entry[2] is not task]
            if task in waiting:
                waiting.remove(task)
            if roused:
                ready[task.priority].append([task])
            elif any([task in group for group in ready[task.priority]]):
                take(task)
answer([wrong, clock > 3500, guarded > 0, count])
