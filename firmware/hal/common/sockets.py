"""The network of a machine with BSD sockets, the host's or lwIP's: part of its HAL, and the one poller of the system.

A socket is a handle, a small integer. The poller sees the sockets that tasks wait for and no others, so no
unwanted event wakes the machine. It disarms what it reports at once, so one event wakes once.

Invariant: nothing here blocks but `sleep`; `receive`, `send`, `watch`, `unwatch`, `poll` and `sleep` allocate nothing
(but for more room where more tasks wait at once than ever before).
"""
import netio
from uarray import array

TLS = False             # on a PC it needs libraries that are not everywhere, and on a board more memory than tasks leave

READABLE = const(1)     # what a waiter wants, as netio says
WRITABLE = const(2)
IN_PROGRESS = const(1)  # answer of connect

_ROOM = const(16)       # places for waiters, made that many at a time; most 255, which netio's poll takes

open_socket = netio.open
bind_socket = netio.bind
connect = netio.connect
receive = netio.receive
send = netio.send
close_socket = netio.close

_handles = array("i")   # by place: the socket, or -1
_wanted = bytearray()
_ready = bytearray()
_after = bytearray()    # the next free place, 255 behind the last
_waiters = []
_free = 255             # first free place
_used = 0               # places ever used
_watched = 0            # places in use


def watch(handle, mask, waiter):
    """The poller tells when the socket is READABLE or WRITABLE (`mask`), or has failed. Returns a place for `unwatch`.

    Returns -1 where there is no place left. Raises MemoryError and has changed nothing.
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
    # `_waiters` last: its length says how many places there are in all of them.
    missing = len(_waiters) + _ROOM
    if len(_handles) < missing:
        _handles.extend(array("i", [-1] * _ROOM))
    for places in (_wanted, _ready, _after):
        if len(places) < missing:
            places.extend(bytes(_ROOM))
    _waiters.extend([None] * _ROOM)


def unwatch(place):
    """Ends a `watch`, whether it has told anything or not. To be called once for each."""
    global _free, _watched
    _handles[place] = -1
    _waiters[place] = None
    _after[place] = _free
    _free = place
    _watched -= 1


def watched():
    """How many sockets tasks wait for."""
    return _watched


def poll(rouse):
    """Calls `rouse(waiter)` for every watched socket that is ready, once for each `watch`. Does not block."""
    if netio.poll(_handles, _wanted, _ready, _used, 0):
        for place in range(_used):
            if _ready[place]:
                _handles[place] = -1
                rouse(_waiters[place])


def sleep(us):
    """Sleeps until a watched socket is ready, a signal comes or `us` microseconds are over (-1: no limit).

    True where a socket is ready; `poll` says which.
    """
    return netio.poll(_handles, _wanted, _ready, _used, us) > 0
