"""The commands that build, run and pause the system, and run it behind the prompt.

Invariant: at most one system exists. This module holds it, no matter which module imports the commands.
"""
import sys
import hal
import kernel
from kernel.core import console
from kernel.core.errors import ManifestError
from kernel.core.log import escaped

INPUT = "/input"        # the file that --input replaces

system = None           # the current System
_is_behind = False      # the system runs behind the prompt


def still(command):
    """Decorates a command that reads or changes the system: the system behind the prompt stands still during the command.
    Otherwise a step of it between two byte codes could find the system half changed.
    """
    def standing(*arguments, **named):
        hal.behind(None)
        try:
            return command(*arguments, **named)
        finally:
            if _is_behind:
                hal.behind(system.step)
    return standing


def boot(path, input=None):
    """Builds the system of a manifest; `run` starts it.

    `input`: a host file to be /input instead of the one the manifest names. Raises ManifestError; an older system is
    ended first.
    """
    global system
    pause()
    if system:
        system.close()
        system = None
    system = _build(path, {INPUT: input} if input else None)
    console.ok("system %s: %d tasks" % (escaped(path), len(system.tasks)))


def _build(path, changes):
    # Imports only frozen code: a file on the search path cannot replace a part of the kernel.
    paths = sys.path[:]
    sys.path[:] = [".frozen"]
    try:
        # The modules that stay are loaded before those that are unloaded; in the other order the heap keeps holes of a few bytes.
        from kernel.boot.banner import banner
        from kernel.boot.loader import build
        from kernel.boot.manifest import Manifest
        manifest = Manifest(path, changes)
        if not console.kept():              # a board's boot log begins with this line already
            console.ok(banner())
        return build(manifest)
    finally:
        sys.path[:] = paths
        unload()


def unload():
    """Unloads the modules of kernel.boot. The manifest checker and the loader take 4 KB of a board's 64 KB heap, and a running
    system does not use them.
    """
    for name in list(sys.modules):
        if name.startswith("kernel.boot"):
            del sys.modules[name]
    if hasattr(kernel, "boot"):
        del kernel.boot


def check(path):
    """Checks a manifest or a module and runs nothing. Of a manifest: all that it names - files, modules, room in the arena.
    Of a module, a file called .wasm: whether it is valid, what it imports and exports, how much memory it takes.

    Raises ManifestError; an older system is ended first, since the arena is needed.
    """
    if path.endswith(".wasm"):
        module(path)
        return
    global system
    boot(path)
    system.close()
    count = len(system.tasks)
    system = None
    console.show("%s: %d task%s, nothing is wrong" % (escaped(path), count, "" if count == 1 else "s"))


def module(path):
    """Tells what a module is, without running it. Whether it is valid, what it imports and exports, how much memory it takes, or why
    it cannot run here and what to do about that.

    Raises ManifestError.
    """
    try:
        from kernel.boot.module import describe
        for line in describe(path):
            console.show(line)
    except (OSError, ValueError, MemoryError) as error:
        raise ManifestError(["%s: %s" % (escaped(path), error)])
    finally:
        unload()


def audit(path, policy=None, form="table"):
    """Shows what each task of a manifest may reach. That is its grants with their rights and the calls that can use them, what is
    granted or imported for nothing, and where a policy's rules do not hold. Starts nothing.

    `policy`: a file of rules, see kernel/boot/audit.py; `form`: "table", "json" or "dot", a picture for Graphviz. Returns
    whether the rules hold. Raises ManifestError.
    """
    try:
        from kernel.boot.audit import Audit, Policy
        from kernel.boot.manifest import Manifest
        from kernel.shell import inspect
        audited = Audit(Manifest(path))
        violations = audited.violations(Policy(policy, [task[0] for task in audited.tasks])) if policy else []
        if form == "json":
            console.show(audited.json(violations))
        elif form == "dot":
            console.show(audited.dot())
        else:
            console.show_folded(inspect.table(audited.rows(), ()))
            console.show_folded(audited.findings() + violations)
    finally:
        unload()
    return not violations


def run(seconds=None):
    """Runs the system until every task is over. Goes on where it stopped; `seconds` is a limit. Ctrl-C stops it and gives
    the prompt back; on a board any other key gives it too, and the system runs on behind it.
    """
    was_behind = _is_behind
    pause()
    hal.forget_keys()
    try:
        if the_system().run(-1 if seconds is None else int(seconds * 1000)):
            hal.swallow_key()
            background()
            console.show("the system runs on behind the prompt; sovelma.pause() stops it, sovelma.run() brings it back")
        elif was_behind:
            background()
    except KeyboardInterrupt:
        console.show("stopped; sovelma.run() goes on")


def background():
    """Lets the system run on behind the prompt. Behind your programs too, at half the speed or more. Raises ValueError
    where this machine cannot.
    """
    global _is_behind
    if not hal.behind(the_system().step):
        raise ValueError("this machine cannot run the system behind the prompt")
    _is_behind = True


def pause():
    """Stops the system that runs behind the prompt. `background` and `run` go on."""
    global _is_behind
    hal.behind(None)
    if _is_behind and system:
        system.paused()
    _is_behind = False


def the_system():
    """Returns the current System. Raises ValueError where there is none."""
    if not system:
        raise ValueError("no system: sovelma.boot('system.json') builds one")
    return system
