"""HAL `esp32` on the PC's firmware, over fakes of the port's modules (checked by test_board_fakes.py): time, pins, files,
console, what outlives a restart, heart beat and watchdog, radio, flash and updates.
"""


import pytest
from setups import BOARD as SETUP
from machines import ROOT

pytestmark = pytest.mark.pc("a board of fakes on files of the host")


@pytest.fixture
def board(firmware):
    def run(script, **options):
        return firmware.script(SETUP + script, fakes=str(ROOT / "host_tests" / "board" / "fakes"),
                               programs=str(ROOT / "firmware" / "boards" / "SOVELMA_C3" / "modules"), **options)  # fmt: skip

    return run


def test_everything_the_kernel_asks_for_is_there(firmware, board):
    """By the list in hal/__init__.py: what the HAL of the PC has of it, this one has."""
    names = firmware.script("import hal.unix as h\nanswer(dir(h))")
    text = (ROOT / "firmware" / "hal" / "__init__.py").read_text()
    wanted = {name for name in names if name in text and not name.startswith("_") and name not in ("os", "sys", "time", "hal")}
    assert len(wanted) > 30
    for radio in (1, 0):
        missing = board("""
answer([name for name in wanted if not hasattr(board, name)])
""".replace("import hal\n", ""), wanted=sorted(wanted)) if radio else []
        assert missing == []


def test_time_and_random(board):
    out = board("""
import time
before, first = board.ticks(), board.microseconds()
started = time.ticks_ms()
event = board.idle(5000)
took = time.ticks_diff(time.ticks_ms(), started)
quiet = board.typed()
console.keys = 1
ended = board.idle(100_000_000)
buffer = bytearray(8)
board.random(buffer, 4)
again = bytearray(8)
board.random(again, 4)
answer([0 <= before < 1 << 30, board.microseconds() > first, event, took >= 4, buffer[4:] == bytes(4), buffer != again,
        esp32c3.seeded, board.clock(1), int.from_bytes(board.clock(0), 'little') > first, quiet, ended, board.typed()])
""")
    assert out == [True, True, False, True, True, True, 1, None, True, False, False, True]


def test_what_a_task_may_have_of_the_pins(board):
    """Neither flash nor a console."""
    assert board("answer(list(board.PINS))") == list(range(11))


def test_pins(board):
    out = board("""
out = board.pin(8, "out", None, 1)
key = board.pin(9, "in", "up", None)
machine.Pin.levels[9] = 1
seen = [out.value(), key.value()]
out.value(0)
seen += [out.value(), machine.Pin.levels[8]]
picture = board.picture({8: "blink.led"})
board.pins_off()
answer([machine.events, seen, picture[8:10], board.picture({})[8]])
""")
    assert out[0] == [["pin", 8, 3, None, 1], ["pin", 9, 1, 2, None], ["pin", 8, 1, None, None], ["pin", 9, 1, None, None]]
    assert out[1:] == [[1, 1, 0, 0], ["pin  8  out  0  blink.led", "pin  9   in  1  "], "pin  8  -"]


def test_a_soft_reset_leaves_no_output_driven(firmware):
    """The chip keeps its pins; after switching on they are inputs anyway and are left alone."""
    script = SETUP.replace("import hal\n", "machine.cause = cause\nimport hal\n", 1) + "answer(machine.events)"
    given = {"fakes": str(ROOT / "host_tests/board/fakes"), "programs": ""}
    assert firmware.script(script, cause=5, **given) == [["pin", number, 1, None, None] for number in range(11)]
    assert firmware.script(script, cause=1, **given) == []


def test_files_and_what_lies_below_what(board, tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "f").write_bytes(b"12345")
    out = board("""
import os
os.chdir(root)
with board.read_file("a/b/f") as file:
    text = file.read()
missing = 0
for call in (lambda: board.is_below("a/b/f", "nowhere"), lambda: board.file_size("a/x"), lambda: board.is_directory("x")):
    try:
        call()
    except OSError:
        missing += 1
answer([text == b"12345", board.file_size("a/b/f"), board.is_directory("a"), board.is_directory("a/b/f"), missing,
        [board.is_below("a/b/f", where) for where in ("a", "a/b", root, "a/b/../b", ".")],
        board.is_below("a/b/../../a/b/f", "a/b"), board.is_below(root + "/a", "a/b")])
""", root=str(tmp_path))
    assert out == [True, 5, True, False, 3, [True] * 5, True, False]


def test_a_crash_record_outlives_a_restart_and_nobody_elses_memory_is_taken_for_one(board):
    assert board("""
none = board.kept()
machine.RTC().memory(b"somebody else's")
other = board.kept()
board.keep("spin: fault: x")
first = board.kept()
board.keep("y" * 5000)
cut = board.kept() == "y" * 2000
board.keep("ä" * 5000)
machine.rtc = machine.rtc[:-1]
answer([none, other, first, cut, board.kept()])
""") == [None, None, "spin: fault: x", True, None]


def test_tasks_are_silent_while_mpremote_speaks(board):
    """What comes from behind the prompt is held back; what a command of mpremote itself says is its answer."""
    out = board("""
heartbeat.start(0)
def say():
    board.write(b"task\\n", 5)
board.behind(say)
esp32c3.raw = True
beat()
board.write(b"answer of a command\\n", 20)
esp32c3.raw = False
beat()
answer(None)
""")
    assert out is None


def test_said_once_and_held_back_once(firmware, board):
    """As above, by what reaches the console."""
    import subprocess

    script = SETUP + """
heartbeat.start(0)
board.behind(lambda: board.write(b"TASK\\n", 5))
esp32c3.raw = True
beat()
board.write(b"COMMAND\\n", 8)
esp32c3.raw = False
beat()
"""
    values = f"fakes={str(ROOT / 'host_tests/board/fakes')!r}\nprograms={str(ROOT / 'firmware/boards/common/esp32c3/modules')!r}\n"
    result = subprocess.run([str(firmware.path), "-c", values + script], capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stderr
    assert result.stdout.split() == ["COMMAND", "TASK"]


# ---------------------------------------------------------------- heart beat and watchdog


def test_the_beat_feeds_the_watchdog_and_nothing_stops_it(board):
    out = board("""
def broken():
    raise ValueError("x")
seconds = []
heartbeat.start()
heartbeat.every_second(lambda: seconds.append(1))
board.behind(broken)
beat(250)
timer = machine.Timer.all[0]
answer([machine.WDT.timeout, machine.WDT.fed, timer.period, timer.mode, heartbeat.inside, list(machine.Timer.all)])
""")
    assert out == [30000, 250, 10, 1, False, [0]]


def test_a_failing_step_does_not_take_the_second_from_the_radio(board):
    assert board("""
seconds = []
def broken():
    raise ValueError("x")
heartbeat.start()
heartbeat.every_second(lambda: seconds.append(1))
board.behind(broken)
beat(300)
answer(len(seconds))
""") == 3


def test_without_a_watchdog_nothing_is_fed(board):
    assert board("""
heartbeat.start(0)
beat(3)
answer([machine.WDT.timeout, machine.WDT.fed])
""") == [None, 0]


def test_a_loop_that_stands_still_is_not_fed_and_a_prompt_is(board):
    out = board("""
import time
clock = [0]
real = time.ticks_ms
heartbeat.time = type("clock", (), {"ticks_ms": staticmethod(lambda: clock[0]), "ticks_diff": staticmethod(lambda a, b: a - b)})
heartbeat.start()
turns = [0]
heartbeat.watch(lambda: turns[0])
def fed(ms):
    before = machine.WDT.fed
    clock[0] += ms
    beat()
    return machine.WDT.fed - before
out = [fed(10)]
turns[0] = 1
out += [fed(10), fed(10), fed(19000), fed(2000), fed(60000)]     # stands still: fed for 20 s, then no more
turns[0] = 2
out += [fed(10)]                                                # gets on
turns[0] = None
out += [fed(10), fed(100000), fed(100000)]                      # the prompt, or mpremote, has the machine
answer(out)
""")
    assert out == [1, 1, 1, 1, 0, 0, 1, 1, 1, 1]


# ---------------------------------------------------------------- radio


def test_a_network_is_joined_lost_and_joined_again_with_growing_pauses(board):
    out = board("""
said = []
station = radio.Radio({"ssid": "home", "key": "secret123"}, None, said.append, "kitchen")
def attempts(seconds):
    before = network.events.count(("connect", "home", "secret123"))
    for _ in range(seconds):
        station.look()
    return network.events.count(("connect", "home", "secret123")) - before
first = network.events[:]
failing = [attempts(5), attempts(1), attempts(10), attempts(1), attempts(20), attempts(1), attempts(40), attempts(1), attempts(60), attempts(1), attempts(61)]
network.WLAN.joined = True
up = [attempts(100)]
network.WLAN.joined = False
lost = [attempts(1), attempts(5), attempts(1)]
answer([first, failing, up, lost, said, network.name])
""")
    assert out[0] == [["active", 0, True], ["config", 0, {"reconnects": 0}], ["connect", "home", "secret123"]]
    assert out[1] == [0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 1]
    assert out[2:4] == [[0], [1, 0, 1]]
    assert out[4] == ["wifi: joined home, address 192.0.2.7", "wifi: lost home"] and out[5] == "kitchen"


def test_a_radio_that_fails_is_told_and_tried_again(board):
    assert board("""
said = []
network.WLAN.fail = OSError("Wifi Internal Error")
station = radio.Radio({"ssid": "home"}, None, said.append)
for _ in range(6):
    station.look()
answer([said, network.events.count(("connect", "home", ""))])
""") == [["wifi: Wifi Internal Error"] * 2, 2]


def test_a_radio_that_a_soft_reset_left_connected_is_not_connected_again(board):
    assert board("""
said = []
network.WLAN.joined = True
radio.Radio({"ssid": "home"}, None, said.append).look()
answer([("connect", "home", "") in network.events, said])
""") == [False, ["wifi: joined home, address 192.0.2.7"]]


def test_a_network_of_its_own(board):
    out = board("""
said = []
radio.Radio(None, {"ssid": "kitchen", "key": "other456"}, said.append).look()
radio.Radio(None, {"ssid": "open"}, said.append)
answer([[event[2] for event in network.events if event[0] == "config"], said])
""")
    assert out[0] == [{"ssid": "kitchen", "security": 3, "key": "other456", "max_clients": 4},
                      {"ssid": "open", "security": 0, "max_clients": 4}]  # fmt: skip
    assert out[1][0] == "wifi: network kitchen is open at 192.168.4.1"


def test_nameservers(board):
    assert board("""
none = board.nameservers()
network.dns = "192.0.2.1"
answer([none, board.nameservers()])
""") == [[], ["192.0.2.1"]]


def test_the_image_without_radio_has_no_network(firmware, board):
    """The same HAL; every socket is UNSUPPORTED. `network` is not imported: that alone would start lwIP."""
    script = SETUP.replace("import hal\n", "esp32c3.RADIO = 0\nimport hal\n", 1)
    out = firmware.script(script + """
answer([board.open_socket(True), board.nameservers(), board.watched(), board.TLS, board.idle(1000),
        hasattr(board, "network") or hasattr(radio, "network")])
""", fakes=str(ROOT / "host_tests/board/fakes"), programs="")
    assert out == [-13, [], 0, False, False, False]


# ---------------------------------------------------------------- flash


def test_a_new_board_gets_a_file_system_and_what_was_written_stays(board):
    out = board("""
import os, vfs
vfs.umount("/")
wrong = flash.mount()
with open("/system.json", "w") as file:
    file.write("{}")
vfs.umount("/")
again = flash.mount()
with open("/system.json") as file:
    text = file.read()
vfs.umount("/")
esp32.contents["vfs"] = {number: b"x" * 4096 for number in range(80)}
broken = flash.mount()
answer([wrong, again, text, broken, set(esp32.contents["vfs"].values()) == {b"x" * 4096}])
""")
    assert out[:3] == [[], [], "{}"]
    assert out[3] == ["the file system in flash cannot be read; `make erase` makes a new one"] and out[4] is True


def test_the_module_slot_of_the_running_firmware_is_mounted(board):
    """A read-only file system whose files lie in the slot itself: their bytes are used in place."""

    from pack_files import image

    out = board("""
import binascii, vfs
vfs.umount("/")
esp32c3.images["mod_0"] = memoryview(binascii.unhexlify(one) + b"\\xff" * 100)
esp32c3.images["mod_1"] = memoryview(binascii.unhexlify(two))
flash.mount()
with open("/rom/which") as file:
    first = file.read()
vfs.umount("/")
vfs.umount("/rom")
esp32.running = "ota_1"
flash.mount()
with open("/rom/which") as file:
    second = file.read()
vfs.umount("/rom")
esp32c3.images["mod_1"] = memoryview(b"\\xff" * 4096)      # nothing was ever written there
answer([first, second, flash.mount()])
""", one=image({"which": b"one"}).hex(), two=image({"which": b"two"}).hex())
    assert out == ["one", "two", []]


def test_an_update_goes_to_the_slot_that_does_not_run(board):
    out = board("""
import io
class Slow:                                 # gives what it has in pieces, as a socket does
    def __init__(self, data):
        self.stream = io.BytesIO(data)
    def readinto(self, buffer):
        return self.stream.readinto(memoryview(buffer)[:1000])
told = []
image = bytes(range(256)) * 40              # 10,240 bytes: two blocks and a half
flash.update_firmware(Slow(image), told.append)
blocks = esp32.contents["ota_1"]
same = b"".join([blocks[number] for number in range(3)])[:len(image)] == image
rest = blocks[2][len(image) - 8192:] == b"\\xff" * 2048
flash.update_modules(io.BytesIO(b"modules"))
boot = esp32.boot
esp32.broken = True
try:
    flash.update_firmware(io.BytesIO(b"not an image"))
    refused = False
except OSError:
    refused = True
try:
    flash.update_modules(io.BytesIO(bytes(0x20001)))
    large = ""
except OSError as error:
    large = str(error)
flash.accept()
answer([told, same, rest, boot, list(esp32.contents), refused, esp32.boot, large, esp32.valid])
""")
    assert out[:4] == [[4096, 8192, 10240], True, True, "ota_1"]
    assert sorted(out[4]) == ["mod_1", "ota_1"] and out[5:] == [True, "ota_1", "the image is larger than its slot of 131072 bytes", 1]
