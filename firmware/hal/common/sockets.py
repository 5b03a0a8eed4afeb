"""The network of a machine with BSD sockets, the host's or lwIP's: part of its HAL, and the only poller of the system.

A socket is a handle, a small integer. The poller watches only the sockets that tasks wait for, so no other event wakes the
machine. It stops watching a socket when it reports it, so one event wakes a task once.

Invariant: nothing here blocks but `sleep`; `receive`, `send`, `watch`, `unwatch`, `poll` and `sleep` allocate nothing.
Exception: `watch` allocates when more tasks wait at once than ever before.
"""
import netio
from uarray import array

TLS = False             # on a PC it needs libraries that not every PC has, on a board more memory than the tasks leave

READABLE = const(1)     # bits of `mask`, the same as in netio
WRITABLE = const(2)
IN_PROGRESS = const(1)  # result of connect

_ROOM = const(16)       # number of places added at a time; netio's poll takes 255 at most

open_socket = netio.open
bind_socket = netio.bind
connect = netio.connect
receive = netio.receive
send = netio.send
close_socket = netio.close

_handles = array("i")   # the socket at each place, or -1
_wanted = bytearray()
_ready = bytearray()
_after = bytearray()    # the next free place; 255 ends the chain
_waiters = []
_free = 255             # first free place; 255: none
_used = 0               # places ever used
_watched = 0            # places in use


def watch(handle, mask, waiter):
    """Makes `poll` report `waiter` when the socket is READABLE or WRITABLE (`mask`), or has failed. Returns a place for `unwatch`.

    Returns -1 if no place is left. Raises MemoryError; then nothing has changed.
    """
    global _free, _used, _watched
    place = _free
    if place == 255:
        place = _used
        if place == 255:
            return -1
        if place >= len(_waiters):
            _make_room()
        _used += 1
    else:
        _free = _after[place]
    _handles[place] = handle
    _wanted[place] = mask
    _waiters[place] = waiter
    _watched += 1
    return place


def _make_room():
    # `_waiters` grows last: its length is the number of places that all five arrays have.
    missing = len(_waiters) + _ROOM
    if len(_handles) < missing:
        _handles.extend(array("i", [-1] * _ROOM))
    for places in (_wanted, _ready, _after):
        if len(places) < missing:
            places.extend(bytes(_ROOM))
    _waiters.extend([None] * _ROOM)


def unwatch(place):
    """Ends a `watch`, whether `poll` has reported it or not. Call it once for each `watch`."""
    global _free, _watched
    _handles[place] = -1
    _waiters[place] = None
    _after[place] = _free
    _free = place
    _watched -= 1


def watched():
    """Returns the number of places in use: how many sockets tasks wait for."""
    return _watched


def poll(rouse):
    """Calls `rouse(waiter)` for every watched socket that is ready, once for each `watch`. Does not block."""
    if netio.poll(_handles, _wanted, _ready, _used, 0):
        for place in range(_used):
            if _ready[place]:
                _handles[place] = -1
                rouse(_waiters[place])


def sleep(us):
    """Sleeps until a watched socket is ready, a signal comes or `us` microseconds have passed (-1: no limit).

    Returns True if a socket is ready; `poll` tells which.
    """
    return netio.poll(_handles, _wanted, _ready, _used, us) > 0
