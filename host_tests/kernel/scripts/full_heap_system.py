import gc, hal, json, sovelma, wasm3
from kernel.objects.ramfs import Directory
from kernel.core.task import STATES
hal.write = lambda buffer, n: None
# FILL
def used(directory):
    return sum([node.cost() + (used(node) if isinstance(node, Directory) else 0) for node in directory.entries.values()])
out = []
lives = None
for left in range(0, 120, step):
    sovelma.boot(path)
    system = sovelma.system
    bad, good = system.tasks
    system.run(5)
    gc.collect()
    hog = fill(left)
    system.run(8)
    try:                                # what a person does in the meantime
        if not bad.over():
            system.kill(bad)
        system.start(bad)
        system.fault(good, "tried")
    except MemoryError:
        pass
    system.run(4)
    let_go(hog)
    hog = None
    gc.collect()
    lives = bad.restarts
    for task in system.tasks:
        if task.over():
            system.start(task)
    for _ in range(1000):               # its file may be made by now, its record kept
        system.run(5)
        if bad.restarts > lives + 1:
            break
    out.append([bad.restarts > lives, bad.record is not None, STATES[good.state], system.fs.used == used(system.fs),
                wasm3.arena()[3] == len(system.tasks), wasm3._arena_check()[0], system._alive])
answer(out)
