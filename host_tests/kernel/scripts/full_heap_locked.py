from micropython import heap_lock, heap_unlock
from kernel.objects.mount import MountedFile
from kernel.objects.network import Socket
from kernel.objects.ramfs import Directory, File
# FILL
def turns(n):
    # So many slices, however long that takes.
    end = system.slices + n
    while system.slices < end:
        system.run(1)
def used(directory):
    # A board's stack would not do for a function that calls itself sixteen directories down.
    total, left = 0, [directory]
    while left:
        for node in left.pop().entries.values():
            if isinstance(node, (Directory, File)):
                total += node.cost()
            if isinstance(node, Directory):
                left.append(node)
    return total
def answers():
    # Of the last calls: what is no error is 0.
    return [(abi.NAMES[number], min(result, 0)) for number, result in task.instance.calls() if result is not None]
def exact():
    things = [thing for _, thing, _, _ in task.capabilities.held()]
    network = [thing for thing in things if isinstance(thing, Network)][0]
    waiting = task.waiting is not None
    return [fs.used == used(fs), network.open == len([thing for thing in things if isinstance(thing, Socket)]) + (waiting and not task.waiting.connected),
            mounted.handles == len([thing for thing in things if isinstance(getattr(thing, "file", None), MountedFile)]), hal.watched() == waiting]
def more(n):
    # Until the task has made so many more calls.
    calls = task.calls()
    while task.calls() < calls + n:
        system.run(1)
task = ready(storm(which))
more(last)                              # the last eight are remembered
good = set(answers())
seen = set()
wrong = []
for left in range(-1, 12):
    gc.collect()
    if left < 0:                        # nothing at all, not even what is garbage by then
        heap_lock()
        turns(2)
        heap_unlock()
    else:
        hog = fill(left)
        turns(2)
    if left >= 0:
        let_go(hog)
    hog = None
    gc.collect()
    seen.update(answers())
    if exact() != [True] * 4 or task.over():
        wrong.append([left, exact(), task.outcome()])
more(last)
answer([wrong, list(good), list(seen), list(set(answers()))])
