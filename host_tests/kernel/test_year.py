"""A year of uptime with a million restarts, kills and pauses at the prompt: nothing is lost, nothing stays, every figure is right.

`make soak` runs all of it on both machines; here `events` of them happen in the same year.
"""

import json
import os

from script_files import script
from setups import CLOCK
from wasm_text import END, wat

SLEEP = """(import "sovelma" "sp_sleep" (func $sleep (param i32) (result i32)))"""
HOURLY = wat(f"""(module {SLEEP} (memory (export "memory") 1)
 (func (export "_start") (loop (drop (call $sleep (i32.const 3600000))) (br 0))))""")
DAILY = wat(f"""(module {SLEEP} (import "sovelma" "sp_log" (func $log (param i32 i32 i32) (result i32))) (memory (export "memory") 1)
 (func (export "_start") (loop (drop (call $log (i32.const 3) (i32.const 0) (i32.const 8)))
  (drop (call $sleep (i32.const 86400000))) (br 0))))""")
# Once an hour more work than its budget has in one period.
BUSY = wat(f"""(module {SLEEP} (memory (export "memory") 1)
 (func (export "_start") (local $i i32) (loop $hours (drop (call $sleep (i32.const 3600000))) (local.set $i (i32.const 300))
  (loop $work (br_if $work (local.tee $i (i32.sub (local.get $i) (i32.const 1))))) (br $hours))))""")
# Opens and writes a file, logs, then divides by zero: everything that a life begins and ends with, in four calls.
FAULTY = wat("""(module (import "sovelma" "sp_cap_find" (func $find (param i32 i32) (result i32)))
 (import "sovelma" "sp_fs_open" (func $open (param i32 i32 i32 i32) (result i32)))
 (import "sovelma" "sp_fs_write" (func $write (param i32 i32 i32 i32) (result i32)))
 (import "sovelma" "sp_log" (func $log (param i32 i32 i32) (result i32)))
 (memory (export "memory") 1) (data (i32.const 32) "dir")
 (func (export "_start") (local $f i32)
  (local.set $f (call $open (call $find (i32.const 32) (i32.const 3)) (i32.const 33) (i32.const 1) (i32.const 7)))
  (drop (call $write (local.get $f) (i32.const 0) (i32.const 90) (i32.const 0)))
  (drop (call $log (i32.const 3) (i32.const 0) (i32.const 4)))
  (drop (i32.div_u (i32.const 1) (i32.const 0)))))""")
MODULES = {"hourly": HOURLY, "daily": DAILY, "faulty": FAULTY, "sleeper": HOURLY, "budget": BUSY, "ender": END}


def test_a_year_of_restarts_kills_and_prompts(firmware, tmp_path):
    whole = int(os.environ.get("YEAR_EVENTS", 0))
    events, days = (whole, 365) if whole else (firmware.share(20000), firmware.share(365))
    for name, module in MODULES.items():
        (tmp_path / f"{name}.wasm").write_bytes(module)
    pause = days * 86400000 // events        # so the task that faults has as many lives as there are events
    again = {"policy": "restart", "first": 1, "most": pause, "times": 1000000}
    tasks = [{"name": name, "module": f"{name}.wasm", "memory": 1024, "fault": again} for name in MODULES]
    tasks[2]["caps"] = {"dir": {"directory": "/data", "rights": ["read", "write", "create"]}}
    tasks[4] |= {"slice": 1000, "budget": 1000, "period": 60000}
    path = tmp_path / "system.json"
    path.write_text(json.dumps({"version": 1, "directories": {"/data": 0}, "tasks": tasks}))
    seen = firmware.script(CLOCK + script(__file__, "year"), path=str(path), events=events, seed=events, days=days, timeout=14400)
    print(seen)
    # Sums beyond 30 bits are objects of 16 bytes on RV32: a few, however long it goes on.
    assert seen["same state"] and max(seen["heap"]) - min(seen["heap"]) <= 192 and seen["lives wrong"] == [0, 0, 0, 0]
    assert days <= seen["days"] < days + 200 and min(seen["done"].values()) > 0 and seen["lives"] > events / 10
    states = seen["states"]
    assert states["hourly"] == states["daily"] == "sleeping" and states["sleeper"] in ("sleeping", "restarting")
    assert states["ender"] in ("ended", "restarting", "killed") and states["faulty"] == "restarting"
    assert states["budget"] in ("ready", "sleeping", "restarting")
    assert seen["ran wrong"] == 0 and 0 <= seen["busy"] < 1000 and seen["fuel wrong"] == 0 and 0 <= seen["unfinished lives"] < seen["lives"] / 2
    assert abs(seen["hours wrong"]) <= 2 * seen["done"]["pause"] + 2 and seen["refused"] == 0 and seen["budget"]
