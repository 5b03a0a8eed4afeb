"""DNS messages for the tests, written and read with plain Python."""

import socket
import struct

A, ALIAS, TEXT, V6 = 1, 5, 16, 28


def wire(name):
    """A name in wire form: "a.b" -> b"\\1a\\1b\\0"."""
    return b"".join(bytes([len(part)]) + part.encode() for part in name.split(".")) + b"\0"


def question(query):
    """The name a query asks for."""
    at, parts = 12, []
    while query[at]:
        parts.append(query[at + 1:at + 1 + query[at]].decode())
        at += 1 + query[at]
    return ".".join(parts)


def record(name, kind, data, ttl=60, internet=1):
    """One resource record; name: wire form (bytes) or text; data: an address or a name, or bytes as they are."""
    if kind == A and isinstance(data, str):
        data = socket.inet_aton(data)
    elif kind == ALIAS and isinstance(data, str):
        data = wire(data)
    name = name if isinstance(name, bytes) else wire(name)
    return name + struct.pack(">HHIH", kind, internet, ttl, len(data)) + data


def answer(query, records=(), code=0, flags=0x8180, number=None, asked=None, count=None):
    """The answer to a query: same number and question unless told otherwise."""
    number = query[:2] if number is None else struct.pack(">H", number)
    asked = query[12:] if asked is None else wire(asked) + b"\0\1\0\1"
    count = len(records) if count is None else count
    return number + struct.pack(">HHHHH", flags | code, 1, count, 0, 0) + asked + b"".join(records)
