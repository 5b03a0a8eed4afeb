"""What a module can do with system calls: wild pointers, forged capabilities, numbers out of range, storms, exhaustion.

A task of the zoo holds three capabilities: "dir" (identifier 0x101), a directory with all rights and a limit of 16 KB;
"file" (0x102), a file to be read; "look" (0x103), the directory of the victim, to be read. One with grants="net" holds
a network instead (0x101): UDP to port 9 of 127.0.0.1, four sockets at once. What exists for every
call is made from firmware/abi.toml, so a new call of the ABI is in the zoo the day it is defined.
"""

import pathlib
import sys

from specimen import specimen

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools" / "generate"))

import gen_abi  # noqa: E402

CALLS = gen_abi.read(gen_abi.ROOT / gen_abi.SOURCE)["call"]
ERRORS = {e["name"]: e["code"] for e in gen_abi.read(gen_abi.ROOT / gen_abi.SOURCE)["error"]}
BADCAP, REVOKED, DENIED, INVAL, TOOBIG, QUOTA = (ERRORS[n] for n in ("BADCAP", "REVOKED", "DENIED", "INVAL", "TOOBIG", "QUOTA"))
NOTFOUND, EXISTS = ERRORS["NOTFOUND"], ERRORS["EXISTS"]

DIR, FILE, LOOK = 0x101, 0x102, 0x103
MEMORY_BYTES = 4096
ANSWERS = 3072  # where answers are collected
MAX_ANSWERS = 64  # a line of the log has 256 bytes
RESULTS = {"i32": "(result i32)", "cap": "(result i32)", "i64": "(result i64)", "none": ""}

TYPES = {"i": "i32", "I": "i64"}
PARAMETERS = {c["name"]: c["type"][2:-1] for c in CALLS}

IMPORTS = "\n".join(
    f'(import "sovelma" "{c["name"]}" (func ${c["name"]} {" ".join(f"(param {TYPES[t]})" for t in PARAMETERS[c["name"]])} {RESULTS[c["result"]]}))' for c in CALLS)


def module(body, data="", more=""):
    """A module that imports every call; `data`: bytes at address 0, as in WebAssembly text."""
    return f"""(module {IMPORTS} (memory (export "memory") 1) (data (i32.const 0) "{data}") {more} (func $start (export "_start") {body}))"""


def call(name, *arguments):
    """One call; arguments are numbers or expressions."""
    pairs = zip(PARAMETERS[name], arguments, strict=True)
    return f"(call ${name} {' '.join(a if isinstance(a, str) else f'({TYPES[t]}.const {a})' for t, a in pairs)})"


def answering(expressions, data="", before="", more="", locals=""):
    """A module that logs the answers to some calls (the lower halves of 64-bit ones) and ends with exit code 0."""
    assert len(expressions) <= MAX_ANSWERS
    stores = "".join(f"(i32.store (i32.const {ANSWERS + 4 * i}) {e})" for i, e in enumerate(expressions))
    return module(f"{locals} {before} {stores} (drop {call('sp_log', 3, ANSWERS, 4 * len(expressions))}) {call('sp_exit', 0)}", data, more)


def good(argument):
    """Wasm arguments for one argument of a call, in range."""
    return {"cap": [FILE], "timeout": [0], "slice_in": [0, 0], "slice_out": [0, 0], "flags": [0], "any": [0], "time": [0]}.get(
        argument["kind"], [max(0, argument["min"])])  # fmt: skip


def arguments(c, changed=None, values=None):
    """All wasm arguments of the call `c`, with those of the argument `changed` replaced."""
    return [v for a in c["argument"] for v in (values if a is changed else good(a))]


def result(c, expression):
    """The call as an i32 expression."""
    return f"(i32.wrap_i64 {expression})" if c["result"] == "i64" else expression


# ---------------------------------------------------------------- pointers

WILD = {
    "over_the_end": (MEMORY_BYTES - 1, 2),
    "behind_the_end": (MEMORY_BYTES, 1),
    "nothing_outside": (MEMORY_BYTES + 1, 0),
    "length_of_minus_1": (0, 0xFFFFFFFF),
    "length_negative": (16, 0x80000000),
    "end_wraps_to_0": (0x80000000, 0x80000000),
    "end_wraps_into_memory": (0xFFFFFFF0, 0x20),
    "address_of_minus_1": (0xFFFFFFFF, 1),
    "before_the_memory": (-16 & 0xFFFFFFFF, 16),
}

for _call in CALLS:
    for _argument in _call["argument"]:
        if _argument["width"] == 2:
            for _how, _values in WILD.items():
                # Every instruction, the constants at the entry, what the ABI says the call costs; but for the first call.
                _instructions = _call["width"] + 2 + (_call["result"] != "none")
                _record = {"reason": f"pointer outside memory in {_call['name']}", "backtrace": [_call["name"], "_start"], "calls": 1,
                           "fuel": _call["fuel"] + _instructions + 4 * _call["width"] // 16}  # fmt: skip
                specimen(
                    "fault", _record["reason"], _record, name=f"{_call['name']}_{_argument['name']}_{_how}",
                    attack=f"{_call['name']}: {_argument['name']} at 0x{_values[0]:x}, 0x{_values[1]:x} bytes.",
                )(lambda c=_call, a=_argument, v=_values: module(
                    ("(drop {})" if c["result"] != "none" else "{}").format(call(c["name"], *arguments(c, a, list(v))))))  # fmt: skip


@specimen("exit", 0, [0, 0, 4096, 1])
def slices_at_the_very_end():
    """Slices that just fit are no fault: nothing at the end, all of memory, its last byte."""
    return answering([call("sp_fs_read", FILE, MEMORY_BYTES, 0, 0), call("sp_random", MEMORY_BYTES, 0),
                      f"(i32.add (i32.const 3840) {call('sp_random', 0, MEMORY_BYTES)})", call("sp_random", MEMORY_BYTES - 1, 1)])  # fmt: skip


# ---------------------------------------------------------------- numbers

for _call in CALLS:
    _wrong = []
    for _argument in _call["argument"]:
        if _argument["kind"] in ("int", "timeout"):
            _values = {_argument["min"] - 1, _argument["max"] + 1, -(2**31), 2**31 - 1}
            _values = [v for v in sorted(_values) if not _argument["min"] <= v <= _argument["max"] and -(2**31) <= v < 2**31]
        elif _argument["kind"] == "flags":
            _values = [1 << bit for bit in range(31) if not _argument["mask"] >> bit & 1] + [-(2**31), -1]
        else:
            _values = []
        _wrong += [(_argument, value) for value in _values]
    if _wrong:
        specimen("exit", 0, [INVAL] * len(_wrong), name=f"{_call['name']}_out_of_range", attack=f"{_call['name']} with every number that is out of range.")(
            lambda c=_call, wrong=_wrong: answering([result(c, call(c["name"], *arguments(c, a, [v]))) for a, v in wrong]))  # fmt: skip

for _code in (-(2**31), -1, 2**31 - 1):
    specimen("exit", _code, name=f"exit_with_{_code}".replace("-", "minus_"), attack="An exit code at the edge.")(
        lambda code=_code: module(call("sp_exit", code)))  # fmt: skip


@specimen("asleep")
def sleep_as_long_as_possible():
    """The longest sleep there is."""
    return module(f"(drop {call('sp_sleep', 2**29 - 1)}) unreachable")


@specimen("exit", 0, [0] * 60)
def sleep_for_nothing():
    """Sixty sleeps of no time."""
    return answering([call("sp_sleep", 0)] * 60)


# ---------------------------------------------------------------- capabilities

FORGED = {
    0: BADCAP, 1: BADCAP, 255: BADCAP, 256: BADCAP, 0x1FF: BADCAP, -1: BADCAP, -(2**31): BADCAP, 2**31 - 1: BADCAP,
    2**30 - 1: BADCAP, 2**30: BADCAP, FILE | 1 << 30: BADCAP, FILE - (1 << 31): BADCAP, FILE + 0x100: BADCAP, FILE - 0x100: BADCAP,
    0x104: BADCAP, 0x1FE: BADCAP, DIR: None, 0x204: BADCAP,
}  # fmt: skip

for _call in CALLS:
    if _call["argument"] and _call["argument"][0]["kind"] == "cap":
        _kinds = _call["needs"]["kinds"]
        _tried = [i for i in FORGED if i != DIR or not {"DIRECTORY", "ANY"} & set(_kinds)]
        _answers = [BADCAP if FORGED[i] is None else FORGED[i] for i in _tried]
        specimen("exit", 0, _answers, name=f"{_call['name']}_forged", attack=f"{_call['name']} with identifiers that nobody gave it.")(
            lambda c=_call, tried=_tried: answering([result(c, call(c["name"], *arguments(c, c["argument"][0], [i]))) for i in tried]))  # fmt: skip


@specimen("exit", 1)
def every_identifier():
    """All slots and eight generations of each are tried: exactly one is the file that was granted."""
    return module(f"""(local $i i32) (local $n i32)
        (loop $l (if (i32.ge_s {call('sp_fs_size', '(local.get $i)')} (i32.const 0)) (then (local.set $n (i32.add (local.get $n) (i32.const 1)))))
            (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 2048))))
        {call('sp_exit', '(local.get $n)')}""")


@specimen("exit", 0)
def stale_identifiers():
    """A file is opened and closed 200 times: every old identifier is REVOKED for ever, none names the new file."""
    return module(f"""(local $i i32) (local $first i32) (local $new i32)
        (local.set $first {call('sp_fs_open', DIR, 0, 1, 7)}) (drop {call('sp_fs_close', '(local.get $first)')})
        (loop $l
            (local.set $new {call('sp_fs_open', DIR, 0, 1, 7)})
            (if (i32.or (i32.lt_s (local.get $new) (i32.const 1)) (i32.eq (local.get $new) (local.get $first))) (then {call('sp_exit', 1)}))
            (if (i32.ne {call('sp_fs_size', '(local.get $first)')} (i32.const {REVOKED})) (then {call('sp_exit', 2)}))
            (if (i32.ne {call('sp_fs_write', '(local.get $first)', 0, 1, 0)} (i32.const {REVOKED})) (then {call('sp_exit', 3)}))
            (if {call('sp_fs_close', '(local.get $new)')} (then {call('sp_exit', 4)}))
            (if (i32.ne {call('sp_fs_close', '(local.get $new)')} (i32.const {REVOKED})) (then {call('sp_exit', 5)}))
            (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 200))))
        {call('sp_exit', 0)}""", "x")


@specimen("exit", 0, [0, REVOKED, REVOKED, REVOKED, REVOKED, BADCAP])
def its_own_capability_closed():
    """A granted file is closed and used, and looked up again."""
    return answering([call("sp_fs_close", FILE), call("sp_fs_size", FILE), call("sp_fs_read", FILE, 0, 0, 0), call("sp_fs_close", FILE),
                      call("sp_cap_find", 0, 4), call("sp_fs_size", FILE + 0x100)], "file")  # fmt: skip


@specimen("exit", 0, [BADCAP, BADCAP, BADCAP, BADCAP, BADCAP])
def the_wrong_kind():
    """A directory read, written and measured like a file, a file opened like a directory."""
    return answering([call("sp_fs_read", DIR, 0, 1, 0), call("sp_fs_write", DIR, 0, 1, 0), call("sp_fs_size", DIR), call("sp_fs_size", LOOK),
                      call("sp_fs_open", FILE, 0, 1, 1)], "x")  # fmt: skip


@specimen("exit", 0, [DENIED, DENIED, DENIED, DENIED, DENIED, DENIED, DENIED, 0x104, DENIED, 0x105, DENIED, DENIED])
def rights_that_were_not_given():
    """Everything that needs more than the right to read, and what was opened with less."""
    return answering(
        [call("sp_fs_write", FILE, 0, 1, 0), call("sp_fs_write", FILE, 0, 1, -1), call("sp_fs_open", LOOK, 0, 6, 2), call("sp_fs_open", LOOK, 0, 6, 3),
         call("sp_fs_open", LOOK, 0, 6, 2 | 8), call("sp_fs_open", LOOK, 8, 1, 1 | 4), call("sp_fs_open", LOOK, 8, 1, 1 | 4 | 32),
         call("sp_fs_open", LOOK, 0, 6, 1), call("sp_fs_write", 0x104, 0, 1, 0), call("sp_fs_open", DIR, 8, 1, 2 | 4),
         call("sp_fs_read", 0x105, 0, 1, 0), call("sp_fs_open", LOOK, 0, 6, 2 | 16)], "secret\\00\\00n")  # fmt: skip


@specimen("exit", 0, [BADCAP, BADCAP, BADCAP, NOTFOUND], grants=False)
def nothing_granted():
    """A task without capabilities uses its neighbours' identifiers."""
    return answering([call("sp_fs_size", FILE), call("sp_fs_open", DIR, 0, 1, 1), call("sp_fs_open", LOOK, 0, 1, 1), call("sp_cap_find", 0, 4)], "file")


PATHS = {
    "..": INVAL, "../victim/secret": INVAL, "/victim/secret": INVAL, "sub/../../victim/secret": NOTFOUND, "a//b": NOTFOUND, ".": INVAL, "./a": INVAL,
    "a/": NOTFOUND, "/": INVAL, "//": INVAL, "a\\00b": INVAL, "\\00": INVAL, "...": NOTFOUND, "\\ff\\fe": NOTFOUND, "C:\\5cx": NOTFOUND,
}  # fmt: skip


@specimen("exit", 0, list(PATHS.values()))
def paths_that_want_out():
    """Every way to write the directory above."""
    expressions, data, at = [], "", 0
    for path in PATHS:
        size = len(path) - 2 * path.count("\\")
        expressions.append(call("sp_fs_open", DIR, at, size, 1))
        data += path
        at += size
    return answering(expressions, data)


@specimen("exit", 0, [INVAL, TOOBIG, 0x104, TOOBIG, TOOBIG, NOTFOUND, TOOBIG, TOOBIG])
def paths_that_are_too_long():
    """Paths and names at their limits and beyond, and names of capabilities."""
    return answering(
        [call("sp_fs_open", DIR, 0, 0, 1), call("sp_fs_open", DIR, 0, 64, 7), call("sp_fs_open", DIR, 0, 63, 7), call("sp_fs_open", DIR, 0, 256, 1),
         call("sp_fs_open", DIR, 0, 4096, 1), call("sp_cap_find", 0, 64), call("sp_cap_find", 0, 65), call("sp_cap_find", 0, 4096)], "n" * 300)  # fmt: skip


# ---------------------------------------------------------------- exhaustion


@specimen("exit", 13)
def capability_table_full():
    """Files are opened until there is no slot, and 500 times more."""
    return module(f"""(local $i i32) (local $n i32)
        (drop {call('sp_fs_open', DIR, 0, 1, 7)})
        (loop $l (if (i32.gt_s {call('sp_fs_open', DIR, 0, 1, 1)} (i32.const 0)) (then (local.set $n (i32.add (local.get $n) (i32.const 1)))))
            (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 512))))
        {call('sp_exit', '(i32.add (local.get $n) (i32.const 1))')}""", "x")


@specimen("exit", 128)
def files_without_number():
    """1,000 files are made: the directory's limit holds the 128 it pays for."""
    return module(f"""(local $i i32) (local $n i32) (local $f i32)
        (loop $l (i32.store (i32.const 0) (i32.add (i32.const 0x01010101) (local.get $i)))
            (local.set $f {call('sp_fs_open', DIR, 0, 3, 7)})
            (if (i32.gt_s (local.get $f) (i32.const 0)) (then (local.set $n (i32.add (local.get $n) (i32.const 1))) (drop {call('sp_fs_close', '(local.get $f)')})))
            (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 1000))))
        {call('sp_exit', '(local.get $n)')}""")


@specimen("exit", 15)
def directories_inside_directories():
    """Directories inside each other, as deep as they may be: sixteen; the way back up does not exist."""
    return module(f"""(local $i i32) (local $n i32) (local $d i32) (local $f i32)
        (local.set $d (i32.const {DIR}))
        (loop $l
            (local.set $f {call('sp_fs_open', '(local.get $d)', 0, 1, 1 | 2 | 4 | 32)})
            (if (i32.gt_s (local.get $f) (i32.const 0)) (then
                (local.set $n (i32.add (local.get $n) (i32.const 1)))
                (if (i32.ne (local.get $d) (i32.const {DIR})) (then (drop {call('sp_fs_close', '(local.get $d)')})))
                (local.set $d (local.get $f))))
            (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 300))))
        {call('sp_exit', '(local.get $n)')}""", "d")


@specimen("exit", 15872)
def a_file_that_fills_its_directory():
    """A file grows until its directory's limit."""
    return module(f"""(local $f i32) (local $i i32)
        (local.set $f {call('sp_fs_open', DIR, 0, 1, 7)})
        (loop $l (drop {call('sp_fs_write', '(local.get $f)', 0, 4096, -1)})
            (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 100))))
        {call('sp_exit', call('sp_fs_size', '(local.get $f)'))}""", "x")


@specimen("exit", 0, [0x104, QUOTA, QUOTA, QUOTA, 0, 0, 1, 1001])
def a_file_with_a_hole():
    """Writes at the far end of a file: the hole counts."""
    return answering(
        [call("sp_fs_open", DIR, 0, 1, 7), call("sp_fs_write", 0x104, 0, 1, 2**30 - 1), call("sp_fs_write", 0x104, 0, 4096, 2**30 - 1),
         call("sp_fs_write", 0x104, 0, 1, 20000), call("sp_fs_size", 0x104), call("sp_fs_read", 0x104, 0, 100, 2**30 - 1),
         call("sp_fs_write", 0x104, 0, 1, 1000), call("sp_fs_size", 0x104)], "x")  # fmt: skip


NET, UDP, TLS = 0x101, 2, 1
HOST = "127.0.0.1"


def connect(host=0, length=len(HOST), port=9, flags=UDP):  # noqa: B008 (a constant)
    return call("sp_net_connect", NET, host, length, port, flags, 0)


@specimen("exit", 4, grants="net")
def sockets_without_number():
    """Sockets are opened 100 times: the network capability has four."""
    return module(f"""(local $i i32) (local $n i32)
        (loop $l (if (i32.gt_s {connect()} (i32.const 0)) (then (local.set $n (i32.add (local.get $n) (i32.const 1)))))
            (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 100))))
        {call('sp_exit', '(local.get $n)')}""", HOST)


@specimen("exit", 0, grants="net")
def sockets_that_are_stale():
    """A socket is opened and closed 50 times: no slot is lost, no old identifier works."""
    return module(f"""(local $i i32) (local $first i32) (local $new i32)
        (loop $l
            (local.set $new {connect()})
            (if (i32.lt_s (local.get $new) (i32.const 1)) (then {call('sp_exit', 1)}))
            (if (local.get $first) (then (if (i32.ne {call('sp_net_send', '(local.get $first)', 0, 1, 0)} (i32.const {REVOKED})) (then {call('sp_exit', 2)}))))
            (local.set $first (local.get $new))
            (if {call('sp_net_close', '(local.get $new)')} (then {call('sp_exit', 3)}))
            (if (i32.ne {call('sp_net_recv', '(local.get $new)', 0, 1, -1)} (i32.const {REVOKED})) (then {call('sp_exit', 4)}))
            (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 50))))
        {call('sp_exit', 0)}""", HOST)


HOSTS = ("127.0.0.2", "0.0.0.0", "10.0.0.1", "169.254.169.254", "255.255.255.255", "localhost", "example.org", "127.1", "127.000.000.001", "0x7f.0.0.1",
         "127.0.0.1 ", "[::1]", "a" * 64 + ".b", "..", "")  # fmt: skip


@specimen("exit", 0, [DENIED, DENIED, DENIED, DENIED, DENIED, DENIED, DENIED] + [INVAL] * 8 + [DENIED, DENIED, DENIED], grants="net")
def hosts_that_were_not_granted():
    """Other hosts, other ways to write them, other ports, other protocols."""
    expressions, data, at = [], HOST, len(HOST)
    for host in HOSTS:
        expressions.append(connect(at, len(host)))
        data += host
        at += len(host)
    return answering([*expressions, connect(port=22), connect(flags=0), connect(port=8)], data)


# ---------------------------------------------------------------- storms

WAITS = {"sp_exit"}  # does not come back

for _call in CALLS:
    if _call["name"] not in WAITS:
        specimen("endless", name=f"{_call['name']}_storm", attack=f"{_call['name']} for ever: a cheap call is work for the kernel.")(
            lambda c=_call: module("(loop $l {} (br $l))".format(("(drop {})" if c["result"] != "none" else "{}").format(call(c["name"], *arguments(c))) * 4)))  # fmt: skip


@specimen("endless", priority=7)
def yield_storm_above_everybody():
    """sp_yield for ever at the highest priority."""
    return module(f"(loop $l (drop {call('sp_yield')}) (br $l))")


@specimen("endless", priority=7)
def loop_above_everybody():
    """An endless loop at the highest priority."""
    return module("(loop $l (br $l))")


@specimen("endless")
def open_storm():
    """A file is made, written, truncated and closed for ever."""
    return module(f"""(local $f i32) (loop $l (local.set $f {call('sp_fs_open', DIR, 0, 1, 1 | 2 | 4 | 8)})
        (drop {call('sp_fs_write', '(local.get $f)', 0, 4096, 0)}) (drop {call('sp_fs_close', '(local.get $f)')}) (br $l))""", "x")


TERMINAL = "\\1b[2J\\1b]0;owned\\07\\0d\\0avictim: I give up\\0a\\9b31m\\00\\7f\\c2\\9b6n"


@specimen("endless")
def log_flood():
    """Terminal escapes and forged lines, as fast as it goes."""
    size = len(TERMINAL) - 2 * TERMINAL.count("\\")
    return module(f"(loop $l (drop {call('sp_log', 0, 0, size)}) (drop {call('sp_log', 2, 0, 4096)}) (br $l))", TERMINAL)


@specimen("exit", 0, [256])
def log_of_all_bytes():
    """Every byte there is, in one line."""
    return answering([call("sp_log", 2, 0, 256)], "".join(f"\\{b:02x}" for b in range(256)))


@specimen("exit", 0)
def calls_in_start_function():
    """System calls before _start: each of them stops the start function and goes on."""
    return f"""(module {IMPORTS} (memory (export "memory") 1) (data (i32.const 0) "x")
        (func $first (drop {call('sp_yield')}) (drop {call('sp_sleep', 1)}) (if (i32.ne {call('sp_fs_open', DIR, 0, 1, 7)} (i32.const 0x104)) (then unreachable)))
        (func (export "_start") (if {call('sp_fs_size', 0x104)} (then unreachable))) (start $first))"""
