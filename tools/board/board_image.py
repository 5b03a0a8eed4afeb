"""Reads and checks the contents of the board's flash: the partition table, the images, and whether they fit each other.

The formats are ESP-IDF's. A table has entries of 32 bytes, then 0xEBEB and the MD5 of the entries. An image has a header of
24 bytes, whose chip number names the chip that it runs on.
"""

import hashlib
import struct

TABLE_OFFSET = 0x8000
TABLE_BYTES = 0xC00
FLASH_BYTES = 4 << 20
CHIP = 5  # the ESP32-C3's, in the header of an image
# label, type, subtype, offset, size
Entry = tuple[str, int, int, int, int]

_MAGIC = b"\xaa\x50"
_MD5 = b"\xeb\xeb" + b"\xff" * 14
_TYPES = {"app": 0, "data": 1}
_SUBTYPES = {("app", "factory"): 0, ("data", "ota"): 0, ("data", "phy"): 1, ("data", "nvs"): 2, ("data", "coredump"): 3,
             ("data", "fat"): 0x81, ("data", "spiffs"): 0x82, **{("app", f"ota_{i}"): 0x10 + i for i in range(16)}}  # fmt: skip


def read_csv(text: str) -> list[Entry]:
    """Entries of a partition table in ESP-IDF's CSV form: list of (label, type, subtype, offset, size) with numbers.

    Raises ValueError with the error: partitions that overlap, an alignment, a label, the end of the table beyond that of the flash.
    """
    entries = []
    for line in text.splitlines():
        words = [word.strip() for word in line.split("#")[0].split(",")]
        if not words[0]:
            continue
        number = _SUBTYPES.get((words[1], words[2]))
        subtype = int(words[2], 0) if number is None else number
        entries.append((words[0], _TYPES[words[1]], subtype, int(words[3], 0), int(words[4], 0)))
    end = TABLE_OFFSET + 0x1000
    for label, kind, _, offset, size in sorted(entries, key=lambda entry: entry[3]):
        if offset < end:
            raise ValueError(f"{label} begins at 0x{offset:x}, where another one lies")
        if offset % (0x10000 if kind == 0 else 0x1000) or size % 0x1000 or not size:
            raise ValueError(f"{label}: 0x{offset:x} and 0x{size:x} are not what the flash is erased in")
        end = offset + size
    if end > FLASH_BYTES:
        raise ValueError(f"the table ends at 0x{end:x}, the flash at 0x{FLASH_BYTES:x}")
    labels = [entry[0] for entry in entries]
    if len(set(labels)) != len(labels) or any(len(label.encode()) > 16 for label in labels):
        raise ValueError("a label is there twice, or longer than 16 bytes")
    return entries


def table(entries: list[Entry]) -> bytes:
    """The bytes of the partition table in flash, with its MD5, filled up with 0xFF."""
    rows = b"".join(_MAGIC + struct.pack("<BBII16sI", kind, subtype, offset, size, label.encode(), 0)
                    for label, kind, subtype, offset, size in entries)  # fmt: skip
    return (rows + _MD5 + hashlib.md5(rows).digest()).ljust(TABLE_BYTES, b"\xff")


def read_table(data: bytes) -> list[Entry]:
    """Entries of a table in flash, in the form of `read_csv`. Raises ValueError where `data` is not a table."""
    entries, at = [], 0
    while data[at : at + 2] == _MAGIC:
        kind, subtype, offset, size, label, _ = struct.unpack("<BBII16sI", data[at + 2 : at + 32])
        entries.append((label.rstrip(b"\0").decode(), kind, subtype, offset, size))
        at += 32
    if not entries or data[at : at + 16] != _MD5 or data[at + 16 : at + 32] != hashlib.md5(data[:at]).digest():
        raise ValueError("not a partition table")
    return entries


def check_image(name: str, data: bytes, room: int | None = None) -> None:
    """Raises ValueError where `data` is not an image, is for another chip, or does not fit `room` bytes."""
    if len(data) < 24 or data[0] != 0xE9:
        raise ValueError(f"{name}: not an image of a firmware")
    chip = struct.unpack_from("<H", data, 12)[0]
    if chip != CHIP:
        raise ValueError(f"{name}: for another chip (number {chip}; the ESP32-C3 has {CHIP})")
    if room is not None and len(data) > room:
        raise ValueError(f"{name}: {len(data)} bytes, but its slot has {room}")
