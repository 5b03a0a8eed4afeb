"""SovelmaOS for people: start a system, look at it, stop parts of it. `import sovelma; sovelma.ps()`.

At the prompt the system stands still; `sovelma.run()` goes on where it stopped. From a shell:
`sovelma -m sovelma run system.json [--for SECONDS] [--input FILE]`.
"""
import sys

# The kernel consists of frozen code alone: a file called `kernel.py` where the program happens to run is not it.
_path = sys.path[:]
sys.path[:] = [".frozen"]
import hal
import wasm3
from kernel import abi, console
from kernel.gpio import Pin
from kernel.loader import build
from kernel.log import escaped
from kernel.manifest import Manifest, ManifestError, RIGHTS
from kernel.net import Network, Socket
from kernel.ramfs import is_directory, walk
from kernel.task import STATES
sys.path[:] = _path
del _path

SECONDS_DEFAULT = 10    # of a run without a terminal
INPUT = "/input"        # the file that --input replaces

system = None           # the System there is


def boot(path, input=None):
    """Builds the system a manifest describes; `run` starts it.

    `input`: a host file to be /input instead of the one the manifest names. Raises ManifestError; an older system is
    ended first.
    """
    global system
    if system:
        for task in system.tasks:
            system.kill(task)
        system.fs.close()
        system = None
    system = build(Manifest(path, {INPUT: input} if input else None))
    console.ok("system %s: %d tasks" % (escaped(path), len(system.tasks)))


def run(seconds=None):
    """Runs the system, or goes on, until every task is over or that time has passed. Ctrl-C gives the prompt back."""
    try:
        _the_system().run(-1 if seconds is None else int(seconds * 1000))
    except KeyboardInterrupt:
        console.show("stopped; sovelma.run() goes on")


def ps():
    """Shows every task: name, state, outcome, fuel used, system calls made, bytes of its region used at the peak."""
    width = max([4] + [len(task.name) for task in _the_system().tasks])
    form = "%%-%ds  %%-8s  %%15s  %%9s  %%6s  %%s" % width
    console.show(form % ("name", "state", "fuel", "syscalls", "region", "outcome"))
    for task in system.tasks:
        console.show(form % (task.name, STATES[task.state], task.fuel(), task.calls(), task.region()[0],
                             task.outcome()))


def kill(name):
    """Stops a task; its region goes back to the arena."""
    _the_system().kill(system.find(name))


def crash(name):
    """Shows the crash record of a task."""
    task = _the_system().find(name)
    for text in task.record.lines(name) if task.record else ["%s: no crash record" % name]:
        console.show(text)


def log(name):
    """Shows what is left in a task's log ring, lines that never reached the console too."""
    for level, text in _the_system().find(name).log.lines():
        console.show("%d %s" % (level, "".join([chr(b) if 32 <= b < 127 and b != 92 else "\\x%02x" % b for b in text])))


def caps(name):
    """Shows the capabilities a task holds: identifier, name, rights, what it is."""
    for identifier, thing, rights, granted in _the_system().find(name).capabilities.held():
        words = " ".join([word for word in sorted(RIGHTS) if RIGHTS[word] & rights])
        what = thing.text() if hasattr(thing, "text") else _full_path(thing)
        console.show("%d  %s  %s  %s" % (identifier, escaped(granted or "-"), words, what))


def ls(path="/"):
    """Shows a directory of the RamFS, or one of its files."""
    node = _node(path)
    if not is_directory(node):
        above, _, name = path.strip("/").rpartition("/")
        entries = [entry for entry in _node(above).listing() if entry[0] == name.encode()]
    else:
        entries = sorted(node.listing())
    for name, size in entries:
        name = _name(name)
        console.show("%10s  %s/" % ("-", name) if size < 0 else "%10d  %s" % (size, name))


def rm(path):
    """Removes a file or an empty directory of the RamFS. Who has the file open keeps it until it is closed."""
    above, _, name = path.strip("/").rpartition("/")
    error = _node(above).remove(name.encode())
    if error:
        raise OSError(path + ": " + abi.ERRORS[-1 - error])


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


def net():
    """Shows what every task may use of the network and its connections, those on their way too."""
    for task in _the_system().tasks:
        things = [thing for _, thing, _, _ in task.capabilities.held() if isinstance(thing, (Network, Socket))]
        if task.waiting is not None and task.waiting not in things:
            things.append(task.waiting)
        for thing in things:
            console.show("%s: %s" % (task.name, thing.text()))


def dmesg():
    """Shows the last lines of the kernel's own log."""
    for text in console.kept():
        console.show(text)


def arena():
    """Shows how much room there is for regions."""
    console.show("arena: %d bytes, %d free, %d in one piece, %d regions" % wasm3.arena())


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


def _name(name):
    # A name of a file, which may be any bytes, as text.
    try:
        return escaped(name.decode())
    except UnicodeError:
        return "".join(["\\x%02x" % byte for byte in name])


def _full_path(thing):
    node = getattr(thing, "file", thing)
    names = []
    while node.parent:
        names.insert(0, _name(node.name))
        node = node.parent
    return "/" + "/".join(names)


# ---------------------------------------------------------------- from a shell

def _usage(text):
    print("sovelma: %s\nusage: sovelma -m sovelma run system.json [--for SECONDS] [--input FILE]" % text,
          file=sys.stderr)
    sys.exit(2)


def _arguments(words):
    # (manifest, seconds, input file)
    if not words or words[0] != "run":
        _usage("what to do?" if not words else "unknown command " + words[0])
    path, seconds, input = None, SECONDS_DEFAULT, None
    index = 1
    while index < len(words):
        word = words[index]
        if word in ("--for", "--input"):
            index += 1
            if index == len(words):
                _usage(word + " needs a value")
            if word == "--input":
                input = words[index]
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
    return path, seconds, input


def main(words):
    """The command line. Ends the program: 0, 1 where a task faulted that may not, 2 where nothing could be started."""
    path, seconds, input = _arguments(words)
    try:
        boot(path, input)
    except ManifestError as error:
        for mistake in error.mistakes:
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
    sys.exit(0 if system.good() else 1)


if __name__ == "__main__":
    main(sys.argv[1:])
