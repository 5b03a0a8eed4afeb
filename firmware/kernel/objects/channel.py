"""What tasks reach each other through: endpoints and notifications, named in the manifest and shared by all that are granted them.

The objects and their calls are in C (cmodules/services); here the manifest's grants are read. An object lives as long as the system.
"""
from services import Endpoint, Notification

GRANTS = ("endpoint", "notification")
OUTSIDE = False
_NAME_MOST = const(64)
_BADGE_MOST = const((1 << 30) - 1)


def parse(manifest, grant, where):
    """See kernel.objects.kinds. `what` is (the object, badge)."""
    word = "endpoint" if "endpoint" in grant else "notification"
    manifest.keys(grant, where, (word, "rights", "badge") if word == "endpoint" else (word, "rights"))
    name = grant[word]
    rights = manifest.rights(grant, where, "an " + word if word == "endpoint" else "a " + word, ["write"], ("read", "write", "grant"))
    badge = manifest.number(grant, "badge", where + ".badge", 0, _BADGE_MOST, 0)
    if not manifest.is_a(name, str, where + "." + word, "a string"):
        return None
    if not 1 <= len(name) <= _NAME_MOST:
        manifest.wrong(where + "." + word, "must have 1 to %d characters" % _NAME_MOST)
    shared = manifest.shared
    if (word, name) not in shared:
        shared[word, name] = (Endpoint if word == "endpoint" else Notification)(name)
    return word, (shared[word, name], badge), rights


def make(word, what, rights, fs, account):
    """See kernel.objects.kinds."""
    return what[0]
