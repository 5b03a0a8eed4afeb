"""A full Python heap: every handler fails cleanly at every allocation, and works again once there is memory.

The heap is filled up to a few blocks, a different number each time, so that the first, the second, ... allocation of
whatever a handler does is the one that fails.
"""

import json
import re

import pytest
from machines import ROOT
from script_files import script
from wasm_text import wat
from every_call import CALLS, CASES, SETUP, host_files, module, parameter, peers, values
from abi_definition import ABI

# Opens, writes, reads and closes files for ever. Memory: 0 counts rounds, 4 calls that failed with NOMEM and writes that
# were short, 8 calls that failed with anything else, 12 rounds whose file did not hold what was written; 20 is how much
# to write.
CHURN = wat("""(module
 (import "sovelma" "sp_yield" (func $yield (result i32)))
 (import "sovelma" "sp_cap_find" (func $find (param i32 i32) (result i32)))
 (import "sovelma" "sp_fs_open" (func $open (param i32 i32 i32 i32) (result i32)))
 (import "sovelma" "sp_fs_read" (func $read (param i32 i32 i32 i32) (result i32)))
 (import "sovelma" "sp_fs_write" (func $write (param i32 i32 i32 i32) (result i32)))
 (import "sovelma" "sp_fs_close" (func $close (param i32) (result i32)))
 (import "sovelma" "sp_log" (func $log (param i32 i32 i32) (result i32)))
 (memory (export "memory") 1)
 (data (i32.const 32) "dir") (data (i32.const 40) "a/x") (data (i32.const 48) "n/y")
 (func $more (param i32) (i32.store (local.get 0) (i32.add (i32.load (local.get 0)) (i32.const 1))))
 (func $count (param $answer i32) (result i32)
  (if (i32.eq (local.get $answer) (i32.const -11)) (then (call $more (i32.const 4)))
   (else (if (i32.lt_s (local.get $answer) (i32.const 0)) (then (call $more (i32.const 8))))))
  (local.get $answer))
 (func (export "_start") (local $d i32) (local $f i32) (local $w i32)
  (local.set $d (call $find (i32.const 32) (i32.const 3)))
  (loop $round
   (i32.store8 (i32.const 40) (i32.add (i32.const 97) (i32.rem_u (i32.load (i32.const 0)) (i32.const 13))))
   (i32.store (i32.const 1000) (i32.load (i32.const 0)))
   (drop (call $log (i32.const 3) (i32.const 1000) (i32.const 40)))
   (local.set $f (call $count (call $open (local.get $d) (i32.const 40) (i32.const 1) (i32.const 15))))
   (if (i32.gt_s (local.get $f) (i32.const 0)) (then
    (local.set $w (call $count (call $write (local.get $f) (i32.const 1000) (i32.load (i32.const 20)) (i32.const 300))))
    (if (i32.lt_u (local.get $w) (i32.load (i32.const 20))) (then (call $more (i32.const 4))))
    (if (i32.ge_s (local.get $w) (i32.const 4)) (then
     (drop (call $count (call $read (local.get $f) (i32.const 7000) (i32.const 4) (i32.const 300))))
     (if (i32.ne (i32.load (i32.const 7000)) (i32.load (i32.const 1000))) (then (call $more (i32.const 12))))))
    (drop (call $count (call $close (local.get $f))))))
   (call $more (i32.const 0))
   (drop (call $yield))
   (br $round))))""")

SCRIPT = script(__file__, "full_heap_calls")


def test_every_failing_allocation_is_an_error_code(firmware):
    rows = firmware.script(SCRIPT, wasm={"churn": CHURN}, heap=256 << 10, step=40 // firmware.share(40))
    assert len(rows) == firmware.share(40)
    for state, _, other, wrong, goes_on, recovered, exact, held in rows:
        # The task may stand between opening and closing, so it holds one or two capabilities.
        assert state in ("ready", "running") and (other, wrong) == (0, 0) and goes_on and recovered and exact and held in (1, 2)
    assert sum(row[1] > 0 for row in rows) >= firmware.share(40) * 3 / 4


# Opens and writes a file, logs, then divides by zero: everything that a life begins and ends with.
SHORT_LIFE = wat("""(module (import "sovelma" "sp_cap_find" (func $find (param i32 i32) (result i32)))
 (import "sovelma" "sp_fs_open" (func $open (param i32 i32 i32 i32) (result i32)))
 (import "sovelma" "sp_fs_write" (func $write (param i32 i32 i32 i32) (result i32)))
 (import "sovelma" "sp_log" (func $log (param i32 i32 i32) (result i32)))
 (memory (export "memory") 1) (data (i32.const 32) "dir")
 (func $inner (param i32) (result i32) (i32.div_u (i32.const 1) (local.get 0)))
 (func (export "_start") (local $f i32)
  (local.set $f (call $open (call $find (i32.const 32) (i32.const 3)) (i32.const 33) (i32.const 1) (i32.const 7)))
  (drop (call $write (local.get $f) (i32.const 0) (i32.const 900) (i32.const -1)))
  (drop (call $log (i32.const 3) (i32.const 0) (i32.const 40)))
  (drop (call $inner (i32.const 0)))))""")

LIVES = script(__file__, "full_heap_system")


def test_lives_begin_and_end_in_a_full_heap(firmware, tmp_path):
    """Faults, records, restarts, kills and starts without memory lose a record or a try, never the kernel, a region or a
    byte of an account; with memory again everything goes on."""
    (tmp_path / "bad.wasm").write_bytes(SHORT_LIFE)
    (tmp_path / "good.wasm").write_bytes(CHURN)
    path = tmp_path / "system.json"
    again = {"policy": "restart", "first": 1, "most": 1, "times": 1000000}
    path.write_text(json.dumps({"version": 1, "directories": {"/data": 0}, "tasks": [
        {"name": name, "module": name + ".wasm", "memory": 8192, "fault": again,
         "caps": {"dir": {"directory": "/data", "rights": ["read", "write", "create"]}}} for name in ("bad", "good")]}))  # fmt: skip
    fill = SCRIPT[SCRIPT.index("def fill(left):"):SCRIPT.index("out = []")]
    rows = firmware.script(LIVES.replace("# FILL", fill), path=str(path), heap=firmware.WORD << 16, step=120 // firmware.share(40))
    assert len(rows) == firmware.share(40)
    for restarted, recorded, good, exact, regions, intact, alive in rows:
        assert (restarted, recorded, exact, regions, intact, alive) == (True, True, True, True, True, 2)
        assert good in ("ready", "running", "restarting")


# Runs one case of every_call; again and again the heap is full but for ever more pieces.
EVERY = SETUP + script(__file__, "full_heap_locked")


@pytest.fixture(scope="module")
def everybody(tmp_path_factory):
    with peers() as found:
        yield *found, host_files(tmp_path_factory.mktemp("host"))


# Cases that must have found no memory at least once, or the heap was not full.
ALLOCATES = {"sp_fs_open: truncating", "sp_fs_open: truncating on the host", "sp_fs_write: behind a gap", "sp_fs_write: 4096 bytes anew",
             "sp_fs_close: leaving many children", "sp_net_connect: datagrams", "sp_net_connect: refused"}  # fmt: skip


@pytest.mark.parametrize("label", [parameter(label) for label in CASES if "refused for" not in label])
def test_every_call_in_a_full_heap(firmware, everybody, label):
    """Whatever allocation fails: an error the ABI lists for that call, nothing lost, nothing left open, and all as before
    once there is memory."""
    codes = {error["name"]: error["code"] for error in ABI["error"]}
    fill = SCRIPT[SCRIPT.index("def fill(left):"):SCRIPT.index("out = []")]
    last = 600 if label == "sp_fs_close: leaving many children" else 9     # until what failed is out of its arrays
    wrong, before, during, after = firmware.script(
        EVERY.replace("# FILL", fill), last=last, wasm={"m": module()}, heap=firmware.WORD << 15, counted=label in ALLOCATES, **values(*everybody, label))  # fmt: skip
    assert wrong == []
    if label in ALLOCATES:
        assert codes["NOMEM"] in [code for _, code in during]
    for name, code in during:
        assert code == 0 or code in [codes[error] for error in CALLS[name]["errors"]], (name, code)
    errors = {(name, code) for name, code in after if code}
    usual = {(name, code) for name, code in before if code}
    if label in ("sp_net_connect: refused", "sp_net_connect: a name with four addresses"):
        usual.add(("sp_net_connect", codes["REFUSED"]))     # nobody is there; a busy machine may not have heard so before
    assert errors <= usual, errors


def test_the_text_of_an_exception_in_a_full_heap_is_written_nowhere_else(firmware):
    """Without an emergency buffer MicroPython 1.25 wrote the text to address 52: the machine stopped, a chip restarted."""
    text = firmware.script("""
import micropython
try:
    int("x", 99)
except ValueError as raised:
    error = raised
micropython.heap_lock()
error.args                  # the text is made ready here
micropython.heap_unlock()
answer(str(error))
""")
    assert "2" in text and "36" in text


def test_every_board_has_a_buffer_for_the_text_of_an_exception():
    headers = list((ROOT / "firmware/boards").glob("*/mpconfigboard.h"))
    assert len(headers) >= 2
    for header in headers:
        (size,) = re.findall(r"^#define MICROPY_EMERGENCY_EXCEPTION_BUF_SIZE \((\d+)\)", header.read_text(), re.M)
        assert int(size) >= 52 + 128        # what stands before the text on a 32-bit machine, and the longest text
