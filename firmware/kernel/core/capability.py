"""Capabilities: the only way a task reaches anything. The table is in C (cmodules/capability); rights have names here."""
from capability import Capabilities, SLOTS_DEFAULT, SLOTS_MAX  # noqa: F401 - handed on
from abi import RIGHT_READ, RIGHT_WRITE, RIGHT_CREATE, RIGHT_GRANT

# Their names in manifests and at the prompt.
RIGHTS = {"read": RIGHT_READ, "write": RIGHT_WRITE, "create": RIGHT_CREATE, "grant": RIGHT_GRANT}


def rights_words(rights):
    """List of the names of rights, in order."""
    return [word for word in sorted(RIGHTS) if RIGHTS[word] & rights]
