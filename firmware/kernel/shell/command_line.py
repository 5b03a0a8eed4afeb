"""The command line: `sovelma -m sovelma run ...` and `check ...`."""
import sys
import commands
import hal
from kernel.core import console
from kernel.core.errors import ManifestError
from kernel.core.log import file_name
from kernel.shell import running, tasks

SECONDS_DEFAULT = 10    # limit of a run without a terminal
# The options of each command; each command also takes a path.
_OPTIONS = {"run": ("--for", "--input", "--crashes"), "check": (), "audit": ("--policy", "--form")}


def _usage(text):
    print("sovelma: %s\nusage: sovelma -m sovelma run system.json [--for SECONDS] [--input FILE] [--crashes DIRECTORY]\n"
          "       sovelma -m sovelma check system.json or file.wasm\n"
          "       sovelma -m sovelma audit system.json [--policy FILE] [--form table|json|dot]" % text,
          file=sys.stderr)
    sys.exit(2)


def _arguments(words):
    # Returns (manifest, seconds, {option: value}). Ends the program where the words are wrong.
    if not words or words[0] not in _OPTIONS:
        _usage("what to do?" if not words else "unknown command " + words[0])
    path, seconds, options = None, SECONDS_DEFAULT, {}
    index = 1
    while index < len(words):
        word = words[index]
        if word in _OPTIONS[words[0]]:
            index += 1
            if index == len(words):
                _usage(word + " needs a value")
            options[word] = words[index]
        elif word.startswith("-") or path:
            _usage("unknown argument " + word)
        else:
            path = word
        index += 1
    if not path:
        _usage("no manifest")
    if "--for" in options:
        try:
            seconds = float(options["--for"])
        except ValueError:
            seconds = -1
        if not 0 <= seconds <= 500000:
            _usage("--for takes seconds, 0 to 500000")
    if options.get("--form", "table") not in ("table", "json", "dot"):
        _usage("--form takes table, json or dot")
    return path, seconds, options


def _run(milliseconds, forever=False):
    # Runs the system. Returns True where Ctrl-C stopped it. Repeated Ctrl-C counts as one.
    stopped = False
    try:
        hal.catch_interrupts()
        running.system.run(milliseconds, forever)
    except KeyboardInterrupt:
        stopped = True
    hal.ignore_interrupts()
    return stopped


def main(words):
    """Runs the command line. Ends the program with 0, 1 where a task faulted without `may_fault`, 2 where nothing could be started,
    3 where a fault policy reboots the machine. Ctrl-C works only while the system runs, and does not kill the program: at
    a terminal the prompt follows, elsewhere the table of the tasks.
    """
    path, seconds, options = _arguments(words)
    crashes = options.get("--crashes")
    hal.ignore_interrupts()
    try:
        if words[0] == "check":
            running.check(path)
            sys.exit(0)
        if words[0] == "audit":
            sys.exit(0 if running.audit(path, options.get("--policy"), options.get("--form", "table")) else 1)
        running.boot(path, options.get("--input"))
    except ManifestError as error:
        for text in error.errors:
            print("sovelma: " + text, file=sys.stderr)
        sys.exit(2)
    if hal.terminal():
        console.show("Ctrl-C stops the system and gives the prompt")
        if not _run(-1):
            console.show("every task is over; Ctrl-C gives the prompt")
            _run(-1, True)
        console.show("stopped; ps() shows the tasks, run() goes on, sovelma.help() lists all commands")
        commands._offer()
        hal.prompt_at_exit()
        return
    if _run(int(seconds * 1000)):
        console.show("interrupted")
    tasks.ps()
    for task in running.system.tasks if crashes else ():
        if task.record:
            try:
                tasks.crash(task.name, "%s/%s.json" % (crashes, file_name(task.name)))
            except OSError as error:
                print("sovelma: %s: the crash record of %s cannot be written: %s" % (crashes, task.name, error), file=sys.stderr)
    sys.exit(0 if running.system.good() else 1)
