"""A specimen of the zoo: one hostile module, and exactly what becomes of it.

Modules are written as WebAssembly text where text can say it, else put together from bytes with the helpers below, which
take any number anywhere: sizes that lie, counts that wrap, numbers longer than they may be.

Invariant: building a specimen is a pure function; two builds give the same bytes.
"""

import functools

SPECIMENS = {}  # name -> Specimen, in the order of definition


class Specimen:
    """One attack.

    name: of the function that builds it. attack: its docstring, one line. build: returns the module's bytes.
    expected: one of
        ("refused", text)     creation raises ValueError with this text
        ("no memory",)        creation raises MemoryError
        ("fault", reason)     it ends in this fault; the whole record is in zoo.toml
        ("fault", reason, {...})  or here, its fuel without what the first call of its first function costs
        ("exit", code)        the task ends by itself
        ("exit", code, [...]) and has logged these answers to its calls
        ("endless",)          it runs for ever, and the victim does its work all the same
        ("asleep",)           it sleeps for ever
    small: the same in an arena of 64 KB, where it differs. on_demand: of a task that compiles on demand, where it differs.
    options: of the task, such as memory=4096.
    """

    def __init__(self, name, attack, build, expected, small, on_demand, options):
        self.name, self.attack, self.expected = name, attack, expected
        self.small, self.on_demand = small or expected, on_demand or expected
        self.options = {"memory": 4096, "stack": 1024, **options}
        self._build = build

    @functools.cached_property
    def module(self):
        """The module's bytes."""
        built = self._build()
        return text(built) if isinstance(built, str) else bytes(built)


def specimen(*expected, small=None, on_demand=None, name=None, attack=None, **options):
    """Decorator: makes a specimen of a function that returns WebAssembly text or bytes."""

    def register(build):
        key = name or build.__name__
        assert key not in SPECIMENS, key
        SPECIMENS[key] = Specimen(key, attack or build.__doc__.splitlines()[0], build, expected, small, on_demand, options)
        return build

    return register


def text(source):
    """WebAssembly text as a module, with function names in its name section."""
    import wasmtime

    return bytes(wasmtime.wat2wasm(source))


# ---------------------------------------------------------------- bytes

I32, I64, F32, F64 = 0x7F, 0x7E, 0x7D, 0x7C
EMPTY = 0x40
END = b"\x0b"


def u(value, width=0):
    """An unsigned LEB128 number; `width`: at least that many bytes, padded."""
    out = bytearray()
    while True:
        byte = value & 0x7F
        value >>= 7
        if value or len(out) + 1 < width:
            out.append(byte | 0x80)
        else:
            out.append(byte)
            return bytes(out)


def s(value):
    """A signed LEB128 number."""
    out = bytearray()
    while True:
        byte = value & 0x7F
        value >>= 7
        if (value == 0 and not byte & 0x40) or (value == -1 and byte & 0x40):
            return bytes([*out, byte])
        out.append(byte | 0x80)


def i32_const(value):
    """The instruction, for any 32-bit pattern."""
    return b"\x41" + s(value - (1 << 32) if value >= 1 << 31 else value)


def name(value):
    """A name: its length, then its bytes (a str is encoded as UTF-8)."""
    value = value.encode() if isinstance(value, str) else value
    return u(len(value)) + value


def vector(items):
    """A count and the items."""
    items = list(items)
    return u(len(items)) + b"".join(items)


def section(number, contents, size=None):
    """A section; `size`: what it claims, where that is a lie."""
    return bytes([number]) + u(len(contents) if size is None else size) + contents


def function_type(parameters=(), results=()):
    """A function type: value types in, value types out."""
    return b"\x60" + vector(bytes([t]) for t in parameters) + vector(bytes([t]) for t in results)


def body(code, locals=b"\x00", size=None):
    """A function body: `locals` is the whole vector of groups, `code` goes to its `end` included."""
    contents = locals + code
    return u(len(contents) if size is None else size) + contents


def export(text, kind, index):
    """An entry of the export section."""
    return name(text) + bytes([kind]) + u(index)


HEADER = b"\0asm\1\0\0\0"
START = export("_start", 0, 0)
MEMORY = section(5, vector([b"\x00\x01"]))


def module(*sections):
    """A module of these sections, as they are."""
    return HEADER + b"".join(sections)


def running(code, locals=b"\x00", before=b"", types=(), after=b"", bodies=()):
    """A module whose `_start` is `code`, with a page of memory.

    `before`: sections between the functions and the exports; `types`: further function types, from index 1;
    `after`: sections behind the code; `bodies`: further functions of type 0.
    """
    return module(
        section(1, vector([function_type(), *types])), section(3, u(1 + len(bodies)) + bytes(1 + len(bodies))), before or MEMORY,
        section(7, vector([START, export("memory", 2, 0)])), section(10, vector([body(code, locals), *bodies])), after)  # fmt: skip
