"""Writes and reads DNS messages for the tests, in plain Python."""

import socket
import struct
from collections.abc import Sequence

A, ALIAS, TEXT, V6 = 1, 5, 16, 28


def wire(name: str) -> bytes:
    """A name in wire form: "a.b" -> b"\\1a\\1b\\0"."""
    return b"".join(bytes([len(part)]) + part.encode() for part in name.split(".")) + b"\0"


def question(query: bytes) -> str:
    """The name that a query asks for."""
    at, parts = 12, []
    while query[at]:
        parts.append(query[at + 1 : at + 1 + query[at]].decode())
        at += 1 + query[at]
    return ".".join(parts)


def record(name: str | bytes, kind: int, data: str | bytes, ttl: int = 60, internet: int = 1) -> bytes:
    """One resource record; name: wire form (bytes) or text; data: an address or a name; bytes stay as they are."""
    if isinstance(data, str):
        data = wire(data) if kind == ALIAS else socket.inet_aton(data)
    name = name if isinstance(name, bytes) else wire(name)
    return name + struct.pack(">HHIH", kind, internet, ttl, len(data)) + data


def answer(
    query: bytes,
    records: Sequence[bytes] = (),
    code: int = 0,
    flags: int = 0x8180,
    number: int | None = None,
    asked: str | None = None,
    count: int | None = None,
) -> bytes:
    """The answer to a query, with the number and question of the query unless others are given."""
    head = query[:2] if number is None else struct.pack(">H", number)
    question = query[12:] if asked is None else wire(asked) + b"\0\1\0\1"
    count = len(records) if count is None else count
    return head + struct.pack(">HHHHH", flags | code, 1, count, 0, 0) + question + b"".join(records)
