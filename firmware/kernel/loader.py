"""Builds a system from a checked manifest: the file system first, then every task, or nothing at all.

A module is instantiated here and does not run: its start function and `_start` run later, as the task, paid for with
its fuel. What goes wrong is told with its place in the manifest; the tasks made until then are ended again. No pin is touched before nothing can fail.
"""
import hal
import wasm3
from kernel import console
from kernel.abi import RIGHT_WRITE
from kernel.capability import Capabilities
from kernel.gpio import Pin
from kernel.log import escaped
from kernel.manifest import ManifestError
from kernel.mount import Mount
from kernel.net import Network
from kernel.ramfs import BLOCK, Account, Directory, File, OpenFile, RamFS
from kernel.resolver import Resolver
from kernel.system import System
from kernel.task import Task


def build(manifest):
    """A System ready to run. Raises ManifestError; then no task is left."""
    size, free, _, _ = wasm3.arena()
    if size < manifest.arena:
        raise _mistake(manifest, "arena", "%d bytes wanted, this machine has %d" % (manifest.arena, size))
    console.ok("arena: %d bytes, %d free" % (size, free))
    fs = RamFS(manifest.ramfs)
    machines = []
    try:
        _fill_in(manifest, fs)
        console.ok("ramfs: %d files, %d of %d bytes" % (len(manifest.files), fs.used, manifest.ramfs))
        tasks = [_task(manifest, index, machines, fs) for index in range(len(manifest.tasks))]
    except BaseException:
        for machine in machines:
            machine.kill()
        fs.close()
        raise
    system = System(fs, Resolver(*manifest.network))
    hal.pins_off()
    for task, plan in zip(tasks, manifest.tasks):
        for name, kind, what, rights in plan["caps"]:
            if kind == "pin":
                task.capabilities.grant(name, _pin(*what), rights)
        system.add(task)
        console.ok("task %s: priority %d, region %d bytes" % (task.name, task.priority, task.region()[1]))
    if manifest.simulation:
        hal.simulate(manifest.simulation)
    return system


def _mistake(manifest, where, what):
    return ManifestError(["%s: %s: %s" % (escaped(manifest.path), where, escaped(what))])


def _fill_in(manifest, fs):
    # Directories, files and mounts.
    # shorter paths first: a directory gets its limit before anything is put below it
    for path in sorted(manifest.directories, key=len):
        node = fs.make(path, True, manifest.directories[path])
        if not isinstance(node, Directory):
            raise _mistake(manifest, "directories." + escaped(path), "cannot be made (error %d)" % node)
    for path, host in manifest.files.items():
        where = "files." + escaped(path)
        node = fs.make(path, False)
        if not isinstance(node, File):
            raise _mistake(manifest, where, "cannot be made (error %d)" % node)
        try:
            with hal.read_file(host) as stream:
                _fill(node, stream)
        except OSError:
            raise _mistake(manifest, where, "cannot be read: " + host)
        except MemoryError:
            raise _mistake(manifest, where, "does not fit into memory: " + host)
        if node.size != hal.file_size(host):
            raise _mistake(manifest, where, "does not fit into the RamFS, see ramfs and directories: " + host)
    for path, (host, limit) in manifest.mounts.items():
        where = "mounts." + escaped(path)
        try:
            node = fs.mount(path, lambda name, parent: Mount(name, parent, hal.storage, host, limit))
        except OSError as error:
            raise _mistake(manifest, where, "%s: %s" % (host, error))
        if isinstance(node, int):
            raise _mistake(manifest, where, "cannot be made (error %d)" % node)
        console.ok("mount %s: %s, %d of %d bytes" % (escaped(path), escaped(host), node.used, limit))


class _Source:
    # Stands in for a task's memory: `File.write` takes its bytes from here.

    def __init__(self, data):
        self._data = data

    def readinto(self, address, buffer, start, length):
        buffer[start:start + length] = self._data[address:address + length]
        return length


def _fill(file, stream):
    # Copies the stream to the file, until the end or until there is no room.
    while True:
        data = stream.read(BLOCK)
        if not data or file.write(file.size, len(data), _Source(data), 0) != len(data):
            return


def _pin(number, mode, pull, initial, active_low):
    level = None if initial is None else initial ^ active_low
    return Pin(number, hal.pin(number, mode, pull, level), initial, active_low)


def _thing(kind, what, rights, account, fs):
    # The object of a grant, pins excepted; None where the task's storage quota does not allow it.
    if kind == "net":
        return Network(what)
    node = fs.make(what, kind == "directory")
    if kind == "directory":
        return node
    return None if node.open(rights & RIGHT_WRITE != 0, account) else OpenFile(node, False)


def _task(manifest, index, machines, fs):
    plan = manifest.tasks[index]
    where = "tasks[%d]" % index
    try:
        with hal.read_file(plan["module"]) as stream:
            module = stream.read()
        machine = wasm3.Task(module, quota=plan["quota"], stack=plan["stack"], memory=plan["memory"])
    except OSError:
        raise _mistake(manifest, where + ".module", "cannot be read: " + plan["module"])
    except ValueError as error:
        raise _mistake(manifest, where + ".module", "%s: %s" % (plan["module"], error))
    except MemoryError as error:
        _, free, largest, _ = wasm3.arena()
        raise _mistake(manifest, where, "no room for a region: %s (quota %d, arena has %d bytes free, %d in one piece)"
                       % (error, plan["quota"], free, largest))
    machines.append(machine)
    task = Task(plan["name"], machine, plan["priority"], plan["slice"], Capabilities(plan["capabilities"]),
                plan["may_fault"])
    task.account = Account(plan["storage"])
    for name, kind, what, rights in plan["caps"]:
        if kind != "pin":
            thing = _thing(kind, what, rights, task.account, fs)
            if thing is None:
                raise _mistake(manifest, where + ".storage", "is less than %s takes" % what)
            task.capabilities.grant(name, thing, rights)
    return task
