"""A mount: a directory of the machine's own storage that tasks see as a directory of the RamFS.

`hal.storage` reads and writes the directory, which is on the host of a PC or in the flash of a board. The nodes of a mount
have the methods of the RamFS's nodes, so other code treats both alike. Two things differ: every look-up makes a new node,
and the files outlive the system.

Quotas: the mount's limit bounds the contents of the directory. The mount counts them once at the start and adds the bytes
that tasks write; it does not see changes by the host. A task's storage quota counts the bytes that the task added.

Invariants: at most HANDLES files are open at once, and a file is closed when its capability ends. Reading and writing
allocate nothing.
"""
from abi import DENIED, EXISTS, KIND_DIRECTORY, KIND_FILE, NOSPACE, NOTFOUND, QUOTA, TOOBIG
from kernel.core.log import escaped_bytes
from kernel.objects.ramfs import DEPTH_MAX, NODE_COST, check_name
from kernel.core.transfer import buffer as _buffer, reserve

HANDLES = const(32)         # open files of one mount: a fraction of the limit of a process
_COUNTED_DEPTH = const(32)  # levels of directories that are counted at the start

_OPEN_READ = const(1)
_OPEN_WRITE = const(2)
_OPEN_CREATE = const(4)
_OPEN_DIRECTORY = const(32)


class MountedDirectory:
    """A directory below a mount, or the mount itself. `path`: bytes, relative to the mount's root; b"" is the mount itself."""

    kind = KIND_DIRECTORY

    def __init__(self, name, parent, mount, path):
        self.name = name
        self.parent = parent
        self.depth = parent.depth + 1
        self._mount = mount
        self._path = path

    def enter(self, name, create, want_directory, account=None):
        """As ramfs.Directory.enter."""
        error = check_name(name)
        if error:
            return error
        mount = self._mount
        path = self._path + b"/" + name if self._path else name
        kind = mount.storage.kind(mount.root, path)
        if kind == NOTFOUND and create:
            if want_directory and self.depth >= DEPTH_MAX:
                return TOOBIG
            kind = mount.make(path, want_directory, account)
        if kind < 0:
            return kind
        if (kind == 1) != want_directory:
            return EXISTS
        return MountedDirectory(name, self, mount, path) if want_directory else MountedFile(name, self, mount, path)

    def remove(self, name):
        """Returns DENIED: only the owner of the machine removes files from its storage."""
        return DENIED

    def listing(self):
        """Returns a list of (name as bytes, size or -1 for a directory), unsorted. Raises OSError."""
        mount = self._mount
        names = mount.storage.names(mount.root, self._path)
        if isinstance(names, int):
            raise OSError("cannot be read (error %d)" % names)
        return names

    def release(self):
        """Does nothing: a directory holds nothing that ends with a capability to it."""


class Mount(MountedDirectory):
    """The root of mounted storage.

    `storage`: see hal.storage; `path`: the directory on the machine; `limit`: bytes that its contents may take, with
    NODE_COST added for each file and directory. Raises OSError and MemoryError.
    """

    def __init__(self, name, parent, storage, path, limit):
        super().__init__(name, parent, self, b"")
        reserve()
        self.storage = storage
        self.limit = limit
        self.root = storage.root(path)
        if isinstance(self.root, int) and self.root < 0:
            raise OSError("cannot be opened (error %d)" % self.root)
        self.handles = 0
        try:
            self.used = _count(storage, self.root, b"", 0)
        except BaseException:
            self.close()
            raise

    def close(self):
        """Closes the machine's directory at the end of the system."""
        self.storage.close(self.root)

    def make(self, path, directory, account):
        """Makes an empty file or directory. Returns 0 for a file, 1 for a directory, or an error code."""
        error = QUOTA if not directory and self.handles >= HANDLES else self.charge(NODE_COST, account)
        if error:
            return error
        made = self.storage.open(self.root, path, _OPEN_CREATE | (_OPEN_DIRECTORY if directory else _OPEN_WRITE))
        if isinstance(made, int) and made < 0:
            self.refund(NODE_COST, account)
            return made
        if directory:
            return 1
        self.storage.close(made)
        return 0

    def charge(self, amount, account):
        """Counts `amount` bytes that a task adds. Returns 0, NOSPACE or QUOTA."""
        if account is not None and account.limit and amount > account.limit - account.used:
            return QUOTA
        if amount > self.limit - self.used:
            return NOSPACE
        if account is not None:
            account.used += amount
            account.mounted += amount
        self.used += amount
        return 0

    def refund(self, amount, account):
        """Gives `amount` bytes back. The task's account gets no more back than it was charged."""
        self.used -= min(amount, self.used)
        if account is not None:
            amount = min(amount, account.mounted)
            account.used -= amount
            account.mounted -= amount

    def room(self, account):
        """Returns the number of bytes that a task may still add."""
        minimum = self.limit - self.used
        if account is not None and account.limit and account.limit - account.used < minimum:
            minimum = account.limit - account.used
        return minimum if minimum > 0 else 0


class MountedFile:
    """A file on mounted storage. Each opening has its own MountedFile."""

    kind = KIND_FILE

    def __init__(self, name, parent, mount, path):
        self.name = name
        self.parent = parent
        self._mount = mount
        self._path = path
        self._handle = None
        self._account = None

    def open(self, write, account):
        """Opens a handle of the storage. Returns 0 or an error code."""
        mount = self._mount
        if mount.handles >= HANDLES:
            return QUOTA
        handle = mount.storage.open(mount.root, self._path, _OPEN_READ | (_OPEN_WRITE if write else 0))
        if isinstance(handle, int) and handle < 0:
            return handle
        mount.handles += 1
        self._handle = handle
        self._account = account
        return 0

    def close(self):
        """Closes the handle."""
        self._mount.handles -= 1
        self._mount.storage.close(self._handle)
        self._handle = None

    def length(self):
        """Returns the size of the file in bytes, or an error code."""
        return self._mount.storage.size(self._handle)

    def read(self, offset, length, instance, address):
        """As ramfs.File.read. Allocates nothing."""
        count = self._mount.storage.read(self._handle, offset, _buffer, length)
        return instance.write(address, _buffer, 0, count) if count > 0 else count

    def write(self, offset, length, instance, address):
        """As ramfs.File.write: writes fewer bytes where the quotas allow no more. Allocates nothing."""
        mount = self._mount
        size = mount.storage.size(self._handle)
        if size < 0 or length == 0:
            return size if size < 0 else 0
        growth = offset + length - size
        if growth > 0:
            error = mount.charge(growth, self._account)
            if error:
                length = size + mount.room(self._account) - offset
                if length <= 0:
                    return error
                growth = offset + length - size
                mount.charge(max(growth, 0), self._account)
        else:
            growth = 0
        instance.readinto(address, _buffer, 0, length)
        count = mount.storage.write(self._handle, offset, _buffer, length)
        if growth:
            grown = mount.storage.size(self._handle) - size
            if grown < growth:
                mount.refund(growth - max(grown, 0), self._account)
        return count

    def truncate(self):
        """Empties the file. Returns 0 or an error code."""
        mount = self._mount
        size = mount.storage.size(self._handle)
        error = mount.storage.truncate(self._handle)
        if error == 0:
            mount.refund(size, self._account)
        return error


def _count(storage, root, path, depth):
    # Returns the bytes that the contents of a directory take, as the mount counts them.
    names = storage.names(root, path)
    if isinstance(names, int) or depth > _COUNTED_DEPTH:
        raise OSError("%s: %s" % (escaped_bytes(path), "too deep" if depth > _COUNTED_DEPTH else "cannot be read"))
    total = 0
    for name, size in names:
        total += NODE_COST
        if size < 0:
            total += _count(storage, root, path + b"/" + name if path else name, depth + 1)
        else:
            total += size
    return total
