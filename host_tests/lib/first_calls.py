"""Computes the charge of first calls (docs/RUNTIME.md, "Fuel") from the bytes of a module."""

FUEL_PER_BYTE = 40


def _number(module: bytes, at: int) -> tuple[int, int]:
    """Reads an unsigned LEB128 number: (value, index behind it)."""
    value = shift = 0
    while True:
        byte = module[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def entries(module: bytes) -> list[int]:
    """Bytes of each entry of the code section, including its size field; imported functions have no entry."""
    at = 8
    while at < len(module):
        section, (size, start) = module[at], _number(module, at + 1)
        if section == 10:
            count, at = _number(module, start)
            found = []
            for _ in range(count):
                body, inside = _number(module, at)
                found.append(inside + body - at)
                at = inside + body
            return found
        at = start + size
    return []


def first_calls(module: bytes, *functions: int) -> int:
    """Fuel that the first calls of these functions cost. Function 0 is the first one that is not imported."""
    sizes = entries(module)
    return sum(FUEL_PER_BYTE * sizes[function] for function in functions)
