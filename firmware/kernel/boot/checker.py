"""Small checks of a manifest's values. Each notes what is wrong with its place and goes on, so all errors are shown at once."""
import hal
from kernel.boot import strict_json
from kernel.core.capability import RIGHTS
from kernel.core.errors import ManifestError
from kernel.core.log import escaped, printable
from kernel.objects.ramfs import NAME_MAX


def whole(value):
    """True for an int; JSON's true and false are ints to isinstance."""
    return isinstance(value, int) and not isinstance(value, bool)


class Checker:
    """`errors`: what is wrong, list of lines; `path`: of the manifest, in front of each."""

    def __init__(self, path):
        self.path = path
        self.errors = []
        self._base = path[:path.rindex("/") + 1] if "/" in path else ""

    def load(self, what, version, keys):
        """The object that the file is, with that version and no other keys. Raises ManifestError where there is none; `what`:
        "the manifest", for that case.
        """
        root = None
        try:
            with hal.read_file(self.path) as stream:
                text = stream.read()
            root = strict_json.parse(text)
        except OSError:
            self.wrong("", "cannot be read")
        except ValueError as error:
            self.wrong("", "is not valid JSON: %s" % error)
        if self.errors or not self.is_a(root, dict, what, "an object"):
            raise ManifestError(self.errors)
        self.keys(root, "", keys)
        if root.get("version") != version or not whole(root["version"]):
            self.wrong("version", "must be %d" % version)
        return root

    def wrong(self, where, what):
        """Records one error. `where`: its place in the manifest."""
        self.errors.append("%s: %s%s%s" % (escaped(self.path), escaped(where), ": " if where else "", printable(what)))

    def is_a(self, value, kind, where, words):
        """Whether a value has a type; notes "must be `words`" where it has not."""
        if isinstance(value, kind) and (kind is not int or whole(value)):
            return True
        self.wrong(where, "must be " + words)
        return False

    def keys(self, value, where, known):
        """Notes every key of an object that is not known."""
        for key in value:
            if key not in known:
                self.wrong(where + ("." if where else "") + key, "unknown key")

    def number(self, value, key, where, minimum, maximum, default):
        """The whole number under a key, which has to be in that range."""
        if key not in value:
            return default
        number = value[key]
        if self.is_a(number, int, where, "a whole number") and not minimum <= number <= maximum:
            self.wrong(where, "must be %d to %d" % (minimum, maximum))
        return number

    def on_host(self, path):
        """A path on the host that the manifest names, which is relative to the manifest's directory."""
        return path if path.startswith("/") else self._base + path

    def host_file(self, path, where):
        """Notes it where there is no such file on the host."""
        try:
            if hal.is_directory(path):
                self.wrong(where, "is a directory: " + path)
            else:
                hal.read_file(path).close()
        except OSError:
            self.wrong(where, "cannot be read: " + path)

    def ramfs_path(self, path, where):
        """Whether a path can be one of the RamFS; notes it where it cannot."""
        parts = path.split("/")
        good = len(parts) > 1 and not parts[0]
        for part in parts[1:]:
            size = len(part.encode())
            if not 1 <= size <= NAME_MAX or part in (".", "..") or "\0" in part:
                good = False
        if not good:
            self.wrong(where, "a path starts with / and its names have 1 to %d bytes" % NAME_MAX)
        return good

    def one_of(self, value, where, key, words, default):
        """The word under a key, which has to be one of some."""
        word = value.get(key, default)
        if word not in words:
            self.wrong(where + "." + key, "must be " + " or ".join(words))
        return word

    def rights(self, grant, where, kind, default, known):
        """The mask of the rights that a grant names. `kind`: what it grants; `known`: the rights that this has."""
        rights = 0
        names = grant.get("rights", default)
        if self.is_a(names, list, where + ".rights", "a list"):
            for right in names:
                if right not in known:
                    self.wrong(where + ".rights", "%s has no right %s" % (kind, right))
                else:
                    rights |= RIGHTS[right]
        return rights
