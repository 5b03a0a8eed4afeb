random.seed(seed)
PATHS = ("a", "b", "d/a", "d/b", "d/e/a") * 5 + ("d", "d/e") * 3 + ("a/b", "nope/a", "../data/a", "/a", "d/", "", ".", "d/../a", "x" * 64, "x" * 63)
handles = {}                    # capability: (File, rights, append, [position])
counts = {}
wrong = []
def expect(what, got, wanted):
    counts[what] = counts.get(what, 0) + (1 if got >= 0 else 0)
    if got != wanted:
        wrong.append([step, what, got, wanted])
def afford(amount):
    return amount <= min(LIMIT - used(), STORAGE - used())
def model_open(path, flags):
    global directories
    want_directory = flags & DIRECTORY
    if not flags & 3 or (flags & (TRUNCATE | APPEND) and (not flags & 2 or want_directory)):
        return -4
    if len(handles) == 11:
        return -10
    found = find(path)
    if isinstance(found, int):
        return found
    where, name, node = found
    if node is None:
        if not flags & CREATE:
            return -5
        if not afford(NODE_COST):
            return -10
        node = where[name] = {} if want_directory else File()
        if want_directory:
            directories += 1
        else:
            live.append(node)
    if isinstance(node, dict) != (want_directory != 0):
        return -6
    if not want_directory and flags & TRUNCATE:
        node.data = bytearray()
    return node
def model_write(file, offset, length):
    # how many bytes fit, or an error
    size = len(file.data)
    if length == 0:
        return 0
    room = min(LIMIT, STORAGE) - used()
    if host:
        if offset + length - size > room:
            length = size + room - offset
    elif blocks(offset + length) - blocks(size) > room // BLOCK:
        length = (blocks(size) + room // BLOCK) * BLOCK - offset
    return length if length > 0 else -10
def model_close(entry):
    file = entry[0]
    file.opens -= 1
    if not file.there and not file.opens and not host:
        live.remove(file)
for step in range(steps):
    kind = random.choice(("open", "open", "open", "read", "read", "write", "write", "write", "write", "close", "remove", "size"))
    if kind == "open":
        path = random.choice(PATHS)
        flags = random.choice((0, READ, READ, READ | WRITE, READ | WRITE | CREATE, READ | WRITE | CREATE, READ | WRITE | CREATE, WRITE | CREATE,
                               READ | WRITE | APPEND, WRITE | CREATE | TRUNCATE, WRITE | TRUNCATE, READ | TRUNCATE, READ | DIRECTORY,
                               READ | CREATE | DIRECTORY, WRITE | APPEND | DIRECTORY))
        if (flags & DIRECTORY != 0) != (path in ("d", "d/e")) and random.getrandbits(5):
            flags ^= DIRECTORY  # else every name becomes the wrong kind in the end
        wanted = model_open(path, flags)
        got = open(folder, path.encode(), flags)
        if isinstance(wanted, int):
            expect("open", got, wanted)
        elif got <= 0:
            wrong.append([step, "open", got, "a capability"])
        elif isinstance(wanted, dict):
            expect("close", call("sp_fs_close", got), 0)
        else:
            counts["open"] = counts.get("open", 0) + 1
            wanted.opens += 1
            handles[got] = (wanted, flags & 3, flags & APPEND != 0, [0])
    elif kind == "remove":
        if place == "/flash":
            continue            # nobody takes files away there
        path = random.choice(("a", "b", "d/a", "d/b", "d/e/a", "d/e", "d"))
        found = find(path)
        where, name, node = found if not isinstance(found, int) else (None, None, None)
        if node is None or (isinstance(node, dict) and node):
            if not host:
                expect("remove", remove(b"data/" + path.encode()), -5 if node is None else -14)
            continue
        if host:
            # The owner of the machine does it, and the mount does not notice: in the model the bytes stay used.
            if not isinstance(node, dict) and node.data:
                continue        # room would run out too soon
            (os.rmdir if isinstance(node, dict) else os.remove)(place + "/" + path)
        else:
            expect("remove", remove(b"data/" + path.encode()), 0)
        del where[name]
        counts["remove"] = counts.get("remove", 0) + 1
        if isinstance(node, dict):
            directories -= 0 if host else 1
        else:
            node.there = host
            if not node.opens and not host:
                live.remove(node)
    elif handles:
        identifier = random.choice(list(handles))
        file, rights, append, position = handles[identifier]
        offset = random.choice((-1, -1, -1, 0, random.randint(0, 3000), random.randint(0, 30000)))
        length = random.choice((0, 1, 100, 511, 512, 513, random.randint(0, 4096)))
        if kind == "size":
            expect("size", call("sp_fs_size", identifier), len(file.data))
        elif kind == "close":
            expect("close", call("sp_fs_close", identifier), 0)
            expect("closed", call("sp_fs_size", identifier), -2)
            model_close(handles.pop(identifier))
        elif kind == "read":
            at = position[0] if offset < 0 else offset
            got = call("sp_fs_read", identifier, 0, length, offset)
            text = bytes(file.data[at:at + length])
            expect("read", got, len(text) if rights & 1 else -3)
            if got > 0 and bytes(task.instance.memory[:got]) != text:
                wrong.append([step, "bytes"])
            if rights & 1 and offset < 0:
                position[0] += len(text)
        else:
            text = bytes([random.getrandbits(8) for _ in range(9)]) * (length // 9 + 1)
            task.instance.memory[:length] = text[:length]
            at = len(file.data) if append else position[0] if offset < 0 else offset
            wanted = model_write(file, at, length) if rights & 2 else -3
            got = call("sp_fs_write", identifier, 0, length, offset)
            expect("write", got, wanted)
            if wanted > 0:
                file.data.extend(bytes(max(0, at + wanted - len(file.data))))
                file.data[at:at + wanted] = text[:wanted]
                if offset < 0:
                    position[0] = at + wanted
    if data.used != used() or account.used != used() or (not host and fs.used - NODE_COST != used()):
        wrong.append([step, kind, "used", data.used, account.used, used()])
    if len(wrong) > 5:
        break
for identifier in list(handles):
    call("sp_fs_close", identifier)
    model_close(handles.pop(identifier))
if data.used != used():
    wrong.append(["end", data.used, used()])
answer([wrong, counts])
