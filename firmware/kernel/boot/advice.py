"""What a person does about a module that is refused: which feature it asks for, how large its parts are, which flag of its
compiler makes them smaller.

It says what the module itself says: its sections `producers` and `target_features`, its names, its exports.
"""
import wasm3

# Of target_features, what the runtime has, as LLVM calls it.
_HAS = (b"mutable-globals", b"sign-ext", b"nontrapping-fptoint", b"bulk-memory", b"bulk-memory-opt", b"multivalue", b"call-indirect-overlong",
        b"extended-const", b"reference-types")
# (what stands in the section "producers", how its compiler is told the size of the C stack)
_FLAGS = ((b"rustc", "-C link-arg=-zstack-size=4096"), (b"Zig", "--stack 4096"), (b"clang", "-Wl,-z,stack-size=4096"))
NO_ROOM = "no room for a region: at least %d bytes are wanted; the arena has %d bytes free, the largest piece %d, pieces: %d"
_SMALL = const(8192)        # a C stack up to this is not what fills an arena


def _numbers(data, at):
    # An LEB128 number and what is behind it.
    value = shift = 0
    while True:
        value |= (data[at] & 0x7F) << shift
        shift += 7
        at += 1
        if data[at - 1] < 0x80:
            return value, at


def missing_feature(wasm):
    """The first feature that a module's target_features demand and the runtime lacks, as text, or None."""
    section = wasm3.custom(wasm, b"target_features")
    try:
        count, at = _numbers(section or b"\0", 0)
        for _ in range(count):
            wanted = section[at] != 0x2D
            length, at = _numbers(section, at + 1)
            name = section[at:at + length]
            at += length
            if wanted and name not in _HAS:
                return str(name, "utf-8")
    except (IndexError, ValueError):        # nothing vouches for a custom section
        pass
    return None


def _flag(wasm):
    # How the C stack is made smaller.
    if b"~lib/" in (wasm3.custom(wasm, b"name") or b""):
        return "--stackSize 4096 (AssemblyScript)"
    producers = wasm3.custom(wasm, b"producers") or b""
    for who, flag in _FLAGS:
        if who in producers:
            return flag
    return "-z stack-size=4096"


def of_refusal(wasm, reason):
    """A reason why a module is refused, with the feature that it asks for where the reason names none."""
    feature = None if "not supported" in reason or "sovelma." in reason else missing_feature(wasm)
    return "%s (the module asks for %s, which is not supported: build with -mno-%s)" % (reason, feature, feature) if feature else reason


def of_room(wasm):
    """What takes a module's memory and what to do about it, as a part of a sentence; "" where nothing is known."""
    declared, stack, data_end, heap = wasm3.layout(wasm)
    if not declared:
        return ""
    parts = []
    if stack >= 0:
        # The stack lies below the data, or between the data and the heap.
        first = data_end < 0 or stack <= data_end
        if not first:
            stack -= data_end
        parts.append("C stack %d" % stack)
        if data_end >= 0:
            parts.append("data %d" % (data_end - stack if first else data_end))
    if heap >= 0:
        parts.append("heap from %d" % heap)
    text = "; its memory is %d bytes" % declared + (": " + ", ".join(parts) if parts else "")
    if stack > _SMALL:
        text += "; a smaller C stack: " + _flag(wasm)
    elif heap < 0:
        text += "; to reserve what it needs alone, export __heap_base, or declare less (Emscripten: -sINITIAL_MEMORY=65536)"
    return text
