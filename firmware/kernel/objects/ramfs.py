"""The RamFS: directories and files in memory, with quotas.

A file is a table of blocks: it grows without moving and never needs one large piece of memory. A block that no task has
written to is absent from the table, so a gap counts towards the quota but takes no time. A directory may have a
limit, which applies to everything below it; the root's limit is the size of the file system. A node belongs to the
account of a task, which has a limit too: the task that made the node or, for a node of the manifest, the first task that
opens it for writing. The cost of a node is its blocks and a fixed amount for its existence.

A path is relative to a directory and only leads down: no component means "up", so a path cannot name a node outside of
its directory. There are no links.

A file that is removed while it is open stays readable and writable through the open capabilities, and counts, until the
last of them is closed.

Invariants: `used` of a directory is the sum over all nodes below it and over nodes that were removed there and are still
open. `used` of an account is the sum over all nodes that belong to it. A call that fails has changed nothing. Reading
allocates nothing; neither does writing to blocks that the file has already.
"""
from abi import (
    INVAL, NOTFOUND, EXISTS, QUOTA, NOMEM, TOOBIG, NOSPACE, BUSY, KIND_DIRECTORY, KIND_FILE)

BLOCK = const(512)          # bytes: a file wastes half a block on average; 4096 bytes move in 8 steps
NODE_COST = const(128)      # bytes that an empty file takes on the Python heap, roughly, on 64 bit
NAME_MAX = const(63)       # bytes: the limit of the ABI
DEPTH_MAX = const(16)      # levels of directories that tasks make: each charge() climbs to the root, and the call pays fuel for it
_ZERO_BLOCK = bytes(BLOCK)


class Account:
    """The storage and the objects of a task, counted across restarts. `limit`: bytes of files, 0 = no limit of its own."""

    # Objects that the task made and any task holds; bytes of buffers. Class attributes until they change, to save a board's heap.
    objects, objects_max = 0, 8
    buffers, buffers_max = 0, 0

    def __init__(self, limit=0):
        self.limit = limit
        self.used = 0
        self.mounted = 0        # the part of `used` that lies on mounted storage, see kernel.objects.mount


class File:
    """A file: `size` bytes in blocks. Any byte of a block beyond the size is zero.

    `parent`: the directory whose limits the file counts against; `account`: the Account that it belongs to, or None.
    """

    kind = KIND_FILE

    def __init__(self, name, parent, account=None):
        self.name = name
        self.parent = parent
        self.account = account
        self.size = 0
        self._blocks = {}       # the blocks that were written to, by number
        self._charged = 0       # the number of blocks charged; every number in `_blocks` is less
        self._opens = 0
        self._removed = False

    def open(self, write, account):
        """Counts one more open handle. `write`: for writing too. Returns 0, or QUOTA where the opener's account has no room."""
        if write and account is not None and self.account is None:
            cost = self.cost()
            if account.limit and account.used + cost > account.limit:
                return QUOTA
            account.used += cost
            self.account = account
        self._opens += 1
        return 0

    def close(self):
        """Counts one open handle less."""
        self._opens -= 1
        if self._removed and self._opens == 0:
            self._give_back()

    def removed(self):
        """Called when the name is removed. Gives the storage back now, or at the last close."""
        self._removed = True
        if self._opens == 0:
            self._give_back()

    def _give_back(self):
        self.truncate()
        charge(self.parent, self.account, -NODE_COST)

    def length(self):
        """Returns the size of the file in bytes."""
        return self.size

    def read(self, offset, length, instance, address):
        """Copies up to `length` bytes at `offset` to the task's memory. Returns their number. Allocates nothing.

        `instance`: has `write(address, buffer, start, length)`.
        """
        if length >= self.size - offset:
            length = self.size - offset
            if length <= 0:
                return 0
        if offset % BLOCK + length <= BLOCK:
            instance.write(address, self._blocks.get(offset // BLOCK, _ZERO_BLOCK), offset % BLOCK, length)
            return length
        return self._read_blocks(offset, length, instance, address)

    def _read_blocks(self, offset, length, instance, address):
        end = offset + length
        while offset < end:
            start = offset % BLOCK
            piece = BLOCK - start
            if piece > end - offset:
                piece = end - offset
            instance.write(address, self._blocks.get(offset // BLOCK, _ZERO_BLOCK), start, piece)
            offset += piece
            address += piece
        return length

    def write(self, offset, length, instance, address):
        """Copies `length` bytes of the task's memory to `offset`. The file grows as needed. Returns the number of bytes written:
        fewer where the limits or the heap allow no more; QUOTA, NOSPACE or NOMEM where they allow none.

        `instance`: has `readinto(address, buffer, start, length)`.
        """
        if length == 0:
            return 0
        blocks = self._blocks
        had = self._charged
        if offset + length > had * BLOCK:
            error = self._grow(offset, offset + length)
            if error:
                length = self._charged * BLOCK - offset
                if length <= 0:
                    return error
        done = 0
        while done < length:
            index = (offset + done) // BLOCK
            start = (offset + done) % BLOCK
            block = blocks.get(index)
            if block is None:
                try:
                    block = blocks[index] = bytearray(BLOCK)
                except MemoryError:
                    self._shrink(max(had, index if done else 0))
                    if done == 0:
                        return NOMEM
                    break
            piece = BLOCK - start
            if piece > length - done:
                piece = length - done
            instance.readinto(address + done, block, start, piece)
            done += piece
        if offset + done > self.size:
            self.size = offset + done
        return done

    def _grow(self, offset, end):
        # Charges the blocks up to `end`. Where the limits do not allow all, charges as many as fit, if they reach beyond
        # `offset`, and returns the error that stopped it. Writing makes the blocks later.
        missing = (end + BLOCK - 1) // BLOCK - self._charged
        error = charge(self.parent, self.account, missing * BLOCK)
        if error:
            missing = room(self.parent, self.account) // BLOCK
            if (self._charged + missing) * BLOCK <= offset:
                return error
            charge(self.parent, self.account, missing * BLOCK)
        self._charged += missing
        return error

    def _shrink(self, count):
        # Gives back the charge for all blocks from number `count` on, none of which exists.
        charge(self.parent, self.account, -(self._charged - count) * BLOCK)
        self._charged = count

    def truncate(self):
        """Empties the file and gives its blocks back. Returns 0."""
        self.size = 0
        self._blocks.clear()
        self._shrink(0)
        return 0

    def cost(self):
        """Returns the bytes that this node counts for."""
        return NODE_COST + self._charged * BLOCK


class Directory:
    """A directory. An entry is a File, a Directory or an object with their methods (kernel.objects.mount).

    `limit`: bytes for everything below, 0 = no limit of its own; `account`: the Account that it belongs to, or None.
    """

    kind = KIND_DIRECTORY

    def __init__(self, name, parent, limit=0, account=None):
        self.name = name
        self.parent = parent
        self.depth = parent.depth + 1 if parent else 0
        self.limit = limit
        self.account = account
        self.used = 0
        self.entries = {}
        self._removed = False

    def cost(self):
        """Returns the bytes that this node counts for, without its entries."""
        return NODE_COST

    def enter(self, name, create, want_directory, account=None):
        """Returns the entry `name` (bytes), or an error code. `create`: make a missing entry, which belongs to `account`.

        EXISTS: the entry exists and is of the other kind.
        """
        error = check_name(name)
        if error:
            return error
        node = self.entries.get(name)
        if node is not None:
            return node if is_directory(node) == want_directory else EXISTS
        if not create or self._removed:
            return NOTFOUND
        if want_directory and self.depth >= DEPTH_MAX:
            return TOOBIG
        error = charge(self, account, NODE_COST)
        if error:
            return error
        try:
            node = Directory(name, self, 0, account) if want_directory else File(name, self, account)
            self.entries[name] = node
        except MemoryError:
            charge(self, account, -NODE_COST)
            raise
        return node

    def remove(self, name):
        """Removes the entry `name` (bytes). Returns 0, NOTFOUND, or BUSY for a directory that is not empty or is mounted."""
        node = self.entries.get(name)
        if node is None:
            return NOTFOUND
        if is_directory(node) and (not isinstance(node, Directory) or node.entries):
            return BUSY
        del self.entries[name]
        node.removed()
        return 0

    def removed(self):
        """Called when the name of this empty directory is removed. No entry can be made in it afterwards."""
        self._removed = True
        charge(self.parent, self.account, -NODE_COST)

    def listing(self):
        """Returns a list of (name as bytes, size or -1 for a directory), unsorted."""
        return [(name, -1 if is_directory(node) else node.size) for name, node in self.entries.items()]

    def release(self):
        """Does nothing: a directory holds nothing that ends with a capability to it."""


class RamFS(Directory):
    """The root directory, and the interface of the file system for the kernel.

    `size`: bytes that all files and directories together may take.
    """

    def __init__(self, size):
        super().__init__(b"", None, size)
        self.mounts = []

    def mount(self, path, make):
        """Adds a mount at an unused absolute path (a string), and makes the directories on the way.

        `make(name, parent)`: makes the mount. Returns the mount, or an error code.
        """
        above, _, name = path.rpartition("/")
        parent = self.make(above, True)
        if isinstance(parent, int):
            return parent
        if name.encode() in parent.entries:
            return EXISTS
        node = make(name.encode(), parent)
        parent.entries[node.name] = node
        self.mounts.append(node)
        return node

    def close(self):
        """Closes all mounts at the end of the system."""
        while self.mounts:
            self.mounts.pop().close()

    def make(self, path, directory, limit=0):
        """Makes the file or directory at an absolute path (a string), and the directories on the way.

        Returns the node, which may have existed before if it is of the right kind; else an error code.
        """
        node = self
        parts = [part.encode() for part in path.split("/") if part]
        for index, part in enumerate(parts):
            last = index == len(parts) - 1
            node = node.enter(part, True, directory or not last)
            if isinstance(node, int):
                return node
        if limit and isinstance(node, Directory):
            node.limit = limit
        return node


class OpenFile:
    """The object of a file capability: a file with a position of its own. `append`: every write goes to the end.

    The caller has opened `file`; this object closes it.
    """

    kind = KIND_FILE

    def __init__(self, file, append):
        self.file = file
        self.append = append
        self.position = 0

    def release(self):
        """Closes the file when the capability ends."""
        self.file.close()

    def read(self, offset, length, instance, address):
        """As File.read; offset -1: at the position, which advances. Allocates nothing."""
        if offset >= 0:
            return self.file.read(offset, length, instance, address)
        count = self.file.read(self.position, length, instance, address)
        if count > 0:
            self.position += count
        return count

    def write(self, offset, length, instance, address):
        """As File.write; offset -1: at the position, which advances; appending: always at the end."""
        at = offset
        if self.append:
            at = self.file.length()
            if at < 0:
                return at
        elif offset < 0:
            at = self.position
        count = self.file.write(at, length, instance, address)
        if offset < 0 and count > 0:
            self.position = at + count
        return count


def is_directory(node):
    """Returns True for a node that has entries."""
    return node.kind == KIND_DIRECTORY


def charge(directory, account, amount):
    """Adds `amount` bytes (below 0: gives them back) to a directory, all directories above it, and an account or None.

    Returns 0, or QUOTA or NOSPACE and changes nothing.
    """
    if account is not None:
        if amount > 0 and account.limit and account.used + amount > account.limit:
            return QUOTA
    node = directory
    while node is not None:
        if amount > 0 and node.limit and node.used + amount > node.limit:
            return QUOTA if node.parent else NOSPACE
        node = node.parent
    node = directory
    while node is not None:
        node.used += amount
        node = node.parent
    if account is not None:
        account.used += amount
    return 0


def room(directory, account):
    """Returns the bytes that may still be charged to a directory and an account."""
    minimum = (1 << 30) - 1
    if account is not None and account.limit:
        minimum = account.limit - account.used
    while directory is not None:
        if directory.limit and directory.limit - directory.used < minimum:
            minimum = directory.limit - directory.used
        directory = directory.parent
    return minimum


def check_name(name):
    """Returns 0, or INVAL or TOOBIG where `name` (bytes) is not a valid name."""
    if not name or name == b"." or name == b".." or 0 in name:
        return INVAL
    return TOOBIG if len(name) > NAME_MAX else 0


def walk(directory, path, create, want_directory, account=None):
    """Returns the node at a relative path (bytes) below a directory, or an error code. Creates only the last component."""
    parts = path.split(b"/")
    last = parts.pop()
    for part in parts:
        directory = directory.enter(part, False, True)
        if isinstance(directory, int):
            return NOTFOUND if directory == EXISTS else directory
    return directory.enter(last, create, want_directory, account)
