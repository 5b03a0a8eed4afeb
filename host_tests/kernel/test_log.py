"""Log lines of tasks: escaped, limited in rate, kept in a ring; no task can forge a line of another one."""

from wasm_text import wat

SETUP = """
import binascii
MODULE = "%s"
from kernel.core.log import Ring, BURST_DEFAULT as BURST, RATE_DEFAULT
RATE_MS = 1000 // RATE_DEFAULT
import wasm3
machine = wasm3.Instance(binascii.unhexlify(MODULE), None)
shown = []
def write(buffer, n):
    shown.append(bytes(buffer[:n]))
def say(ring, data, level=2, now=0):
    machine.write(100, data)
    return ring.take(machine, level, 100, len(data), now, write)
def text():
    return "".join(chr(b) for b in b"".join(shown))
""" % wat('(module (memory (export "memory") 1))').hex()


def test_a_line_and_its_marks(firmware):
    assert firmware.script(SETUP + """
r = Ring("a")
for level in range(4):
    say(r, b"hi", level)
answer(text())
""") == "a: error: hi\na: warning: hi\na: hi\n"


def test_every_byte_that_is_not_printable_is_escaped(firmware):
    shown, counts = firmware.script(SETUP + """
r = Ring("evil")
counts = [say(r, bytes(range(256))[i:i + 64]) for i in range(0, 256, 64)]
answer([text(), counts])
""")
    assert counts == [64] * 4
    lines = shown.split("\n")
    assert len(lines) == 5 and all(line.startswith("evil: ") for line in lines[:4])
    assert all(" " <= c <= "~" for line in lines for c in line)
    body = "".join(line[len("evil: "):] for line in lines)
    assert body.encode().decode("unicode_escape").encode("latin-1") == bytes(range(256))


def test_a_task_cannot_forge_a_line_or_drive_the_terminal(firmware):
    shown = firmware.script(SETUP + """
say(Ring("evil"), b"x\\n[ OK ] all is well\\nkernel: obey\\r\\x1b[2J\\x9b1m\\xc2\\x9b")
answer(text())
""")
    assert shown.count("\n") == 1 and "\x1b" not in shown and "\x9b" not in shown and "\r" not in shown


def test_longest_line_of_escapes_fits(firmware):
    shown = firmware.script(SETUP + """
say(Ring("n" * 32), b"\\xff" * 256)
answer(text())
""")
    assert shown == "n" * 32 + ": " + "\\xff" * 256 + "\n"


def test_rate_is_limited_and_drops_are_told(firmware):
    result = firmware.script(SETUP + """
TOP = (1 << 30) - 1
start = TOP - 100                                   # the tick counter wraps on the way
r = Ring("a")
first = [say(r, b"x", now=start) for _ in range(BURST + 10)]
later = [say(r, b"y", now=(start + RATE_MS * 3 + 5) & TOP) for _ in range(5)]
rest = [say(r, b"z", now=(start + RATE_MS * 200) & TOP) for _ in range(BURST + 5)]
answer([[first.count(1), first.count(-7)], later, [rest.count(1), rest.count(-7)], text(), r.refused])
""")
    assert result[0] == [32, 10]
    assert result[1] == [1, 1, 1, -7, -7]
    assert result[2] == [32, 5]
    assert "a: (10 lines dropped)\na: y\n" in result[3] and "a: (2 lines dropped)\na: z\n" in result[3]
    assert result[4] == 17


def test_the_ring_keeps_the_last_lines_whole(firmware):
    """Against a model, with lines of every length, so that texts lie across the end of the buffer."""
    assert firmware.script(SETUP + """
import random
random.seed(5)
r = Ring("a")
model = []
wrong = 0
for step in range(2000):
    data = bytes([step & 255]) * random.choice((0, 1, 2, 100, 255, 256, random.randint(0, 256)))
    say(r, data, 3, step * 1000)
    model.append((3, data))
    while sum(len(d) + 3 for _, d in model) > 512:
        model.pop(0)
    wrong += r.lines() != model
answer([wrong, shown])
""") == [0, []]


def test_escaping_stays_inside_its_buffer(firmware):
    assert firmware.script(SETUP + """
buffer = bytearray(b"." * 12)
machine.write(0, b"a\\\\\\x00b")
out = []
for address, length, at in ((0, 3, 0), (0, 2, 4), (1, 0, 12), (0, 3, 1), (0, 1, 9), (0, 0, 13), (0, 1, -1), (65535, 2, 0), (0, -1, 0)):
    try:
        out.append(machine.escape(address, length, buffer, at))
    except ValueError as error:
        out.append(str(error))
answer([out, str(buffer, "ascii")])
""") == [[7, 7, 12] + ["does not fit the buffer"] * 4 + ["outside linear memory"] * 2, "a\\\\\\a\\\\....."]
