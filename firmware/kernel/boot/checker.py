"""Small checks of a manifest's values. Each check records an error with its place and goes on, so the user sees all errors at once."""
import hal
from kernel.boot import strict_json
from kernel.core.capability import RIGHTS
from kernel.core.errors import ManifestError
from kernel.core.log import escaped, printable
from kernel.objects.ramfs import NAME_MAX


def whole(value):
    """Returns True for an int that is no bool: isinstance takes JSON's true and false for ints."""
    return isinstance(value, int) and not isinstance(value, bool)


class Checker:
    """Checks one file and collects its errors. `errors`: list of lines; `path`: path of the file, at the start of each line."""

    def __init__(self, path):
        self.path = path
        self.errors = []
        self._base = path[:path.rindex("/") + 1] if "/" in path else ""

    def load(self, what, version, keys):
        """Reads the file and returns its JSON object. Records a wrong version and unknown keys. Raises ManifestError where the file
        cannot be read or holds no object. `what`: the name of the file in an error, "the manifest".
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
        """Returns True where `value` has the type `kind`; else records "must be `words`"."""
        if isinstance(value, kind) and (kind is not int or whole(value)):
            return True
        self.wrong(where, "must be " + words)
        return False

    def keys(self, value, where, known):
        """Records every key of an object that is not in `known`."""
        for key in value:
            if key not in known:
                self.wrong(where + ("." if where else "") + key, "unknown key")

    def number(self, value, key, where, minimum, maximum, default):
        """Returns the whole number under `key`, or `default`. Records an error where it is out of range."""
        if key not in value:
            return default
        number = value[key]
        if self.is_a(number, int, where, "a whole number") and not minimum <= number <= maximum:
            self.wrong(where, "must be %d to %d" % (minimum, maximum))
        return number

    def on_host(self, path):
        """Returns the host's path of a file that the manifest names relative to its own directory."""
        return path if path.startswith("/") else self._base + path

    def host_file(self, path, where):
        """Records an error where the host has no such file."""
        try:
            if hal.is_directory(path):
                self.wrong(where, "is a directory: " + path)
            else:
                hal.read_file(path).close()
        except OSError:
            self.wrong(where, "cannot be read: " + path)

    def ramfs_path(self, path, where):
        """Returns True where `path` is a valid path of the RamFS; else records an error."""
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
        """Returns the word under `key`, or `default`. Records an error where it is not one of `words`."""
        word = value.get(key, default)
        if word not in words:
            self.wrong(where + "." + key, "must be " + " or ".join(words))
        return word

    def rights(self, grant, where, kind, default, known):
        """Returns the bit mask of the rights that a grant names. `kind`: the granted object in words; `known`: the rights of its kind."""
        rights = 0
        names = grant.get("rights", default)
        if self.is_a(names, list, where + ".rights", "a list"):
            for right in names:
                if right not in known:
                    self.wrong(where + ".rights", "%s has no right %s" % (kind, right))
                else:
                    rights |= RIGHTS[right]
        return rights
