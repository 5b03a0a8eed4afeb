"""The network of a machine without one: every call answers UNSUPPORTED, nothing is ever waited for."""
from abi import UNSUPPORTED

TLS = False
READABLE = const(1)
WRITABLE = const(2)
IN_PROGRESS = const(1)


def open_socket(datagrams):
    """There are no sockets."""
    return UNSUPPORTED


def watched():
    """There is no socket, so nothing is ready."""
    return 0


def nameservers():
    """There is none to ask."""
    return []
