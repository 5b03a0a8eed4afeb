"""What the board does when it is switched on: boot log, manifest, safe mode, keys, the system behind the prompt.

The board's programs run on the PC's firmware over the fakes of test_board_hal.py; files are the PC's.
"""

import json

import pytest
from machines import ROOT
from setups import BOARD as SETUP
from wasm_text import DIVIDE, SPIN

pytestmark = pytest.mark.pc("a board of fakes on files of the host")

START = """
import board_config, board_start, sovelma
from kernel.core import console as log
from kernel.shell import running
board_start.MANIFESTS = manifests
lines = []
log.show = lines.append
heartbeat.start()
def said(text):
    return [line for line in lines if text in line]
class Keys:                                 # a key, or Ctrl-C, after so many looks
    def __init__(self, looks, what=None):
        self.looks, self.what = looks, what
    def ipoll(self, ms):
        time.sleep_ms(min(ms, 5))
        self.looks -= 1
        if self.looks < 0 and self.what:
            raise self.what
        return [1] if self.looks < 0 else []
"""


@pytest.fixture
def start(firmware, tmp_path):
    """Runs a script after switching on; the manifest: two tasks, of which one spins."""
    (tmp_path / "spin.wasm").write_bytes(SPIN)
    (tmp_path / "divide.wasm").write_bytes(DIVIDE)
    path = tmp_path / "system.json"
    path.write_text(json.dumps({"version": 1, "tasks": [{"name": "spin", "module": "spin.wasm", "memory": 1024}]}))

    def run(script, manifests=(str(path),), before="", **values):
        return firmware.script(SETUP + before + START + script, fakes=str(ROOT / "host_tests/board/fakes"), manifests=list(manifests),
                               programs=str(ROOT / "firmware/boards/common/esp32c3/modules"), directory=str(tmp_path), **values)  # fmt: skip

    return run


def test_the_boot_log_shows_the_memory_map(start):
    lines = start("""
board._console = Keys(3)
board_start.main()
answer(lines)
""")
    text = "\n".join(lines)
    assert lines[0].startswith("[ OK ] SovelmaOS ") and lines[1] == "[ OK ] start: power on"
    assert "ESP-IDF 45000 free, 30000 in one piece" in text
    assert "[ OK ] flash: ota_0 0x010000, 1728 KB" in lines and "[ OK ] flash: ota_1 0x1c0000, 1728 KB, not in use" in lines
    assert "[ OK ] flash: mod_1 0x390000,  128 KB, not in use" in lines and "[ OK ] flash: vfs   0x3b0000,  320 KB" in lines
    assert "[ OK ] wifi: off, /board.json names no network" in lines
    assert any(line.startswith("[ OK ] task spin: ") for line in lines)


def test_a_key_gives_the_prompt_and_the_system_runs_on_behind_it(start):
    out = start("""
board._console = Keys(3)
board_start.main()
behind = said("runs on behind the prompt; sovelma.pause() stops it")
fuel = [sovelma.system.tasks[0].fuel()]
for _ in range(3):
    beat()
    fuel.append(sovelma.system.tasks[0].fuel())
sovelma.pause()
beat(3)
fuel.append(sovelma.system.tasks[0].fuel())
sovelma.background()
beat()
fuel.append(sovelma.system.tasks[0].fuel())
board._console = Keys(3, KeyboardInterrupt())
sovelma.run()
beat(3)
stopped = sovelma.system.tasks[0].fuel()
beat(3)
answer([len(behind), fuel, said("stopped; sovelma.run() goes on"), stopped == sovelma.system.tasks[0].fuel(), sovelma.system.running])
""")
    behind, fuel, stopped, stands, running = out
    assert behind == 1 and stopped and stands and not running
    assert fuel[0] < fuel[1] < fuel[2] < fuel[3] == fuel[4] < fuel[5]


def test_the_end_of_a_command_s_line_is_no_key(start):
    """A terminal that sends a carriage return and a line feed: the command runs at the first, the second is still there."""
    out = start("""
class LineFeed(Keys):                       # one character that waits, until it is read
    def ipoll(self, ms):
        return [1] if waiting else super().ipoll(ms)
waiting = ["\\n"]
board.sys = type("sys", (), {"stdin": type("stdin", (), {"buffer": type("buffer", (), {"read": staticmethod(lambda n: waiting.pop())})}), "stdout": sys.stdout})
board._console = LineFeed(1000000)
sovelma.boot(manifests[0])
sovelma.run(0.05)
out = [waiting[:], said("behind the prompt")]
esp32c3.raw = True                             # mpremote has the console: what it sends is no key, and is not taken from it
waiting.append("x")
sovelma.run(0.05)
answer(out + [waiting, said("behind the prompt")])
""")
    assert out == [[], [], ["x"], []]


def test_the_system_stands_still_while_a_command_looks_at_it_or_changes_it(start):
    """A beat in the middle of a command would find it half changed."""
    out = start("""
from kernel.shell import inspect
board._console = Keys(3)
board_start.main()
task = sovelma.system.tasks[0]
real = inspect.processes
def slow(*arguments):
    beat(3)
    return real(*arguments)
inspect.processes = slow
before = task.fuel()
sovelma.ps()
during = task.fuel()
beat()
after = task.fuel()
try:
    sovelma.kill("nobody")
except ValueError:
    pass
beat()
going = task.fuel()
sovelma.stop("spin")
beat()
sovelma.start("spin")
beat(2)
answer([before, during, after, going, task.fuel(), sovelma.system.tasks[0].over()])
""")
    before, during, after, going, again, over = out
    assert before == during < after < going and again > 0 and not over


def test_a_step_behind_the_prompt_is_short_and_its_time_is_counted(start):
    out = start("""
board._console = Keys(3)
board_start.main()
system = sovelma.system
beat()
ran, took = system.ran, 0
for _ in range(10):
    before = time.ticks_us()
    beat()
    took = max(took, time.ticks_diff(time.ticks_us(), before)) if took else time.ticks_diff(time.ticks_us(), before)
    time.sleep_ms(10)
answer([took, system.ran - ran, system.idled])
""")
    took, ran, idled = out
    assert ran >= 90 and 0 < idled < ran and took > 0


def test_a_board_with_another_partition_table_starts_all_the_same(start):
    out = start("""
del esp32.LAYOUT["mod_1"]
board._console = Keys(3)
board_start.main()
answer([len(said("[FAIL] boot log")), sovelma.system is not None])
""")
    assert out == [1, True]


@pytest.mark.parametrize("text, expected", [
    ('{"version": 1,', "line 1, column 15"), ('{"version": 1, "tasks": [{"name": "x", "module": "none.wasm"}]}', "tasks[0].module"),
])  # fmt: skip
def test_a_broken_manifest_leaves_the_prompt_with_the_reason(start, tmp_path, text, expected):
    (tmp_path / "broken.json").write_text(text)
    out = start("""
board_start.main()
fails = said("[FAIL]")
beat(3)
answer([fails, sovelma.system is None, machine.WDT.fed])
""", manifests=[str(tmp_path / "broken.json")])
    assert expected in out[0][0] and out[0][-1].endswith("nothing was started") and out[1] and out[2] == 3


def test_the_first_manifest_there_is(start, tmp_path):
    out = start("""
board_start.main()
answer(said("[FAIL]"))
""", manifests=[str(tmp_path / "none.json"), str(tmp_path / "neither.json")])
    assert out == ["[FAIL] no system.json; `make deploy` brings one"]
    out = start("""
board._console = Keys(3)
board_start.main()
answer(len(sovelma.system.tasks))
""", manifests=[str(tmp_path / "none.json"), str(tmp_path / "system.json")])
    assert out == 1


def test_three_starts_in_a_row_that_ended_in_a_kernel_fault_are_safe_mode(start):
    out = start("""
def switch_on(reason, cause):
    lines.clear()
    esp32c3.reason, machine.cause = reason, cause
    board._console = Keys(3)
    sovelma.pause()
    running.system = None
    board_start.main()
    return [esp32c3.faults(), sovelma.system is not None]
out = [switch_on(esp32c3.POWER_ON, 1), switch_on(esp32c3.PANIC, 2), switch_on(esp32c3.TASK_WATCHDOG, 3), switch_on(esp32c3.PANIC, 2)]
told = said("safe mode")
soft = switch_on(esp32c3.PANIC, machine.SOFT_RESET)        # a soft reset is no start of the chip: still safe mode, not counted
board._console = Keys(3)
board_start.go()
started = sovelma.system is not None
sovelma.pause()
beat(100 * board_start.GOOD)
out += [soft, [esp32c3.faults(), started], switch_on(esp32c3.PANIC, 2), switch_on(esp32c3.PROGRAM, 2), switch_on(esp32c3.PANIC, 2), switch_on(esp32c3.POWER_ON, 1)]
answer([out, told])
""")
    states, told = out
    assert states[:4] == [[0, True], [1, True], [2, True], [3, False]]
    assert told == ["[FAIL] safe mode: the system is not started; board_start.go() starts it"]
    assert states[4:] == [[3, False], [0, True], [1, True], [0, True], [1, True], [0, True]]


def test_an_exception_that_nobody_caught_is_a_fault_of_the_kernel(start):
    """The chip starts anew, and three of them are safe mode like three panics, though the chip calls it a restart by program."""
    out = start("""
import sovelma as facade
out = []
for _ in range(4):
    board._console = Keys(1, RuntimeError("broken"))
    running.system = None
    try:
        board_start.main()
        out.append("prompt")
    except machine.Reset:
        out.append(esp32c3.faults() & 0xFF)
    esp32c3.reason, machine.cause = esp32c3.PROGRAM, 2
told = said("fault of the kernel: RuntimeError")
board._console = Keys(3)
running.system = None
esp32c3.reason = esp32c3.POWER_ON
board_start.main()
answer([out, len(told), len(said("safe mode")), esp32c3.faults(), sovelma.system is not None])
""")
    assert out == [[1, 2, 3, "prompt"], 3, 1, 0, True]


def test_a_good_minute_accepts_a_new_firmware_once(start):
    assert start("""
board._console = Keys(3)
board_start.main()
sovelma.pause()
beat(100 * board_start.GOOD - 1)
out = [esp32.valid]
beat(1)
out.append(esp32.valid)
beat(100 * board_start.GOOD)
answer(out + [esp32.valid])
""") == [0, 1, 1]


def test_the_record_of_a_crash_is_shown_after_the_restart_it_led_to(start, tmp_path):
    (tmp_path / "crash.json").write_text(json.dumps({"version": 1, "tasks": [
        {"name": "bad", "module": "divide.wasm", "memory": 1024, "fault": {"policy": "reboot"}}]}))  # fmt: skip
    out = start("""
board._console = Keys(10000)
try:
    board_start.main()
    restarted = False
except machine.Reset:
    restarted = True
lines.clear()
esp32c3.reason = esp32c3.PROGRAM
running.system = None
board_start.MANIFESTS = ()
board_start.main()
again = said("bad: fault")
lines.clear()
esp32c3.reason = esp32c3.POWER_ON
board_start.main()
answer([restarted, again, said("bad: fault"), machine.events[-1]])
""", manifests=[str(tmp_path / "crash.json")])
    assert out[0] is True and out[1] == ["  bad: fault: integer divide by zero"] and out[2] == [] and out[3] == "reset"


def test_a_reboot_policy_works_behind_the_prompt_too(start, tmp_path):
    (tmp_path / "crash.json").write_text(json.dumps({"version": 1, "tasks": [
        {"name": "bad", "module": "divide.wasm", "memory": 1024, "fault": {"policy": "reboot"}}]}))  # fmt: skip
    assert start("""
sovelma.boot(board_start.MANIFESTS[0])
sovelma.background()
try:
    beat()
    answer("went on")
except machine.Reset:
    answer("reset")
""", manifests=[str(tmp_path / "crash.json")]) == "reset"


def test_the_watchdog_sees_the_loop_and_not_the_prompt(start):
    """While `run` has the machine its turns are counted; at the prompt there is nothing to be seen."""
    out = start("""
seen = []
class Looks(Keys):
    def ipoll(self, ms):
        seen.append(board_start._progress())
        return super().ipoll(ms)
board._console = Looks(3)
board_start.main()
answer([seen, board_start._progress()])
""")
    seen = out[0][1:]       # the first look is before the loop: was anything typed until now?
    assert len(seen) == 3 and None not in seen and seen == sorted(set(seen)) and out[1] is None


# ---------------------------------------------------------------- /board.json


@pytest.mark.parametrize("text, expected", [
    ('{"wifi": {"ssid": "home", "key": "secret123"}}', []),
    ('{"wifi": {"ssid": "home"}, "access_point": {"ssid": "x", "key": "12345678"}, "hostname": "k", "watchdog": 0, "light_sleep": true}', []),
    ('{"wifi": {"ssid": "", "key": "short"}}', ["wifi.ssid: must be a string of 1 to 32 bytes", "wifi.key: must be a string of 8 to 63 characters, or not be there"]),
    ('{"wify": {}, "watchdog": 5}', ["wify: unknown", "watchdog: must be 0 or 10 to 600 seconds"]),
    ('{"watchdog": true, "light_sleep": 1, "hostname": 7}', ["hostname: must be a string of 1 to 32 characters", "watchdog: must be 0 or 10 to 600 seconds", "light_sleep: must be true or false"]),
    ('[]', ["must be an object"]), ('{"wifi": 3}', ["wifi: must be an object"]), ('{"wifi": {"ssid": "a", "pass": "b"}}', ["wifi.pass: unknown"]),
    ('{"wifi": ', ["line 1, column 10: unexpected end"]),
])  # fmt: skip
def test_the_boards_configuration(start, tmp_path, text, expected):
    (tmp_path / "board.json").write_text(text)
    out = start("""
board_config.PATH = directory + "/board.json"
board_config.load()
answer([board_config.errors, board_config.wifi, board_config.watchdog, board_config.light_sleep])
""")
    prefix = str(tmp_path / "board.json") + ": "
    if "column" in str(expected):
        assert len(out[0]) == 1 and out[0][0].startswith(prefix + "line 1, column ")
    else:
        assert out[0] == [prefix + line for line in expected]
    if expected:
        assert out[1:] == [None, 30000, False]
    else:
        assert out[1] == json.loads(text)["wifi"] and out[2] == json.loads(text).get("watchdog", 30) * 1000


def test_wifi_comes_up_while_the_system_runs_and_a_radio_that_fails_stops_nothing(start, tmp_path):
    (tmp_path / "board.json").write_text('{"wifi": {"ssid": "home", "key": "secret123"}}')
    script = """
board_config.PATH = directory + "/board.json"
board_config.load()
board._console = Keys(3)
board_start.main()
network.WLAN.joined = True
beat(100)
answer([said("wifi: "), sovelma.system is not None])
"""
    assert start(script) == [["kernel: wifi: joined home, address 192.0.2.7"], True]
    assert start(script, before="network.WLAN.active = None\n")[1] is True


def test_light_sleep_is_asked_for(start, tmp_path):
    (tmp_path / "idle.json").write_text(json.dumps({"version": 1, "tasks": []}))
    out = start("""
board_config.light_sleep = True
board_start._start_radio()
board.idle(60_000)
slept = machine.events[:]
board.idle(20_000)
board_config.light_sleep = False
board_start._start_radio()
board.idle(60_000)
answer([slept, machine.events])
""")
    assert out[0] == out[1] and out[0][0][0] == "lightsleep" and 50 <= out[0][0][1] <= 60


def test_the_key_that_opens_the_prompt_is_no_letter_of_the_first_line(start):
    """One key is read, whatever it was and however many follow; with the prompt's own command it is the same."""
    assert start("""
class Typed:
    buffer = None
    def read(self, n):
        global keys
        taken, keys = keys[:n], keys[n:]
        return taken
class Sys:
    stdin = Typed()
Sys.stdin.buffer = Sys.stdin
keys = b""
class Later(Keys):
    def ipoll(self, ms):
        global keys
        if super().ipoll(ms) and not keys:
            keys = b"xps()"
        return [1] if keys else []
board.sys = Sys
board._console = Later(3)
board_start.main()
out = [str(keys, "ascii")]
keys = b"\\n"              # of the line that called it
board._console = Later(30)
sovelma.run()
answer(out + [str(keys, "ascii")])
""") == ["ps()", "ps()"]


def test_a_start_without_memory_for_python_ends_at_the_prompt(start):
    """_boot.py says what is missing before it takes memory, main.py starts nothing; where nothing is missing it does."""
    out = start("""
texts = []
files = {name: open(programs + "/" + name).read() for name in ("_boot.py", "main.py")}     # _boot.py mounts another /
def run(name, missing):
    esp32c3.missing = missing
    exec(files[name], {"__name__": "__main__", "print": texts.append})
board_start.main = lambda: texts.append("started")
run("_boot.py", 24)
run("main.py", 24)
run("main.py", 0)
answer([texts[0], texts[-1], texts.count("started")])
""")
    assert out == [
        "[FAIL] memory: Python lacks 24 bytes of its first heap, the arena of this firmware is too large; the system is not started",
        "started", 1]  # fmt: skip


def test_behind_the_prompt_a_task_s_time_comes_between_two_beats(start):
    """An alarm is set for it; what is due further on waits for the next beat, and a task that always runs leaves the prompt its time."""
    out = start("""
board._console = Keys(3)
board_start.main()
system = sovelma.system
spin, sleeper = system.tasks[0], type("T", (), {})()
from scheduler import Thread
sleeper.thread = Thread(sleeper, 3, 1)
system.scheduler.reserve(5)
beat()
busy = esp32c3.alarms[-1][0]
system.scheduler.remove(spin)
out = []
for ms in (4, 400):
    esp32c3.alarms.clear()
    system.scheduler.sleep(sleeper, ms)
    beat()
    out.append([us for us, _ in esp32c3.alarms])
esp32c3.alarms.clear()
sovelma.pause()
beat()
answer([busy, out, esp32c3.alarms])
""")
    busy, (near, far), paused = out
    assert busy == 500 and len(near) == 1 and 500 <= near[0] <= 4000 and far == [] and paused == []


def test_the_edges_of_a_pin_are_the_interrupt_s(start):
    """From the grant until the last capability is gone, or the pins are left alone."""
    assert start("""
from kernel.objects.pin import make
irq = make("irq", (4, "rising", "up", 0), 1, None, None)
out = [esp32c3.interrupts[4] == (2, irq)]
irq.release()
out.append(esp32c3.interrupts == {})
irq = make("irq", (4, "both", None, 0), 1, None, None)
out.append(esp32c3.interrupts[4][0])
board.pins_off()
answer(out + [esp32c3.interrupts == {}, hal.advance()])
""") == [True, True, 3, True, -1]
