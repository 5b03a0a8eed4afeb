import random
MAX = 2**30 - 1
class Run:
    "A task and everything that could be seen of it."
    def __init__(self, name, salt):
        self.task = wasm3.Instance(wasm[name], memory=memory, stack=4096)
        self.name, self.salt = name, salt
        self.seen = []
        self.status = wasm3.PREEMPTED
    def answer(self):
        return (len(self.seen) * 2654435761 + self.salt * 40503) >> 7 & 0x3fffffff
    def step(self, fuel):
        "One resume. A pending call is noted first, and answered."
        task = self.task
        if self.status == wasm3.SYSCALL:
            self.status = task.resume(fuel, self.answer())
        else:
            self.status = task.resume(fuel)
        if self.status == wasm3.SYSCALL:
            arguments = [task.arg(i) for i in range(4)]
            bytes_ = task.read(arguments[1], arguments[2]) if task.nr() == write else b""
            self.seen.append((task.nr(), arguments, bytes_, task.fuel(), task.backtrace()))
        return self.status in (wasm3.PREEMPTED, wasm3.SYSCALL)
    def end(self):
        task = self.task
        seen = (self.status, self.seen, task.results(), task.error(), task.fuel(), task.state_hash(), task.syscalls(), task.memory())
        task.kill()
        return seen

alone = {}
def expected(name, salt):
    key = name, salt
    if key not in alone:
        run = Run(name, salt)
        while run.step(MAX):
            pass
        alone[key] = run.end()
    return alone[key]

def system(seed):
    random.seed(seed)
    names = sorted(wasm)
    kills = faults = survivors = 0
    runs = [Run(names[random.randrange(len(names))], random.getrandbits(4)) for _ in range(tasks)]
    compare = []
    refused = 0
    while runs:
        run = runs[random.randrange(len(runs))]
        alive = run.step(1 + random.getrandbits(random.randrange(1, 12)))
        dice = random.getrandbits(12)   # a run takes some 200 steps
        if not alive:
            survivors += 1
            compare.append((run.name, run.salt, run.end()))
            runs.remove(run)
        elif dice < 8:
            run.task.kill()
            runs.remove(run)
            kills += 1
        elif dice < 12:
            run.task.trap("the kernel says so")
            run.task.resume(100)
            runs.remove(run)
            run.task.kill()
            faults += 1
        elif dice < 60 and survivors < 2 * tasks:
            try:
                runs.append(Run(names[random.randrange(len(names))], random.getrandbits(4)))
            except MemoryError:
                refused += 1
    for name, salt, seen in compare:
        assert seen == expected(name, salt), (seed, name, salt)
    return kills, faults, survivors, refused

totals = [0, 0, 0, 0]
start = wasm3._arena_check(), wasm3.arena()
calls = trapped = 0
for seed in range(first, first + systems):
    for i, n in enumerate(system(seed)):
        totals[i] += n
    assert (wasm3._arena_check(), wasm3.arena()) == start, seed
for seen in alone.values():
    calls += len(seen[1])
    trapped += seen[0] == wasm3.TRAPPED
answer([totals, len(alone), calls, trapped])
