def fence(bytes_of_hole):
    "Fills the arena with live tasks and kills one in the middle. Returns the live ones."
    first = create("phases")
    middle = create("phases", quota=bytes_of_hole)
    rest = []
    for quota in (100000, 20000, 5000):
        try:
            while True:
                rest.append(create("phases", quota=quota))
        except MemoryError:
            pass
    for t in rest:
        t.resume(100000)
    middle.kill()
    return [first] + rest
def free_blocks():
    return [block for block in walk() if not block[2]]
def taken_bytes():
    "Of the regions: what lies first are the compiler's tables."
    return [bytes(memoryview(arena)[at:at + size]) for at, size, taken in walk()[1:] if taken]
def paint(blocks):
    for at, size, _ in blocks:
        arena[at + 8:at + size] = pattern[:size - 8]
def untouched(blocks, but, whole):
    """Nothing was written to the free blocks, outside of the region `but` that begins one of them. whole: with
    a quota of 0 the region was the whole block at first, cleared and then trimmed."""
    for at, size, _ in blocks:
        begin, end = at + 8, at + size
        if at <= but[0] < end:
            if but[0] != at:
                return False
            begin = end if whole else but[0] + but[1] + 8
        if begin < end and bytes(memoryview(arena)[begin:end]) != pattern[:end - begin]:
            return False
    return True
def kept_live():
    "The tasks around the hole are where they were and go on to their end."
    return [t.nr() for t in kept[1:]] == [number] * (len(kept) - 1) and {run(t, 100000) for t in kept[1:]} == {wasm3.SYSCALL}
def behaves(name, task):
    "Runs a task to its first event: 'works' as a task that has room, 'starves' for want of it, else None."
    status = task.resume(200000)
    if status == wasm3.TRAPPED and task.error().startswith("out of memory compiling function "):
        assert task.resume(200000) == wasm3.TRAPPED and task.fuel() <= expected[name][1] and len(task.backtrace())
        return "starves"
    return "works" if (status, task.fuel(), task.error(), task.results()) == expected[name] else None
expected = {}
for name in wasm:
    task = create(name)
    expected[name] = (task.resume(200000), task.fuel(), task.error(), task.results())
    task.kill()
pattern = bytes([0xa5]) * len(arena)
def attempt(name, label, **keywords):
    "Creates a task and runs it, or not; whatever happens, no byte of another region and no free byte changes. How it went."
    how = "refused"
    paint(free)
    try:
        task = create(name, **keywords)
    except MemoryError:
        task = None
    if task:
        region = [block for block in walk() if block[2] and block[0] not in live][0]
        used, size = task.region()
        assert used <= size <= region[1] - 8, (name, label, used, size, region)
        how = behaves(name, task)
        assert how, (name, label)
        assert untouched(free, region, not keywords.get("quota")), (name, label)
        task.kill()
    assert taken_bytes() == before, (name, label)
    assert (wasm3._arena_check(), wasm3.arena()) == gone, (name, label)
    return how
def prepare(bytes_of_hole):
    global free, before, gone, live, kept
    kept = fence(bytes_of_hole)
    free, before, gone = free_blocks(), taken_bytes(), (wasm3._arena_check(), wasm3.arena())
    live = {block[0] for block in walk() if block[2]}
