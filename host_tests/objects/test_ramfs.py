"""The RamFS: contents like a file's, quotas exact, paths that cannot leave their directory."""

import pytest

SETUP = """
import abi
from kernel.objects.ramfs import RamFS, Directory, File, OpenFile, walk, charge, BLOCK, NODE_COST
class Memory:
    # stands in for a task's memory
    def __init__(self, size):
        self.bytes = bytearray(size)
    def readinto(self, address, buffer, start, length):
        buffer[start:start + length] = self.bytes[address:address + length]
        return length
    def write(self, address, buffer, start, length):
        self.bytes[address:address + length] = buffer[start:start + length]
        return length
memory = Memory(8192)
def put(file, offset, data):
    memory.bytes[:len(data)] = data
    return file.write(offset, len(data), memory, 0)
def get(file, offset, length):
    count = file.read(offset, length, memory, 4096)
    return bytes(memory.bytes[4096:4096 + max(count, 0)])
def used(directory):
    # what `used` must be, counted anew
    total = 0
    for node in directory.entries.values():
        total += node.cost() + (used(node) if isinstance(node, Directory) else 0)
    return total
"""


def test_random_reads_and_writes_against_a_model(firmware):
    assert firmware.script(SETUP + """
import random
random.seed(3)
fs = RamFS(1 << 20)
file = fs.make("/f", False)
model = bytearray()
wrong = 0
for step in range(3000):
    offset = random.randint(0, 5000)
    length = random.choice((0, 1, 7, 511, 512, 513, 1024, random.randint(0, 4096)))
    if random.getrandbits(1):
        data = bytes(random.getrandbits(8) for _ in range(16)) * (length // 16 + 1)
        data = data[:length]
        wrong += put(file, offset, data) != length
        if length:
            model.extend(bytes(max(0, offset + length - len(model))))
            model[offset:offset + length] = data
    else:
        wrong += get(file, offset, length) != bytes(model[offset:offset + length])
    wrong += file.size != len(model)
    if step % 500 == 499:
        file.truncate()
        model = bytearray()
    wrong += fs.used != used(fs)
answer(wrong)
""") == 0


def test_a_gap_reads_as_zeros_and_counts(firmware):
    result = firmware.script(SETUP + """
fs = RamFS(100 * 512)
file = fs.make("/f", False)
count = put(file, 10000, b"end")
answer([count, file.size, get(file, 0, 4096) == bytes(4096), list(get(file, 9998, 9)), fs.used == used(fs), fs.used >= 10000])
""")
    assert result == [3, 10003, True, [0, 0, 101, 110, 100], True, True]


def test_reading_nothing_at_the_end_of_full_blocks(firmware):
    assert firmware.script(SETUP + """
fs = RamFS(1 << 20)
file = fs.make("/f", False)
empty = file.read(0, 0, memory, 0)
put(file, 0, b"x" * 1024)
answer([empty, file.read(1024, 0, memory, 0), file.read(1024, 5, memory, 0), file.read(1023, 5, memory, 0)])
""") == [0, 0, 0, 1]


def test_full_file_system_short_write_then_nospace(firmware):
    result = firmware.script(SETUP + """
fs = RamFS(NODE_COST + 2 * BLOCK)
file = fs.make("/f", False)
answer([put(file, 0, b"a" * 1000), put(file, 1000, b"b" * 1000), put(file, 1024, b"c"), put(file, 5000, b"d"),
        file.size, fs.used == used(fs) == fs.limit, fs.make("/g", False)])
""")
    assert result == [1000, 24, -19, -19, 1024, True, -19]


def test_a_failing_write_changes_nothing(firmware):
    result = firmware.script(SETUP + """
fs = RamFS(1 << 20)
data = fs.make("/data", True, NODE_COST + 2 * BLOCK)
file = walk(data, b"f", True, False)
put(file, 0, b"x" * 10)
before = data.used, fs.used, file.size
error = put(file, (1 << 30) - 1, b"far away")
answer([error, (data.used, fs.used, file.size) == before, data.used == used(data), fs.used == used(fs)])
""")
    assert result == [-10, True, True, True]


def test_limits_hold_for_everything_below(firmware):
    result = firmware.script(SETUP + """
fs = RamFS(1 << 20)
data = fs.make("/data", True, 4 * NODE_COST + 3 * BLOCK)
deep = fs.make("/data/a/b", True)
file = walk(deep, b"f", True, False)
other = fs.make("/free", False)
written = put(file, 0, b"x" * 4096)
answer([written, put(file, written, b"x"), put(other, 0, b"y" * 4096), walk(data, b"g", True, False).size,
        walk(data, b"h", True, False), data.used == used(data) == data.limit, fs.used == used(fs)])
""")
    assert result == [3 * 512, -10, 4096, 0, -10, True, True]


def test_truncate_gives_everything_back(firmware):
    assert firmware.script(SETUP + """
fs = RamFS(1 << 20)
file = fs.make("/f", False)
empty = fs.used
put(file, 3000, b"x" * 2000)
file.truncate()
answer([fs.used == empty, file.size, list(get(file, 0, 10)), put(file, 3, b"new"), list(get(file, 0, 10))])
""") == [True, 0, [], 3, [0, 0, 0, 110, 101, 119]]


def test_positions_and_appending(firmware):
    assert firmware.script(SETUP + """
fs = RamFS(1 << 20)
node = fs.make("/f", False)
a, b, log = OpenFile(node, False), OpenFile(node, False), OpenFile(node, True)
put(a, -1, b"0123456789")
text = [get(b, -1, 4), get(b, -1, 4), get(b, 0, 2), get(b, -1, 4), get(b, -1, 4)]
put(log, 0, b"AB")
put(log, -1, b"CD")
put(a, -1, b"E")
answer([[t.decode() for t in text], get(node, 0, 99).decode(), a.position, b.position, log.position])
""") == [["0123", "4567", "01", "89", ""], "0123456789EBCD", 11, 10, 14]


@pytest.mark.parametrize("path", [
    "..", ".", "", "/", "/etc", "a/../../etc", "../data/a", "a/..", "a/./f", "a//f", "a/", "/data/a", "x\0y", "..\0",
])  # fmt: skip
def test_no_path_leaves_its_directory(firmware, path):
    assert firmware.script(SETUP + """
fs = RamFS(1 << 20)
data = fs.make("/data", True)
fs.make("/data/a", True)
fs.make("/etc", False)
answer([walk(data, path.encode(), create, want) for create in (False, True) for want in (False, True)])
""", path=path) == [-4] * 4


def test_names_are_bytes_and_have_a_limit(firmware):
    assert firmware.script(SETUP + """
fs = RamFS(1 << 20)
n = walk(fs, b"\\xff\\x01 n\\n", True, False)
answer([n.name == b"\\xff\\x01 n\\n", walk(fs, b"x" * 63, True, False).size, walk(fs, b"x" * 64, True, False),
        walk(fs, b"...", True, False).size, walk(fs, b"x" * 63 + b"/y", True, False), walk(fs, b"nope/y", True, False),
        walk(fs, b"x" * 63, True, True)])
""") == [True, 0, -15, 0, -5, -5, -6]
