"""The network part of the HAL for a machine without network: opening a socket fails with UNSUPPORTED, so no task ever waits for one."""
from abi import UNSUPPORTED

TLS = False
READABLE = const(1)
WRITABLE = const(2)
IN_PROGRESS = const(1)


def open_socket(datagrams):
    """Returns UNSUPPORTED: this machine has no sockets."""
    return UNSUPPORTED


def watched():
    """Returns 0: no task waits for a socket."""
    return 0


def nameservers():
    """Returns an empty list: there is no server to ask."""
    return []
