import gc, hal, wasm3
from kernel.core.capability import Capabilities
from kernel.objects.ramfs import Directory, RamFS
from kernel.objects.kinds import make_system
from kernel.core.task import STATES, Task
hal.write = lambda buffer, n: None
def used(directory):
    return sum([node.cost() + (used(node) if isinstance(node, Directory) else 0) for node in directory.entries.values()])
def counts(task):
    data = task.instance.read(0, 16)
    return [int.from_bytes(data[i:i + 4], "little") for i in (0, 4, 8, 12)]
def rounds(n):
    # Runs until the task has begun n more, however long that takes; nothing here may need memory.
    global wanted
    wanted = number(task) + n
    while number(task) < wanted:
        system.run(1)
def number(task):
    task.instance.readinto(0, four)
    return four[0] | four[1] << 8 | four[2] << 16
four = bytearray(4)
wanted = 0
def fill(left):
    # Takes all memory but about `left` pieces of 32 bytes.
    hog = None
    for size in (8192, 512, 32):
        try:
            while True:
                hog = [bytearray(size - 1), hog]
        except MemoryError:
            pass
    for _ in range(left):
        if hog:
            hog = hog[1]
    return hog
def let_go(hog):
    # One by one: the collector may take a word that somebody left on the stack for a reference to the first.
    while hog:
        hog[1], hog = None, hog[1]
hog = None              # a name that is new to the globals needs memory
out = []
full = after = None
for left in range(0, 40, step):
    system = make_system(RamFS(100000))
    folder = system.fs.make("/dir", True)
    capabilities = Capabilities()
    capabilities.grant("dir", folder, 7)
    task = Task("churn", wasm3.Instance(wasm["churn"], memory=8192), 3, 20000, capabilities)
    system.add(task)
    task.instance.write(20, bytes((50, 0)))
    rounds(15)                              # small files ...
    gc.collect()
    hog = fill(left)
    task.instance.write(20, bytes((184, 11)))
    rounds(15)                              # ... which now want to have 3000 bytes each
    let_go(hog)
    hog = None
    gc.collect()
    rounds(2)                               # the round it is in may have failed already and count it later
    full = counts(task)
    rounds(30)
    after = counts(task)
    out.append([STATES[task.state], full[1], full[2] + after[2], full[3] + after[3], after[0] > full[0], after[1] == full[1],
                system.fs.used == used(system.fs), len(capabilities.held())])
    system.kill(task)
    system = folder = capabilities = task = None
answer(out)
