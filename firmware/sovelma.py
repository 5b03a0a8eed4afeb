"""SovelmaOS for people: start a system, look at it, stop parts of it. `import sovelma; sovelma.ps()`.

At a PC's prompt the system stands still; `sovelma.run()` goes on where it stopped. At a board's it runs on behind the
prompt; `sovelma.pause()` stops it there. From a shell:
`sovelma -m sovelma run system.json [--for SECONDS] [--input FILE] [--crashes DIRECTORY]`,
`sovelma -m sovelma check system.json` (or a module).
"""
import sys

# The kernel consists of frozen code alone: a file called `kernel.py` where the program happens to run is not it.
_path = sys.path[:]
sys.path[:] = [".frozen"]
import hal
import kernel.boot as boot_package
import abi
from kernel.core import console
from kernel.shell import inspect
from kernel.boot import module
from kernel.core.capability import RIGHTS
from kernel.objects.pin import Pin
from kernel.core.log import escaped, escaped_bytes
from kernel.core.errors import ManifestError
from kernel.objects.network import Network, Socket
from kernel.objects.ramfs import is_directory, walk
sys.path[:] = _path
del _path

SECONDS_DEFAULT = 10    # of a run without a terminal
INPUT = "/input"        # the file that --input replaces

LEVELS = ("error", "warning", "info", "debug")
_LINE_MOST = 4096       # bytes `cat` shows in one line

system = None           # the System there is
_shares = None          # inspect.Shares of it
_is_behind = False      # it runs behind the prompt


def _still(command):
    # Stops a system that runs behind the prompt while a command looks at it or changes it. Otherwise a heartbeat between
    # two byte codes would find it half changed.
    def standing(*arguments, **named):
        hal.behind(None)
        try:
            return command(*arguments, **named)
        finally:
            if _is_behind:
                hal.behind(system.step)
    return standing


def boot(path, input=None):
    """Builds the system a manifest describes; `run` starts it.

    `input`: a host file to be /input instead of the one the manifest names. Raises ManifestError; an older system is
    ended first.
    """
    global system
    pause()
    if system:
        for task in system.tasks:
            system.kill(task)
        system.fs.close()
        system = None
    system = _build(path, {INPUT: input} if input else None)
    console.ok("system %s: %d tasks" % (escaped(path), len(system.tasks)))


def _build(path, changes):
    # Unloads the manifest checker and the builder once the system stands: they take 3 KB of a board's 64 KB heap, and a
    # running system does not use them.
    paths = sys.path[:]
    sys.path[:] = [".frozen"]
    try:
        from kernel.boot.loader import build
        from kernel.boot.manifest import Manifest
        manifest = Manifest(path, changes)
        if not console.kept():              # a board's boot log has begun with this line before
            console.ok(inspect.version())
        return build(manifest)
    finally:
        sys.path[:] = paths
        for name in ("checker", "loader", "manifest", "strict_json", "task_entry"):
            sys.modules.pop("kernel.boot." + name, None)
            if hasattr(boot_package, name):
                delattr(boot_package, name)


def check(path):
    """Checks a manifest and everything it names - files, modules, room in the arena - and runs nothing. Of a module, a
    file called .wasm: whether it is valid, what it imports and exports, how much memory it takes.

    Raises ManifestError; an older system is ended first, since the arena is needed.
    """
    if path.endswith(".wasm"):
        try:
            for line in module.describe(path):
                console.show(line)
        except (OSError, ValueError, MemoryError) as error:
            raise ManifestError(["%s: %s" % (escaped(path), error)])
        return
    boot(path)
    for task in system.tasks:
        system.kill(task)
    count = len(system.tasks)
    console.show("%s: %d task%s, nothing is wrong" % (escaped(path), count, "" if count == 1 else "s"))


def run(seconds=None):
    """Runs the system, or goes on, until every task is over or that time has passed. Ctrl-C stops it and gives the prompt
    back; on a board any other key gives it too, and the system runs on behind it.
    """
    was_behind = _is_behind
    pause()
    hal.forget_keys()
    try:
        if _the_system().run(-1 if seconds is None else int(seconds * 1000)):
            background()
            console.show("the system runs on behind the prompt; sovelma.pause() stops it, sovelma.run() brings it back")
        elif was_behind:
            background()
    except KeyboardInterrupt:
        console.show("stopped; sovelma.run() goes on")


def version():
    """Shows the versions of the system, of the ABI and of MicroPython, and the machine."""
    console.show(inspect.version())


def background():
    """Lets the system run on behind the prompt, and behind your programs, at half the speed or more. Raises ValueError
    where this machine cannot.
    """
    global _is_behind
    if not hal.behind(_the_system().step):
        raise ValueError("this machine cannot run the system behind the prompt")
    _is_behind = True


def pause():
    """Stops the system that runs behind the prompt; `background` and `run` go on."""
    global _is_behind
    hal.behind(None)
    _is_behind = False


@_still
def ps():
    """Shows every task: state, priority, share of the processor since the last look, fuel and system calls so far, bytes
    of its region used at the peak and in all, restarts, and what it waits for or how it ended.
    """
    percent = _look()
    _show(inspect.processes(system.tasks, percent))


def top(seconds=1, count=10):
    """Runs the system for that time and shows the tasks that used the processor most in it, at most `count`."""
    _look()
    run(seconds)
    percent = _look()
    _show(inspect.processes(sorted(system.tasks, key=lambda task: -percent.get(task, 0))[:count], percent))


@_still
def kill(name):
    """Ends a task as a fault does: it leaves a crash record that shows where it was, and its fault policy decides what
    comes next. Raises ValueError where there is no such task.
    """
    _the_system().fault(system.find(name), "killed at the prompt")


@_still
def stop(name):
    """Ends a task, whatever its fault policy says; `start` begins it anew. Raises ValueError where there is none."""
    _the_system().kill(system.find(name))


@_still
def start(name):
    """Begins a task that is over anew, as after booting. Raises ValueError where there is none, or it is not over."""
    _the_system().start(system.find(name))


@_still
def restart(name):
    """Ends a task, where it is not over, and begins it anew. Raises ValueError where there is no such task."""
    stop(name)
    start(name)


@_still
def crash(name=None, file=None):
    """Shows the crash record of a task, or of all that have one: reason, backtrace, fuel, the last system calls.

    `file`: where to write it instead, as JSON for `make backtrace`. Raises ValueError where there is none to write.
    """
    if file:
        record = _the_system().find(name).record
        if not record:
            raise ValueError(name + " has no crash record")
        with open(file, "w") as stream:
            stream.write(record.json(name) + "\n")
        return
    tasks = [_the_system().find(name)] if name else [task for task in _the_system().tasks if task.record]
    for task in tasks:
        _show(task.record.lines(task.name) if task.record else ["%s: no crash record" % name])


@_still
def log(name=None):
    """Shows what is left in the log ring of a task, or of all; lines that never reached the console too."""
    for task in [_the_system().find(name)] if name else _the_system().tasks:
        for level, text in task.log.lines():
            console.show("%s: %s: %s" % (task.name, LEVELS[level], escaped_bytes(text)))


@_still
def revoke(name, granted):
    """Takes the object away that a task was granted under that name, from every task that can reach it.

    Raises ValueError where the task holds nothing of that name.
    """
    for _, thing, _, word in _the_system().find(name).capabilities.held():
        if word == granted:
            console.note("%s: %s is revoked, %d capabilities" % (name, escaped(granted), system.revoke(thing)))
            return
    raise ValueError("%s holds nothing called %s" % (name, granted))


@_still
def caps(name):
    """Shows the capabilities a task holds: identifier, name, rights, what it is."""
    for identifier, thing, rights, granted in _the_system().find(name).capabilities.held():
        words = " ".join([word for word in sorted(RIGHTS) if RIGHTS[word] & rights])
        what = thing.text() if hasattr(thing, "text") else _full_path(thing)
        console.show("%d  %s  %s  %s" % (identifier, escaped(granted or "-"), words, what))


@_still
def ls(path="/"):
    """Shows a directory of the RamFS, or one of its files."""
    node = _node(path)
    if not is_directory(node):
        above, _, name = path.strip("/").rpartition("/")
        entries = [entry for entry in _node(above).listing() if entry[0] == name.encode()]
    else:
        entries = sorted(node.listing())
    for name, size in entries:
        name = escaped_bytes(name)
        console.show("%10s  %s/" % ("-", name) if size < 0 else "%10d  %s" % (size, name))


@_still
def rm(path):
    """Removes a file or an empty directory of the RamFS. Who has the file open keeps it until it is closed."""
    above, _, name = path.strip("/").rpartition("/")
    error = _node(above).remove(name.encode())
    if error:
        raise OSError(path + ": " + abi.ERRORS[-1 - error])


@_still
def cat(path):
    """Shows a file of the RamFS; what is not printable as escapes."""
    file = _node(path)
    if is_directory(file):
        raise OSError(path + " is a directory")
    reader = _Memory()
    offset = 0
    line = b""
    while True:
        count = file.read(offset, _Memory.SIZE, reader, 0)
        offset += count
        line += reader.taken
        reader.taken = b""
        end = line.rfind(b"\n")
        if count == 0:
            break
        if end >= 0 or len(line) > _LINE_MOST:
            for text in line[:end].split(b"\n") if end >= 0 else [line]:
                console.show(escaped_bytes(text))
            line = line[end + 1:] if end >= 0 else b""
    if line:
        console.show(escaped_bytes(line))


@_still
def board():
    """Shows the machine's pins: direction, level (voltage), pull, and which task has them under which name."""
    names = {}
    for task in _the_system().tasks:
        for _, thing, _, granted in task.capabilities.held():
            if isinstance(thing, Pin):
                name = task.name + "." + (granted or "-")
                names[thing.number] = names[thing.number] + " " + name if thing.number in names else name
    for text in hal.picture(names):
        console.show(escaped(text))


@_still
def net():
    """Shows what every task may use of the network and its connections, those on their way too."""
    for task in _the_system().tasks:
        things = [thing for _, thing, _, _ in task.capabilities.held() if isinstance(thing, (Network, Socket))]
        if task.waiting is not None and task.waiting not in things:
            things.append(task.waiting)
        for thing in things:
            console.show("%s: %s" % (task.name, thing.text()))


@_still
def dmesg():
    """Shows the last lines of the kernel's own log."""
    for text in console.kept():
        console.show(text)


@_still
def mem():
    """Shows where the memory is: the arena and its regions, the RamFS, MicroPython's heap."""
    _show(inspect.memory(_the_system()))


class _Memory:
    # Stands in for a task's memory: what is read from a file goes to `taken`.

    SIZE = 512

    def __init__(self):
        self.taken = b""

    def write(self, address, buffer, start, length):
        self.taken += bytes(buffer[start:start + length])
        return length


def _show(lines):
    for text in lines:
        console.show(text)


def _look():
    # Shares of the processor since the last look at this system.
    global _shares
    _the_system()
    if not _shares or _shares.system is not system:
        _shares = inspect.Shares(system)
    return _shares.look()


def _the_system():
    if not system:
        raise ValueError("no system: sovelma.boot('system.json') builds one")
    return system


def _node(path):
    node = _the_system().fs
    relative = path.strip("/").encode()
    if relative:
        found = walk(node, relative, False, True)
        node = walk(node, relative, False, False) if isinstance(found, int) else found
    if isinstance(node, int):
        raise OSError(path + ": " + abi.ERRORS[-1 - node])
    return node


def _full_path(thing):
    node = getattr(thing, "file", thing)
    names = []
    while node.parent:
        names.insert(0, escaped_bytes(node.name))
        node = node.parent
    return "/" + "/".join(names)


# ---------------------------------------------------------------- from a shell

def _usage(text):
    print("sovelma: %s\nusage: sovelma -m sovelma run system.json [--for SECONDS] [--input FILE] [--crashes DIRECTORY]\n"
          "       sovelma -m sovelma check system.json or file.wasm" % text,
          file=sys.stderr)
    sys.exit(2)


def _arguments(words):
    # (manifest, seconds, input file, directory for crash records)
    if not words or words[0] not in ("run", "check"):
        _usage("what to do?" if not words else "unknown command " + words[0])
    path, seconds, input, crashes = None, SECONDS_DEFAULT, None, None
    index = 1
    while index < len(words):
        word = words[index]
        if word in ("--for", "--input", "--crashes"):
            index += 1
            if index == len(words):
                _usage(word + " needs a value")
            if word == "--input":
                input = words[index]
            elif word == "--crashes":
                crashes = words[index]
            else:
                try:
                    seconds = float(words[index])
                except ValueError:
                    seconds = -1
                if not 0 <= seconds <= 500000:
                    _usage("--for takes seconds, 0 to 500000")
        elif word.startswith("-") or path:
            _usage("unknown argument " + word)
        else:
            path = word
        index += 1
    if not path:
        _usage("no manifest")
    if words[0] == "check" and len(words) > 2:
        _usage("check takes a manifest and nothing else")
    return path, seconds, input, crashes


def main(words):
    """The command line. Ends the program: 0, 1 where a task faulted that may not, 2 where nothing could be started, 3
    where a fault policy is to start the machine anew.
    """
    path, seconds, input, crashes = _arguments(words)
    try:
        if words[0] == "check":
            check(path)
            sys.exit(0)
        boot(path, input)
    except ManifestError as error:
        for mistake in error.errors:
            print("sovelma: " + mistake, file=sys.stderr)
        sys.exit(2)
    hal.catch_interrupts()
    if hal.terminal():
        console.show("Ctrl-C stops the system and gives the prompt")
        try:
            system.run()
            console.show("every task is over; Ctrl-C gives the prompt")
            system.run(-1, True)
        except KeyboardInterrupt:
            console.show("stopped; import sovelma; sovelma.ps() shows the tasks, sovelma.run() goes on")
            hal.prompt_at_exit()
        return
    try:
        system.run(int(seconds * 1000))
    except KeyboardInterrupt:
        console.show("interrupted")
    ps()
    try:
        for task in system.tasks if crashes else ():
            if task.record:
                crash(task.name, "%s/%s.json" % (crashes, task.name))
    except OSError as error:
        print("sovelma: %s: crash records cannot be written: %s" % (crashes, error), file=sys.stderr)
    sys.exit(0 if system.good() else 1)


if __name__ == "__main__":
    main(sys.argv[1:])
