"""The manifest's JSON parser against Python's: the same values, the same texts refused; what is wrong has its place."""

import json
import random

import pytest

PARSE = """
from kernel.boot.strict_json import parse
import binascii
def plain(value):
    # Keys in order, ints told from floats.
    if isinstance(value, dict):
        return ["object", [[key, plain(item)] for key, item in value.items()]]
    if isinstance(value, list):
        return ["list", [plain(item) for item in value]]
    if isinstance(value, float):
        return ["float", str(value)]        # JSON has no infinity
    return [{bool: "bool", int: "int", str: "str"}.get(type(value), "null"), value]
out = []
for text in texts:
    try:
        out.append(plain(parse(binascii.unhexlify(text))))
    except ValueError as error:
        out.append(str(error))
answer(out)
"""


def parse(firmware, texts):
    """What the firmware makes of each text (bytes): a value as `plain` has it, or the words of its complaint."""

    def with_floats(value):
        if isinstance(value, list) and value[:1] == ["float"]:
            return ["float", float(value[1])]
        return [with_floats(item) for item in value] if isinstance(value, list) else value

    return [with_floats(value) for value in firmware.script(PARSE, texts=[text.hex() for text in texts])]


def no_twice(pairs):
    if len({key for key, _ in pairs}) < len(pairs):
        raise ValueError("twice")
    return dict(pairs)


def refuse(text):
    raise ValueError(text)


def reference(text):
    """The same by Python's parser, None where it refuses. It takes half characters and NaN, which are no text and no number."""

    def plain(value):
        if isinstance(value, dict):
            return ["object", [[key, plain(item)] for key, item in value.items()]]
        if isinstance(value, list):
            return ["list", [plain(item) for item in value]]
        if isinstance(value, str):
            value.encode()
        return [{bool: "bool", int: "int", float: "float", str: "str"}.get(type(value), "null"), value]

    try:
        value = plain(json.loads(text.decode(), object_pairs_hook=no_twice, parse_constant=refuse))
        json.dumps(value).encode()
        return value
    except (ValueError, RecursionError):
        return None


def close(one, other, error=1e-12):
    """Equal but for the last digits of floats. error: relative."""
    if isinstance(one, float) and isinstance(other, float):
        return one == other or abs(one - other) <= error * abs(other) or error > 1e-7 and abs(other) > 3.4e38 and abs(one) > 3.4e38
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(close(a, b, error) for a, b in zip(one, other))
    return one == other and type(one) is type(other)


def random_value(generator, depth=0):
    kind = generator.choice("oalsifnts" if depth < 4 else "sifn")
    if kind == "o":
        return {random_text(generator): random_value(generator, depth + 1) for _ in range(generator.randrange(4))}
    if kind in "al":
        return [random_value(generator, depth + 1) for _ in range(generator.randrange(4))]
    if kind == "s":
        return random_text(generator)
    if kind == "i":
        return generator.choice([0, -1, generator.randrange(-(10**9), 10**9), generator.randrange(10**18)])
    if kind == "f":
        return generator.choice([0.5, -1e-5, 1e20, generator.uniform(-1000, 1000)])
    return generator.choice([None, True, False])


def random_text(generator):
    return "".join(generator.choices("ab\"\\/\b\f\n\r\t\x01é東\U0001f600 ", k=generator.randrange(6)))


def mangled(generator, text):
    """The text with a few bytes changed, taken away or put in."""
    text = bytearray(text)
    for _ in range(generator.randrange(1, 4)):
        place = generator.randrange(len(text) + 1)
        what = generator.choice([b"", b",", b"]", b"}", b'"', b"\\", b"u", b"0", b"-", b".", b"e", b" ", b"\n", b"[", b"{", b":", b"\xff", b"d8"])
        text[place:place + generator.randrange(2)] = what
    return bytes(text)


def test_random_texts_against_pythons_parser(firmware):
    error = 1e-6 if firmware.name == "rv32" else 1e-12        # its floats have 32 bits, of which MicroPython leaves 30
    generator = random.Random(5)
    texts = []
    for _ in range(600):
        value = random_value(generator)
        text = json.dumps(value, ensure_ascii=generator.random() < 0.5, indent=generator.choice([None, 1])).encode()
        texts += [text, mangled(generator, text), mangled(generator, text)]
    results = parse(firmware, texts)
    refused = 0
    for text, result in zip(texts, results, strict=True):
        wanted = reference(text)
        refused += wanted is None
        assert isinstance(result, str) if wanted is None else close(result, wanted, error), (text, result, wanted)
    assert 500 < refused < 1500


@pytest.mark.parametrize("text, complaint", [
    (b"", "line 1, column 1: the text breaks off"), (b"[1", "line 1, column 3: the text breaks off"),
    (b'{"a":1,\n "b":2,\n "a":3}', "line 3, column 2: a second value for this key"),
    (b'{"a" 1}', "line 1, column 6: a colon is missing"), (b"{1:2}", "line 1, column 2: a key is missing"),
    (b"[01]", "line 1, column 3: a comma or the end is missing"), (b"[1.]", "line 1, column 4: a digit is missing"),
    (b"[-]", "line 1, column 3: a digit is missing"), (b"[1e]", "line 1, column 4: a digit is missing"),
    (b'["\n"]', "line 1, column 3: a control character in a string"), (b'["\\x"]', "line 1, column 4: no such escape"),
    (b'["\\u12', "line 1, column 4: four hexadecimal digits are missing"),
    (b'["\\u12g4"]', "line 1, column 4: four hexadecimal digits are missing"),
    (b'["\\ud800"]', "line 1, column 9: half a character"), (b'["\\ud800\\u0041"]', "line 1, column 15: half a character"),
    (b'["\\udc00"]', "line 1, column 9: half a character"), (b'["abc', "line 1, column 6: the text breaks off in a string"),
    (b'["\xff"]', "line 1, column 4: a string that is not UTF-8"), (b"nul", "line 1, column 1: a value is missing"),
    (b"[" * 17 + b"]" * 17, "line 1, column 17: more than 16 levels"), (b"1 2", "line 1, column 3: something follows the end"),
])  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(firmware, text, complaint):
    assert parse(firmware, [text]) == [complaint]


def test_surrogates_levels_and_numbers(firmware):
    texts = [b'"\\ud83d\\ude00\\u00e9"', b"[" * 16 + b"]" * 16, b"[-0, 1E+2, 2.5e-1, 123456789012345678]", b' {"z": 1, "a": 2, "m": 3} ']
    results = parse(firmware, texts)
    assert results[0] == ["str", "\U0001f600é"] and results[1][0] == "list"
    assert results[2] == ["list", [["int", 0], ["float", 100.0], ["float", 0.25], ["int", 123456789012345678]]]
    assert [key for key, _ in results[3][1]] == ["z", "a", "m"]
