"""A table index in as many bytes as LEB128 allows: compilers leave room for a linker that never comes (case c07).

LLVM from version 20 on, and Rust from 1.82 on, write the index of `call_indirect` in five bytes. Source: WebAssembly 2.0, 5.2.2.
"""

import pytest
from setups import RUN

ZEROS = {1: b"\x00", 2: b"\x80\x00", 3: b"\x80\x80\x00", 4: b"\x80\x80\x80\x00", 5: b"\x80\x80\x80\x80\x00"}
WRONG = {
    "six bytes": b"\x80\x80\x80\x80\x80\x00", "bits beyond 32": b"\x80\x80\x80\x80\x10", "table 1": b"\x01", "table 1, long": b"\x81\x80\x80\x80\x00",
    "table 128": b"\x80\x01",
}  # fmt: skip


def section(number, body):
    return bytes([number, len(body)]) + body


def module(table, traps=False):
    """Function 0 returns 42, or traps; `run` calls it through the table, with the index written as `table`."""
    inner = b"\x00\x00\x0b" if traps else b"\x00\x41\x2a\x0b"
    outer = b"\x00\x41\x00\x11\x00" + table + b"\x0b"
    bodies = b"\x02" + bytes([len(inner)]) + inner + bytes([len(outer)]) + outer
    return (b"\0asm\1\0\0\0" + section(1, b"\x01\x60\x00\x01\x7f") + section(3, b"\x02\x00\x00") + section(4, b"\x01\x70\x00\x01")
            + section(7, b"\x01\x03run\x00\x01") + section(9, b"\x01\x00\x41\x00\x0b\x01\x00") + section(10, bodies))  # fmt: skip


@pytest.mark.parametrize("options", ["", ", quota=4000"])
def test_the_index_of_a_table_may_be_long(firmware, options):
    """Compiled at once, or when first called."""
    assert firmware.script(RUN + f"""
out = []
for name in sorted(wasm):
    t = wasm3.Instance(wasm[name], "run"{options})
    out.append([run(t) == wasm3.EXITED, t.result()])
    t.kill()
answer([out[0], [one for one in out if one != out[0]]])
""", wasm={f"m{length}": module(zero) for length, zero in ZEROS.items()}) == [[True, 42], []]  # fmt: skip


def test_a_trap_behind_a_long_index_is_found(firmware):
    """The place of each frame counts the bytes that the index has."""
    assert firmware.script(RUN + """
out = []
for length in (1, 5):
    t = wasm3.Instance(wasm["m%d" % length], "run")
    run(t)
    out.append([t.error(), t.locate(wasm["m%d" % length])])
    t.kill()
answer(out)
""", wasm={f"m{length}": module(zero, True) for length, zero in ZEROS.items()}) == [["unreachable executed", [3, 9]]] * 2  # fmt: skip


@pytest.mark.parametrize("how", WRONG)
def test_what_is_no_index_of_table_0_is_refused(firmware, how):
    kind, text = firmware.script(RUN + 'answer(refused(wasm["m"], "run"))', wasm={"m": module(WRONG[how])})
    assert kind == "ValueError" and ("unknown table" in text or "integer" in text or "LEB" in text), text


@pytest.mark.parametrize("block_type", ["c0 7f", "c0 ff 7f", "ff 7f", "ff ff ff ff 7f"])
def test_the_type_of_a_block_is_one_byte_where_it_is_no_index(firmware, block_type):
    """The specification has a byte for each value type and for none there, not a number of any length."""
    body = bytes.fromhex("00 02" + block_type + "0b 0b")
    module = bytes.fromhex("00 61 73 6d 01 00 00 00 01 04 01 60 00 00 03 02 01 00 0a") + bytes([len(body) + 2, 1, len(body)]) + body
    assert firmware.script("""
import wasm3
try:
    wasm3.validate(wasm["m"])
    answer("valid")
except ValueError as error:
    answer(str(error))
""", wasm={"m": module}).startswith("offset 0x18: function 0: malformed value type")
