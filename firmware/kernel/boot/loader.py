"""The loader builds a system from a checked manifest: the file system first, then every task. It builds all or nothing.

The loader instantiates each module and runs none: the start function and `_start` run later, inside the task, which pays
fuel for them. The loader reports every error with its place in the manifest, and then ends the tasks that it has made. It
touches the pins once every module and every file is in place.
"""
import hal
import wasm3
import abi
from kernel.core import console
from kernel.core.log import Ring, escaped
from kernel.core.errors import ManifestError
from kernel.objects.mount import Mount
from kernel.objects.files import StorageTooSmall
from kernel.objects.kinds import make_system, resolver
from kernel.objects.plan import Plan, WrongModule
from kernel.objects.ramfs import BLOCK, Directory, File, RamFS
from kernel.core.task import Task


def build(manifest):
    """Returns a System ready to run. Raises ManifestError; then no task is left."""
    _make_arena(manifest)
    console.ok("arena: %d bytes, %d free" % wasm3.arena()[:2])
    fs = RamFS(manifest.ramfs)
    tasks = []
    try:
        _fill_in(manifest, fs)
        console.ok("ramfs: %d files, %d of %d bytes" % (len(manifest.files), fs.used, manifest.ramfs))
        for index in range(len(manifest.tasks)):
            tasks.append(_task(manifest, index, fs))
        _grant(manifest, tasks, False)
        system = make_system(fs, resolver(*manifest.network))
        hal.pins_off()
        _grant(manifest, tasks, True)
    except BaseException:
        for task in tasks:
            if task:
                task.instance.kill()
                task.plan.end()
        fs.close()
        raise
    for task in tasks:
        system.add(task)
        console.ok("task %s: priority %d, region %d bytes" % (task.name, task.thread.priority, task.region()[1]))
    if manifest.simulation:
        hal.simulate(manifest.simulation)
    return system


def _make_arena(manifest):
    # Gives the arena the size in the manifest. A machine whose arena has a fixed size reports an error where it is too small.
    size = wasm3.arena()[0]
    if manifest.arena and manifest.arena != size:
        try:
            wasm3.arena_resize(manifest.arena)
        except ValueError as error:
            if manifest.arena > size:
                manifest.wrong("arena", "%d bytes wanted, there are %d: %s" % (manifest.arena, size, error))


def _fill_in(manifest, fs):
    # Makes directories, files and mounts.
    # Shorter paths come first, so that a directory has its limit before anything is put below it.
    for path in sorted(manifest.directories, key=len):
        node = fs.make(path, True, manifest.directories[path])
        if not isinstance(node, Directory):
            manifest.wrong("directories." + path, "cannot be made: " + abi.ERRORS[-1 - node])
    for path in sorted(manifest.files):
        error = _make_file(fs.make(path, False), manifest.files[path])
        if error:
            manifest.wrong("files." + path, error)
    mounted = []
    for path, (host, limit) in manifest.mounts.items():
        try:
            for other in mounted:
                if hal.is_below(host + "/", other) or hal.is_below(other + "/", host):
                    manifest.wrong("mounts." + path, "%s holds files of %s, which is mounted too" % (host, other))
            mounted.append(host)
            node = fs.mount(path, lambda name, parent: Mount(name, parent, hal.storage, host, limit))
        except OSError as error:
            manifest.wrong("mounts." + path, "%s: %s" % (host, error))
            continue
        if isinstance(node, int):
            manifest.wrong("mounts." + path, "cannot be made: " + abi.ERRORS[-1 - node])
        else:
            console.ok("mount %s: %s, %d of %d bytes" % (escaped(path), escaped(host), node.used, limit))


def _make_file(node, content):
    # Fills a new file. Returns an error message or None. `content`: bytes, or the path of a host file.
    if not isinstance(node, File):
        return "cannot be made: " + abi.ERRORS[-1 - node]
    try:
        if isinstance(content, bytes):
            size = len(content)
            node.write(0, size, _Source(content), 0)
        else:
            size = hal.file_size(content)
            with hal.read_file(content) as stream:
                _fill(node, stream)
    except OSError:
        return "cannot be read: " + content
    except MemoryError:
        return "does not fit into memory"
    return None if node.size == size else "does not fit into the RamFS, see ramfs and directories"


class _Source:
    # Stands in for a task's instance: `File.write` reads the bytes from here.

    def __init__(self, data):
        self._data = data

    def readinto(self, address, buffer, start, length):
        buffer[start:start + length] = self._data[address:address + length]
        return length


def _fill(file, stream):
    # Copies the stream to the file, up to its end or until there is no room.
    while True:
        data = stream.read(BLOCK)
        if not data or file.write(file.size, len(data), _Source(data), 0) != len(data):
            return


def _task(manifest, index, fs):
    # Makes one task without the objects of OUTSIDE kinds. Returns None where the manifest has an error here.
    fields = manifest.tasks[index]
    plan = Plan(fields, fs)
    where = "tasks[%d]" % index
    try:
        instance = plan.instance()
    except OSError:
        return manifest.wrong(where + ".module", "cannot be read: " + fields["module"])
    except WrongModule as error:
        return manifest.wrong(where + ".sha256", str(error))
    except ValueError as error:
        return manifest.wrong(where + ".module", "%s: %s" % (fields["module"], error))
    except MemoryError as error:
        if not str(error).startswith("quota or arena"):
            return manifest.wrong(where, "no memory to read the module: " + str(error))
        by_quota = 0 < fields["quota"] < wasm3.room()[0]
        return manifest.wrong(where + ".quota" if by_quota else where, wasm3.no_room(plan.module(), by_quota))
    if plan.stack_hint > instance.memory():
        console.note("%s: global 0 is %d: if that is the stack pointer of C, memory must be as large" % (fields["name"], plan.stack_hint))
    log = Ring(fields["name"], fields["log_burst"], fields["log_rate"])
    capabilities = plan.capabilities()
    task = Task(fields["name"], instance, fields["priority"], fields["slice"], capabilities, fields["may_fault"], log)
    thread = task.thread
    thread.budget = thread.left = fields["budget"]
    thread.period = fields["period"]
    task.policy = fields["fault"]
    task.plan = plan
    task.account = plan.account
    return task


def _grant(manifest, tasks, outside):
    # Makes the tasks' objects of OUTSIDE kinds, or all others. Raises ManifestError with all errors that the manifest has until here.
    for index, task in enumerate(() if manifest.errors else tasks):
        try:
            task.plan.grant(task.capabilities, outside)
        except StorageTooSmall as error:
            manifest.wrong("tasks[%d].storage" % index, str(error))
        except MemoryError as error:
            manifest.wrong("tasks[%d].caps" % index, "no memory: %s" % error)
    if manifest.errors:
        raise ManifestError(manifest.errors)
