"""The RamFS: directories and files in memory, with quotas.

A file is a list of blocks, so it grows without moving and without asking for one large piece of memory. Every
directory may have a limit, which bounds everything below it; the root's limit is the size of the file system. What
counts is what a node really takes: its blocks, and a fixed amount for being there.

Paths are relative to a directory and can only go down: there is no component that means "up", so what is not below a
directory cannot be named through it.

Invariants: `used` of a directory is the sum over everything below it; a call that fails has changed nothing; reading,
and writing where the file already has blocks, allocate nothing.
"""
from micropython import const
from kernel.abi import (
    INVAL, NOTFOUND, EXISTS, QUOTA, NOMEM, TOOBIG, NOSPACE, KIND_DIRECTORY, KIND_FILE)

BLOCK = const(512)          # half of it is lost per file on average; a page of 4096 moves in 8 steps
NODE_COST = const(128)      # what an empty file takes on the Python heap, about, on 64 bit
NAME_MOST = const(63)       # as the ABI says
_SLASH = const(47)
_ZERO_BLOCK = bytes(BLOCK)


class File:
    """The bytes of a file: `size` of them, in blocks; a byte beyond the size is always zero, a block never written None.

    `parent`: the directory whose limits it counts against.
    """

    def __init__(self, name, parent):
        self.name = name
        self.parent = parent
        self.size = 0
        self._blocks = []

    def read(self, offset, length, machine, address):
        """Copies up to `length` bytes at `offset` to the task's memory. Returns how many. Allocates nothing.

        `machine`: has `write(address, buffer, start, length)`.
        """
        if length >= self.size - offset:
            length = self.size - offset
            if length <= 0:
                return 0
        if offset % BLOCK + length <= BLOCK:
            machine.write(address, self._blocks[offset // BLOCK] or _ZERO_BLOCK, offset % BLOCK, length)
            return length
        return self._read_blocks(offset, length, machine, address)

    def _read_blocks(self, offset, length, machine, address):
        end = offset + length
        while offset < end:
            start = offset % BLOCK
            piece = BLOCK - start
            if piece > end - offset:
                piece = end - offset
            machine.write(address, self._blocks[offset // BLOCK] or _ZERO_BLOCK, start, piece)
            offset += piece
            address += piece
        return length

    def write(self, offset, length, machine, address):
        """Copies `length` bytes of the task's memory to `offset`, growing as needed. Returns how many were written.

        Fewer where the limits or the heap allow no more; QUOTA, NOSPACE or NOMEM where they allow none. `machine`:
        has `readinto(address, buffer, start, length)`.
        """
        if length == 0:
            return 0
        blocks = self._blocks
        had = len(blocks)
        if offset + length > had * BLOCK:
            error = self._grow(offset + length)
            if error:
                left = len(blocks) * BLOCK - offset
                if left <= 0:
                    self._shrink(had)
                    return error
                length = left
        done = 0
        while done < length:
            index = (offset + done) // BLOCK
            start = (offset + done) % BLOCK
            block = blocks[index]
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
            machine.readinto(address + done, block, start, piece)
            done += piece
        if offset + done > self.size:
            self.size = offset + done
        return done

    def _grow(self, size):
        # Places for the blocks of `size` bytes, or for as many as may be had; then the error says why no more. They
        # are charged now and made when written to: a gap costs its quota but no time.
        blocks = self._blocks
        missing = (size + BLOCK - 1) // BLOCK - len(blocks)
        error = charge(self.parent, missing * BLOCK)
        if error:
            missing = room(self.parent) // BLOCK
            charge(self.parent, missing * BLOCK)
        try:
            blocks.extend([None] * missing)
        except MemoryError:
            charge(self.parent, -missing * BLOCK)
            return NOMEM
        return error

    def _shrink(self, count):
        charge(self.parent, -(len(self._blocks) - count) * BLOCK)
        del self._blocks[count:]

    def truncate(self):
        """Empties the file and gives its blocks back."""
        self.size = 0
        self._shrink(0)

    def cost(self):
        """Bytes this node counts for."""
        return NODE_COST + len(self._blocks) * BLOCK


class Directory:
    """Names, each a File or a Directory. `limit`: bytes everything below may take, 0 = no limit of its own."""

    kind = KIND_DIRECTORY

    def __init__(self, name, parent, limit=0):
        self.name = name
        self.parent = parent
        self.limit = limit
        self.used = 0
        self.entries = {}

    def cost(self):
        """Bytes this node counts for, itself only."""
        return NODE_COST

    def release(self):
        """A capability to it is gone; there is nothing to be done."""


class RamFS(Directory):
    """The root directory: what the kernel and the manifest see of the file system.

    `size`: bytes that all files and directories together may take.
    """

    def __init__(self, size):
        super().__init__(b"", None, size)

    def make(self, path, directory, limit=0):
        """Makes the file or directory at an absolute path (a string), and the directories on the way.

        Returns the node, an existing one too where it is of the right kind; else an error code.
        """
        node = self
        parts = [part.encode() for part in path.split("/") if part]
        for index, part in enumerate(parts):
            last = index == len(parts) - 1
            node = enter(node, part, True, directory or not last)
            if isinstance(node, int):
                return node
        if limit and isinstance(node, Directory):
            node.limit = limit
        return node


class OpenFile:
    """A file as one capability sees it: with a position of its own, and perhaps for appending only."""

    kind = KIND_FILE

    def __init__(self, file, append):
        self.file = file
        self.append = append
        self.position = 0

    def release(self):
        """The capability is gone."""

    def read(self, offset, length, machine, address):
        """As File.read; offset -1: at the position, which advances. Allocates nothing."""
        if offset >= 0:
            return self.file.read(offset, length, machine, address)
        offset = self.file.read(self.position, length, machine, address)
        self.position += offset
        return offset

    def write(self, offset, length, machine, address):
        """As File.write; offset -1: at the position, which advances; appending: always at the end."""
        at = offset
        if self.append:
            at = self.file.size
        elif offset < 0:
            at = self.position
        count = self.file.write(at, length, machine, address)
        if offset < 0 and count > 0:
            self.position = at + count
        return count


def charge(directory, amount):
    """Counts `amount` bytes (below 0: gives them back) to a directory and all above it. Returns 0, QUOTA or NOSPACE."""
    node = directory
    while node is not None:
        if amount > 0 and node.limit and node.used + amount > node.limit:
            return QUOTA if node.parent else NOSPACE
        node = node.parent
    node = directory
    while node is not None:
        node.used += amount
        node = node.parent
    return 0


def room(directory):
    """Bytes that may still be charged to a directory."""
    least = (1 << 30) - 1
    while directory is not None:
        if directory.limit and directory.limit - directory.used < least:
            least = directory.limit - directory.used
        directory = directory.parent
    return least


def enter(directory, name, create, want_directory):
    """One step down. Returns the node called `name` (bytes), made where `create` allows, or an error code.

    EXISTS: it is there and of the other kind.
    """
    if not name or name == b"." or name == b".." or 0 in name:
        return INVAL
    if len(name) > NAME_MOST:
        return TOOBIG
    node = directory.entries.get(name)
    if node is not None:
        return node if isinstance(node, Directory) == want_directory else EXISTS
    if not create:
        return NOTFOUND
    error = charge(directory, NODE_COST)
    if error:
        return error
    try:
        node = Directory(name, directory) if want_directory else File(name, directory)
        directory.entries[name] = node
    except MemoryError:
        charge(directory, -NODE_COST)
        raise
    return node


def walk(directory, path, create, want_directory):
    """The node at a relative path (bytes) below a directory, or an error code. Only the last component is created."""
    parts = path.split(b"/")
    last = parts.pop()
    for part in parts:
        directory = enter(directory, part, False, True)
        if isinstance(directory, int):
            return NOTFOUND if directory == EXISTS else directory
    return enter(directory, last, create, want_directory)
