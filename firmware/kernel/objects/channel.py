"""Objects that tasks share by a name in the manifest: endpoints, notifications, mutexes, semaphores, buffers.

The objects and their calls are in C (cmodules/services); this file reads their grants. An object lives as long as the system.
"""
from kernel.core.log import escaped
from services import Endpoint, Memory, Mutex, Notification, Semaphore

GRANTS = ("endpoint", "notification", "mutex", "semaphore", "buffer")
OUTSIDE = False
_NAME_MAX = const(64)
_NUMBER_MAX = const((1 << 30) - 1)
_BUFFER_MAX = const(65535)     # bytes: the largest offset of a part of a buffer


def parse(manifest, grant, where):
    """See kernel.objects.kinds. `what` is (the object, a number): the badge, the initial count of a semaphore, or the bytes of a buffer."""
    # The kinds are not in a table, since a table would occupy a board's heap for ever.
    word = [word for word in GRANTS if word in grant][0]
    known, default, key, article = ("read", "write", "grant"), ["write"], None, "a "
    if word == "endpoint":
        key, article = "badge", "an "
    elif word == "mutex":
        known = ("write", "grant")
    elif word == "semaphore":
        key, default = "initial", ["read", "write"]
    elif word == "buffer":
        key, default = "bytes", ["read", "write"]
    manifest.keys(grant, where, (word, "rights", key) if key else (word, "rights"))
    name = grant[word]
    rights = manifest.rights(grant, where, article + word, default, known)
    if word == "buffer":
        number = manifest.number(grant, key, where + ".bytes", 1, _BUFFER_MAX, 0)
        if number == 0 and key not in grant:
            manifest.wrong(where + ".bytes", "is missing")
    else:
        number = manifest.number(grant, key, where + "." + key, 0, _NUMBER_MAX, 0) if key else 0
    if not manifest.is_a(name, str, where + "." + word, "a string"):
        return None
    if not 1 <= len(name) <= _NAME_MAX or escaped(name) != name:
        manifest.wrong(where + "." + word, "must have 1 to %d printable characters" % _NAME_MAX)
    shared = manifest.shared
    if (word, name) not in shared:
        shared[word, name] = _new(word, name, number), number
    thing, first = shared[word, name]
    if word in ("semaphore", "buffer") and first != number:
        manifest.wrong(where + "." + key, "%s has %s elsewhere" % (name, first))
    return word, (thing, number), rights


def _new(word, name, number):
    if word in ("semaphore", "buffer"):
        return (Memory if word == "buffer" else Semaphore)(name, number if isinstance(number, int) and 0 <= number <= _NUMBER_MAX else 0)
    return (Endpoint if word == "endpoint" else Mutex if word == "mutex" else Notification)(name)


def make(word, what, rights, fs, account):
    """See kernel.objects.kinds."""
    if word == "buffer":
        what[0].open()
    return what[0]
