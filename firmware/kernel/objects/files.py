"""Files and directories as objects: their grants in a manifest, and the system calls on them (docs/ABI.md).

Invariant: every call except sp_fs_open, sp_fs_close and a write that grows a file allocates nothing.
"""
from abi import DENIED, INVAL, KIND_FILE, NOTFOUND, QUOTA, RIGHT_CREATE, RIGHT_READ, RIGHT_WRITE, RIGHT_GRANT
from kernel.core.capability import RIGHTS
from kernel.objects.ramfs import OpenFile, walk

_OPEN_READ = const(1)           # the flags of sp_fs_open, as in abi
_OPEN_WRITE = const(2)
_OPEN_CREATE = const(4)
_OPEN_TRUNCATE = const(8)
_OPEN_APPEND = const(16)
_OPEN_DIRECTORY = const(32)

GRANTS = ("file", "directory")
OUTSIDE = False
WRITABLE = "/data"              # tasks write only below this directory


class FileCalls:
    """The handlers of sp_fs_*. They keep no state."""

    def sp_fs_open(self, task):
        capabilities = task.capabilities
        instance = task.instance
        directory = instance.target()
        held = capabilities.rights(instance.arg(0))
        flags = instance.arg(3)
        wanted = flags & (_OPEN_READ | _OPEN_WRITE)     # the same bits as the rights READ and WRITE
        if not wanted or (flags & (_OPEN_TRUNCATE | _OPEN_APPEND) and not flags & _OPEN_WRITE):
            return INVAL
        if wanted & ~held:
            return DENIED
        is_directory = flags & _OPEN_DIRECTORY != 0
        if is_directory and flags & (_OPEN_TRUNCATE | _OPEN_APPEND):
            return INVAL
        if is_directory:
            wanted |= flags & _OPEN_CREATE              # the same bit as the right CREATE
            if wanted & ~held:
                return DENIED
        wanted |= held & RIGHT_GRANT
        if capabilities.full():
            return QUOTA
        path = instance.read(instance.arg(1), instance.arg(2))
        node = walk(directory, path, False, is_directory)
        if node == NOTFOUND and flags & _OPEN_CREATE:
            if not held & RIGHT_CREATE:
                return DENIED
            node = walk(directory, path, True, is_directory, task.account)
        if isinstance(node, int):
            return node
        if is_directory:
            return capabilities.insert(node, wanted, instance.arg(0))
        file = OpenFile(node, flags & _OPEN_APPEND != 0)
        error = node.open(flags & _OPEN_WRITE != 0, task.account)
        if error:
            return error
        error = -1
        try:                                            # truncating comes last, when nothing else can fail
            error = node.truncate() if flags & _OPEN_TRUNCATE else 0
        finally:
            if error:
                node.close()
        return error or capabilities.insert(file, wanted, instance.arg(0))

    def sp_fs_read(self, task):
        instance = task.instance
        return instance.target().read(instance.arg(3), instance.arg(2), instance, instance.arg(1))

    def sp_fs_write(self, task):
        instance = task.instance
        return instance.target().write(instance.arg(3), instance.arg(2), instance, instance.arg(1))

    def sp_fs_size(self, task):
        return task.instance.target().file.length()

    def sp_fs_close(self, task):
        return task.capabilities.drop(task.instance.arg(0))


class StorageTooSmall(ValueError):
    """The storage quota of a task is too small for a file that the manifest grants it for writing."""


class Arguments:
    """The arguments of a task, which the task reads like a file. `data`: bytes."""

    kind = KIND_FILE

    def __init__(self, data):
        self._data = data
        self._position = 0
        self.size = len(data)
        self.file = self        # sp_fs_size reads the length of `file`

    def length(self):
        """Returns the size in bytes."""
        return self.size

    def text(self):
        """Returns one line for a user."""
        return "its arguments"

    def read(self, offset, length, instance, address):
        """As OpenFile.read."""
        at = self._position if offset < 0 else offset
        count = min(length, max(self.size - at, 0))
        instance.write(address, self._data, at if count else 0, count)
        if offset < 0:
            self._position += count
        return count

    def release(self):
        """Does nothing: arguments hold nothing that ends with a capability."""


def parse(manifest, grant, where):
    """See kernel.objects.kinds. `what` is the path of the directory or file in the RamFS."""
    manifest.keys(grant, where, ("file", "directory", "rights"))
    is_directory = "directory" in grant
    if is_directory == ("file" in grant):
        manifest.wrong(where, "needs either file, directory, pin or net")
        return None
    kind = "directory" if is_directory else "file"
    path = grant[kind]
    if manifest.is_a(path, str, where + "." + kind, "a path"):
        known = manifest.directories if is_directory else manifest.files
        if path not in known and not (is_directory and (path == "/" or path in manifest.mounts)):
            manifest.wrong(where + "." + kind, "%s is not in %s" % (path, "directories or mounts" if is_directory else "files"))
    rights = manifest.rights(grant, where, "a " + kind, ["read"], RIGHTS if is_directory else ("read", "write", "grant"))
    if rights & ~(RIGHT_READ | RIGHT_GRANT) and isinstance(path, str) and not (path + "/").startswith(WRITABLE + "/"):
        manifest.wrong(where + ".rights", "tasks write below %s only, not to %s" % (WRITABLE, path))
    return kind, path, rights


def make(word, what, rights, fs, account):
    """See kernel.objects.kinds. `what` may also be the task's arguments, as bytes. Raises StorageTooSmall, and OSError where the
    file or directory was removed and has no room to be made again.
    """
    if isinstance(what, bytes):
        return Arguments(what)
    node = fs.make(what, word == "directory")
    if isinstance(node, int):
        raise OSError("no room for " + what)
    if word == "directory":
        return node
    if node.open(rights & RIGHT_WRITE != 0, account):
        raise StorageTooSmall("is less than %s takes" % what)
    return OpenFile(node, False)
