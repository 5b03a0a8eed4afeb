"""Random operations on a scheduler `s`, compared with plain lists. `test_scheduler.py` puts its set-up in front."""
import random
random.seed(11)
now = TOP - 3000                    # the wrap comes on the way
ready = {p: [] for p in range(8)}
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
        ready[task.priority].append(task)
    elif what == 1:
        task = s.next(now)
        best = [p for p in range(7, -1, -1) if ready[p]]
        if task is None:
            wrong += bool(best)
        else:
            guarded += task.priority != best[0]
            wrong += ready[task.priority].pop(0) is not task or task.state != RUNNING
            running.append(task)
    elif what == 2 and running:
        task = running.pop(random.randint(0, len(running) - 1))
        if random.getrandbits(1):
            s.add(task)
            ready[task.priority].append(task)
        elif random.getrandbits(2) == 0:
            s.wait(task, -1, now)
            waiting.append(task)
        else:
            ms = random.choice((1, 3, 3, 50, 700))
            (s.wait if random.getrandbits(1) else s.sleep)(task, ms, now)
            sleepers.append((clock + ms, step, task))
    elif what == 3:
        passed = random.choice((0, 1, 2, 5, 40))
        now = (now + passed) & TOP
        clock += passed
        s.wake(now)
        # Who wakes at the same tick becomes ready in any order.
        due = [entry for entry in sleepers if entry[0] <= clock]
        for queue in range(8):
            woken = []
            task = s._last[queue]
            while task is not None and task not in ready[queue]:
                woken.insert(0, task)
                task = task.back
            ends = [[end for end, _, other in due if other is task][0] for task in woken]
            wrong += ends != sorted(ends) or len(woken) != len([e for e in due if e[2].priority == queue])
            ready[queue] += woken
        sleepers = [entry for entry in sleepers if entry[0] > clock]
        idle = s.idle(now)
        if any(ready.values()):
            wrong += idle != 0
        elif sleepers:
            wrong += idle != min(entry[0] for entry in sleepers) - clock
        else:
            wrong += idle != -1
    else:
        queued = [task for queue in ready.values() for task in queue] + [entry[2] for entry in sleepers] + waiting
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
                ready[task.priority].append(task)
            elif task in ready[task.priority]:
                ready[task.priority].remove(task)
answer([wrong, clock > 3500, guarded > 0, count])
