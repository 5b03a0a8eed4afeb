"""The system calls on files and directories: what each does stands in docs/ABI.md, how handlers work in kernel.core.syscalls.

Invariant: the calls that are repeated (all but sp_fs_open, sp_fs_close and writes that grow a file) allocate nothing.
"""
from micropython import const
from abi import DENIED, INVAL, NOTFOUND, QUOTA, RIGHT_CREATE
from kernel.objects.ramfs import OpenFile, walk

_OPEN_READ = const(1)           # the flags of sp_fs_open, as in abi
_OPEN_WRITE = const(2)
_OPEN_CREATE = const(4)
_OPEN_TRUNCATE = const(8)
_OPEN_APPEND = const(16)
_OPEN_DIRECTORY = const(32)


class FileCalls:
    """The handlers of sp_fs_*. They hold nothing of their own."""

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
            wanted |= flags & _OPEN_CREATE              # and this is the right CREATE
            if wanted & ~held:
                return DENIED
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
        if flags & _OPEN_TRUNCATE:                      # last: nothing else can fail any more
            error = node.truncate()
            if error:
                node.close()
                return error
        return capabilities.insert(file, wanted, instance.arg(0))

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
