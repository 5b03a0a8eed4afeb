"""Capabilities: the only way by which a task reaches an object. The table is in C (cmodules/capability); this file names the rights."""
from capability import Capabilities, SLOTS_DEFAULT, SLOTS_MAX  # noqa: F401 - handed on
from abi import RIGHT_READ, RIGHT_WRITE, RIGHT_CREATE, RIGHT_GRANT

# The names of the rights in manifests and at the prompt.
RIGHTS = {"read": RIGHT_READ, "write": RIGHT_WRITE, "create": RIGHT_CREATE, "grant": RIGHT_GRANT}


def rights_words(rights):
    """Returns the names of the rights in the bit mask `rights`: a list in alphabetical order."""
    return [word for word in sorted(RIGHTS) if RIGHTS[word] & rights]
