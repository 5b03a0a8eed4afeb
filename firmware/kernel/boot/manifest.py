"""The boot manifest `system.json`: read, checked whole, every mistake named with its place before anything starts.

    {
      "version": 1,
      "arena": 65536,                          bytes of the arena, where a machine can choose; optional
      "ramfs": 1048576,                        bytes all files and directories together may take; optional
      "directories": {"/data": 65536},         made empty; the number limits what is below, 0 does not; optional
      "files": {"/input": "README.md",         made with the content of a host file,
                "/motd": {"text": "hello"}},   or with this text; optional
      "mounts": {"/data/disk": "some/directory",   the machine's own storage; optional; or with its limit in bytes:
                 "/data/more": {"path": "other/directory", "limit": 1048576}},
      "network": {"nameservers": ["192.0.2.53"], "hosts": {"printer": "10.0.0.9"}},
                                               whom to ask for names, default: whom the machine asks; and names that
                                               are known without asking; optional
      "tasks": [
        {
          "name": "hello",
          "module": "build/modules/hello.wasm",
          "sha256": "2f7c...",                 of the module: another one gets nothing; optional
          "args": ["-v"],                      for the module, which finds them as a file called "args"; optional
          "priority": 3,                       0..7, 7 runs first; default 3
          "slice": 200000,                     fuel; default: the port's 2 ms
          "budget": 5000000, "period": 100,    fuel in so many ms, then only what nobody else wants; default: no limit
          "memory": 1024,                      bytes of linear memory; default: what the module says it needs
          "stack": 1024,                       bytes of the wasm stack; default 1024
          "quota": 8192,                       bytes of the whole region; default: what it takes
          "capabilities": 16,                  how many it may hold at once; default 16
          "log_burst": 32, "log_rate": 32,     lines it may log at once, and in a second; default 32
          "fault": {"policy": "restart", "first": 100, "most": 10000, "times": 5},
                                               or "stop", the default, or "reboot", see kernel.core.supervisor
          "storage": 65536,                    bytes its files may take, wherever they lie; default 0: no limit
          "may_fault": false,                  a fault of this task does not make the run a failure; default false
          "caps": {"input": {"file": "/input", "rights": ["read"]},
                   "data": {"directory": "/data", "rights": ["read", "write", "create"]},
                   "net": {"net": {"allow": ["example.org"], "ports": [80]}},     see kernel.objects.netpolicy
                   "lamp": {"pin": 8, "mode": "out", "active": "low", "initial": 0},
                   "key": {"pin": 9, "mode": "in", "pull": "up", "active": "low"}}
        }
      ],
      "simulation": [[500, 9, 0], [700, 9, null]]      what happens to simulated pins; optional
    }

Paths of host files and modules are relative to the manifest's own directory. Tasks write below /data only, so that one
look tells what they can change.
"""
import binascii
import hal
from abi import RIGHT_READ
from kernel.core.capability import RIGHTS, SLOTS_DEFAULT, SLOTS_MOST
from kernel.objects import netpolicy
from kernel.boot import strict_json
from kernel.core import supervisor
from kernel.core.log import BURST_DEFAULT, RATE_DEFAULT, escaped
from kernel.core.errors import ManifestError
from kernel.objects.ramfs import NAME_MOST
from kernel.core.task import PERIOD_DEFAULT, PRIORITIES, PRIORITY_DEFAULT

VERSION = 1
RAMFS_DEFAULT = 1 << 20
MOUNT_DEFAULT = 1 << 24         # bytes: room for a demo's data, not for a runaway task to fill a disk
WRITABLE = "/data"              # the only place below which tasks write
STACK_DEFAULT = 1024
_BYTES_MOST = (1 << 30) - 1
_ARGUMENTS_MOST = 32
_ARGUMENT_MOST = 255            # bytes
_DELAY_MOST = 86_400_000        # ms until a restart: a day
_TASK_NAME_MOST = 32            # a task's name stands in front of every line it logs

_FILE_RIGHTS = ("read", "write")
_STEP_MOST = (1 << 29) - 1      # ms: half the period of the tick counter

# Keys of a task that are numbers: (least, most, default).
_NUMBERS = {
    "priority": (0, PRIORITIES - 1, PRIORITY_DEFAULT),
    "slice": (1, (1 << 30) - 1, hal.SLICE),
    "budget": (0, (1 << 30) - 1, 0),
    "period": (1, 60_000, PERIOD_DEFAULT),
    "log_burst": (1, 1000, BURST_DEFAULT),
    "log_rate": (1, 1000, RATE_DEFAULT),
    "memory": (0, _BYTES_MOST, 0),
    "stack": (64, _BYTES_MOST, STACK_DEFAULT),
    "quota": (0, _BYTES_MOST, 0),
    "capabilities": (1, SLOTS_MOST, SLOTS_DEFAULT),
    "storage": (0, _BYTES_MOST, 0),
}


def _whole(value):
    # JSON's true and false are ints to isinstance.
    return isinstance(value, int) and not isinstance(value, bool)


class Manifest:
    """A checked manifest: every path exists on the host, every grant names something that will be there.

    `path`: the host file it was read from; `arena`, `ramfs`: bytes; `directories`: {path: limit}; `files`: {path: host
    path, or bytes}; `mounts`: {path: (host directory, limit)}; `network`: (nameservers, hosts) for kernel.objects.resolver;
    `tasks`: list of dictionaries with every key set, "caps" being a list of (name, "file" or "directory", path, rights),
    (name, "pin", (number, mode, pull, initial, active low), rights), (name, "net", netpolicy.Policy, 0) and (name,
    "args", bytes, rights); `simulation`: list of (milliseconds, pin, level).
    """

    def __init__(self, path, changes=None):
        """Reads and checks. `changes`: {RamFS path: host path} to use instead of what "files" says, relative to where
        the program runs. Raises ManifestError.
        """
        self.path = path
        self.errors = []
        self._base = path[:path.rindex("/") + 1] if "/" in path else ""
        root = self._load(path)
        if not self._is(root, dict, "the manifest", "an object"):
            raise ManifestError(self.errors)
        self._keys(root, "", ("version", "arena", "ramfs", "directories", "files", "mounts", "network", "tasks",
                              "simulation"))
        if root.get("version") != VERSION or not _whole(root["version"]):
            self.wrong("version", "must be %d" % VERSION)
        self.pins = {}              # {pin: (mode, pull, initial) of its first grant}
        self.arena = self._number(root, "arena", "arena", 0, _BYTES_MOST, 0)
        self.ramfs = self._number(root, "ramfs", "ramfs", 0, _BYTES_MOST, RAMFS_DEFAULT)
        self.directories = self._check_directories(root.get("directories", {}))
        self.files = self._check_files(root.get("files", {}), changes or {})
        self.mounts = self._check_mounts(root.get("mounts", {}))
        self.network = netpolicy.check_names(root.get("network", {}), "network", self.wrong)
        self.tasks = self._check_tasks(root.get("tasks"))
        self._check_hashes()
        self.simulation = self._check_simulation(root.get("simulation", []))
        if self.errors:
            raise ManifestError(self.errors)

    # ---------------------------------------------------------------- small checks

    def wrong(self, where, what):
        """Notes one mistake. `where`: its place in the manifest."""
        self.errors.append("%s: %s%s%s" % (escaped(self.path), escaped(where), ": " if where else "", escaped(what)))

    def _is(self, value, kind, where, words):
        if isinstance(value, kind) and (kind is not int or _whole(value)):
            return True
        self.wrong(where, "must be " + words)
        return False

    def _keys(self, value, where, known):
        for key in value:
            if key not in known:
                self.wrong(where + ("." if where else "") + key, "unknown key")

    def _number(self, value, key, where, least, most, default):
        number = value.get(key, default)
        if self._is(number, int, where, "a whole number") and not least <= number <= most:
            self.wrong(where, "must be %d to %d" % (least, most))
        return number

    def _load(self, path):
        try:
            with hal.read_file(path) as stream:
                text = stream.read()
            return strict_json.parse(text)
        except OSError:
            self.wrong("", "cannot be read")
        except ValueError as error:
            self.wrong("", "is not valid JSON: %s" % error)
        raise ManifestError(self.errors)

    def _on_host(self, path):
        # A path of the manifest, which is relative to the manifest.
        return path if path.startswith("/") else self._base + path

    def _host_file(self, path, where):
        try:
            if hal.is_directory(path):
                self.wrong(where, "is a directory: " + path)
            else:
                hal.read_file(path).close()
        except OSError:
            self.wrong(where, "cannot be read: " + path)

    def _ramfs_path(self, path, where):
        parts = path.split("/")
        good = len(parts) > 1 and not parts[0]
        for part in parts[1:]:
            size = len(part.encode())
            if not 1 <= size <= NAME_MOST or part in (".", "..") or "\0" in part:
                good = False
        if not good:
            self.wrong(where, "a path starts with / and its names have 1 to %d bytes" % NAME_MOST)
        return good

    # ---------------------------------------------------------------- the parts

    def _check_directories(self, value):
        result = {}
        if self._is(value, dict, "directories", "an object"):
            for path in value:
                where = "directories." + path
                self._ramfs_path(path, where)
                result[path] = self._number(value, path, where, 0, _BYTES_MOST, 0)
        return result

    def _check_files(self, value, changes):
        result = {}
        if not self._is(value, dict, "files", "an object"):
            return result
        for path, host in value.items():
            where = "files." + path
            self._ramfs_path(path, where)
            if path in changes:
                result[path] = changes[path]
            elif isinstance(host, dict):
                self._keys(host, where, ("text",))
                if self._is(host.get("text"), str, where + ".text", "a string"):
                    result[path] = host["text"].encode()
            elif self._is(host, str, where, "the path of a host file, or an object"):
                result[path] = self._on_host(host)
            if isinstance(result.get(path), str):
                self._host_file(result[path], where)
        for path in changes:
            if path not in result:
                self.wrong("files", "there is no %s to replace" % path)
        return result

    def _check_mounts(self, value):
        result = {}
        if not self._is(value, dict, "mounts", "an object"):
            return result
        for path, what in value.items():
            where = "mounts." + path
            self._ramfs_path(path, where)
            limit = MOUNT_DEFAULT
            if isinstance(what, dict):
                self._keys(what, where, ("path", "limit"))
                limit = self._number(what, "limit", where + ".limit", 0, _BYTES_MOST, MOUNT_DEFAULT)
                what = what.get("path")
                where += ".path"
            if self._is(what, str, where, "the path of a directory of the host"):
                what = self._on_host(what)
                try:
                    if not hal.is_directory(what):
                        self.wrong(where, "is not a directory: " + what)
                except OSError:
                    self.wrong(where, "cannot be read: " + what)
            for other in list(self.directories) + list(self.files) + list(result):
                if (other + "/").startswith(path + "/") or (other in result and path.startswith(other + "/")):
                    self.wrong("mounts." + path, "%s is in its place" % other)
            result[path] = (what, limit)
        return result

    def _check_tasks(self, value):
        result = []
        if self._is(value, list, "tasks", "a list"):
            names = set()
            for index, task in enumerate(value):
                where = "tasks[%d]" % index
                if self._is(task, dict, where, "an object"):
                    result.append(self._check_task(task, where, names))
        return result

    def _check_task(self, task, where, names):
        self._keys(task, where, ["name", "module", "sha256", "args", "fault", "may_fault", "caps"] + list(_NUMBERS))
        result = {}
        name = task.get("name")
        if self._is(name, str, where + ".name", "a string"):
            if not 1 <= len(name) <= _TASK_NAME_MOST or escaped(name) != name:
                self.wrong(where + ".name", "must have 1 to %d printable characters" % _TASK_NAME_MOST)
            if name in names:
                self.wrong(where + ".name", "%s is taken" % name)
            names.add(name)
        result["name"] = name
        module = task.get("module")
        if self._is(module, str, where + ".module", "the path of a host file"):
            module = self._on_host(module)
            self._host_file(module, where + ".module")
        result["module"] = module
        result["sha256"] = self._check_hash(task, where + ".sha256")
        result["args"] = self._check_arguments(task.get("args", []), where + ".args")
        for key, (least, most, default) in _NUMBERS.items():
            result[key] = self._number(task, key, where + "." + key, least, most, default)
        result["fault"] = self._check_fault(task["fault"], where + ".fault") if "fault" in task else None
        result["may_fault"] = task.get("may_fault", False)
        self._is(result["may_fault"], bool, where + ".may_fault", "true or false")
        result["caps"] = self._check_grants(task.get("caps", {}), where + ".caps")
        if result["args"]:
            if "args" in [grant[0] for grant in result["caps"] if grant]:
                self.wrong(where + ".caps.args", "is the name under which args are granted")
            result["caps"].append(("args", "args", result["args"], RIGHT_READ))
        if len(result["caps"]) > (result["capabilities"] if isinstance(result["capabilities"], int) else 0):
            self.wrong(where + ".capabilities", "is less than caps and args grant")
        return result

    def _check_hash(self, task, where):
        # The hash as bytes, or None where the task has none.
        if "sha256" not in task:
            return None
        text = task["sha256"]
        if self._is(text, str, where, "a string"):
            try:
                if len(text) == 64:
                    return binascii.unhexlify(text)
            except ValueError:
                pass
            self.wrong(where, "must be 64 hexadecimal digits")
        return None

    def _check_hashes(self):
        # Who can write where a module lies could give himself the rights of that task.
        for index, task in enumerate(self.tasks):
            if task["sha256"] is None and isinstance(task["module"], str):
                for directory in self._written():
                    try:
                        if hal.is_below(task["module"], directory):
                            self.wrong("tasks[%d].sha256" % index, "must be there: a task can write to " + directory)
                            break
                    except OSError:
                        pass            # one of them is not there, which was told

    def _written(self):
        # The directories of the host that some task may write to.
        result = []
        for path, (host, _) in self.mounts.items():
            for task in self.tasks:
                for grant in task["caps"]:
                    if grant and grant[1] == "directory" and grant[3] & ~RIGHT_READ and isinstance(grant[2], str):
                        if isinstance(host, str) and (path + "/").startswith(grant[2].rstrip("/") + "/") and host not in result:
                            result.append(host)
        return result

    def _check_arguments(self, value, where):
        # What the module reads: every argument with a zero behind it.
        result = b""
        if self._is(value, list, where, "a list"):
            if len(value) > _ARGUMENTS_MOST:
                self.wrong(where, "must have at most %d entries" % _ARGUMENTS_MOST)
            for index, text in enumerate(value):
                here = "%s[%d]" % (where, index)
                if self._is(text, str, here, "a string"):
                    if len(text.encode()) > _ARGUMENT_MOST or "\0" in text:
                        self.wrong(here, "must have at most %d bytes, none of them 0" % _ARGUMENT_MOST)
                    result += text.encode() + b"\0"
        return result

    def _check_fault(self, value, where):
        # A supervisor.Policy.
        if not self._is(value, dict, where, "an object"):
            return None
        policy = self._one_of(value, where, "policy", supervisor.ACTIONS, None)
        restart = policy == supervisor.ACTIONS[supervisor.RESTART]
        self._keys(value, where, ("policy", "first", "most", "times") if restart else ("policy",))
        first = self._number(value, "first", where + ".first", 1, _DELAY_MOST, 100)
        most = self._number(value, "most", where + ".most", 1, _DELAY_MOST, 30_000)
        times = self._number(value, "times", where + ".times", 0, 1_000_000, 5)
        return supervisor.Policy(supervisor.ACTIONS.index(policy), first, most, times) if policy in supervisor.ACTIONS else None

    def _check_grants(self, value, where):
        result = []
        if not self._is(value, dict, where, "an object"):
            return result
        for name, grant in value.items():
            here = where + "." + name
            if not 1 <= len(name.encode()) <= 64:
                self.wrong(here, "a name has 1 to 64 bytes")
            if self._is(grant, dict, here, "an object"):
                check = self._check_pin if "pin" in grant else self._check_net if "net" in grant else self._check_grant
                result.append(check(name, grant, here))
        return result

    def _check_grant(self, name, grant, where):
        self._keys(grant, where, ("file", "directory", "rights"))
        is_directory = "directory" in grant
        if is_directory == ("file" in grant):
            self.wrong(where, "needs either file, directory, pin or net")
            return None
        kind = "directory" if is_directory else "file"
        path = grant[kind]
        if self._is(path, str, where + "." + kind, "a path"):
            known = self.directories if is_directory else self.files
            if path not in known and not (is_directory and (path == "/" or path in self.mounts)):
                self.wrong(where + "." + kind, "%s is not in %s" % (path, "directories or mounts" if is_directory else "files"))
        rights = self._rights(grant, where, "a " + kind, ["read"], RIGHTS if is_directory else _FILE_RIGHTS)
        if rights & ~RIGHT_READ and isinstance(path, str) and not (path + "/").startswith(WRITABLE + "/"):
            self.wrong(where + ".rights", "tasks write below %s only, not to %s" % (WRITABLE, path))
        return name, kind, path, rights

    def _rights(self, grant, where, kind, default, known):
        # The mask of the rights a grant names.
        rights = 0
        names = grant.get("rights", default)
        if self._is(names, list, where + ".rights", "a list"):
            for right in names:
                if right not in known:
                    self.wrong(where + ".rights", "%s has no right %s" % (kind, right))
                else:
                    rights |= RIGHTS[right]
        return rights

    def _check_pin(self, name, grant, where):
        # A pin has one direction and one pull, whoever uses it; an output has one user.
        mode = self._one_of(grant, where, "mode", ("in", "out"), None)
        output = mode == "out"
        self._keys(grant, where, ("pin", "mode", "active", "rights", "initial" if output else "pull"))
        number = grant["pin"]
        pull = self._one_of(grant, where, "pull", ("none", "up", "down"), "none")
        active = self._one_of(grant, where, "active", ("high", "low"), "high")
        initial = self._number(grant, "initial", where + ".initial", 0, 1, 0) if output else None
        if self._is(number, int, where + ".pin", "a number"):
            if number not in hal.PINS:
                self.wrong(where + ".pin", "this machine has no pin %d for tasks" % number)
            earlier = self.pins.setdefault(number, (mode, pull, where))
            if earlier[2] != where and (output or earlier[:2] != (mode, pull)):
                self.wrong(where + ".pin", "pin %d is used in another way by %s" % (number, earlier[2]))
        rights = self._rights(grant, where, "a pin that is an " + ("output" if output else "input"),
                              ["read", "write"] if output else ["read"], ("read", "write") if output else ("read",))
        return name, "pin", (number, mode, None if pull == "none" else pull, initial, active == "low"), rights

    def _check_net(self, name, grant, where):
        self._keys(grant, where, ("net",))
        return name, "net", netpolicy.check(grant["net"], where + ".net", self.wrong), 0

    def _one_of(self, value, where, key, words, default):
        word = value.get(key, default)
        if word not in words:
            self.wrong(where + "." + key, "must be " + " or ".join(words))
        return word

    def _check_simulation(self, value):
        # What happens to pins from outside; a machine with real ones checks it and leaves it to the world.
        result = []
        if self._is(value, list, "simulation", "a list"):
            for index, step in enumerate(value):
                where = "simulation[%d]" % index
                if (not isinstance(step, list) or len(step) != 3 or not _whole(step[0]) or not 0 <= step[0] <= _STEP_MOST
                        or not _whole(step[1]) or not (step[2] is None or _whole(step[2]) and 0 <= step[2] <= 1)):
                    self.wrong(where, "must be [milliseconds, pin, 0 or 1 or null]")
                elif step[1] not in hal.PINS:
                    self.wrong(where, "this machine has no pin %d for tasks" % step[1])
                else:
                    result.append(tuple(step))
        return result
