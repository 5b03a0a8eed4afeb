"""The manifest `system.json`. It is checked whole before anything starts, and every error is reported with its place.

    {
      "version": 1,
      "arena": 65536,                          bytes of the arena, where the machine can choose; optional
      "ramfs": 1048576,                        bytes that all files and directories together may take; optional
      "directories": {"/data": 65536},         made empty; the number limits the bytes below, 0: no limit; optional
      "files": {"/input": "README.md",         made with the content of a host file,
                "/motd": {"text": "hello"}},   or with this text; optional
      "mounts": {"/data/disk": "some/directory",   a directory of the machine's storage; optional; with a limit in bytes:
                 "/data/more": {"path": "other/directory", "limit": 1048576}},
      "network": {"nameservers": ["192.0.2.53"], "hosts": {"printer": "10.0.0.9"}},
                                               name servers, default: those of the machine; and host names
                                               with a fixed address; optional
      "tasks": [
        {
          "name": "hello",
          "module": "build/modules/hello.wasm",
          "sha256": "2f7c...",                 hash of the module: another module does not start; optional
          "args": ["-v"],                      arguments, which the module reads as a file called "args"; optional
          "priority": 3,                       0..7, 7 runs first; default 3
          "slice": 200000,                     fuel; default: the port's 2 ms
          "budget": 5000000, "period": 100,    fuel in a period of ms; beyond it all other tasks come first; default: no limit
          "memory": 1024,                      bytes of linear memory; default: the size that the module declares
          "stack": 1024,                       bytes of the wasm stack; default: the size that the module implies
          "quota": 8192,                       bytes of the whole region; default: as many as the task needs
          "capabilities": 16,                  capabilities that the task may hold at once; default 16
          "log_burst": 32, "log_rate": 32,     lines that it may log at once, and in a second; default 32
          "fault": {"policy": "restart", "first": 100, "most": 10000, "times": 5},
                                               or "stop", the default, or "reboot", see kernel.core.supervisor
          "storage": 65536,                    bytes that its files may take, in any directory; default 0: no limit
          "may_fault": false,                  true: a fault of this task does not make the run fail; default false
          "caps": {"input": {"file": "/input", "rights": ["read"]},
                   "data": {"directory": "/data", "rights": ["read", "write", "create"]},
                   "net": {"net": {"allow": ["example.org"], "ports": [80]}},     see kernel.objects.netpolicy
                   "lamp": {"pin": 8, "mode": "out", "active": "low", "initial": 0},
                   "key": {"pin": 9, "mode": "in", "pull": "up", "active": "low"}}
        }
      ],
      "simulation": [[500, 9, 0], [700, 9, null]]      events of simulated pins; optional
    }

Paths of host files and modules are relative to the manifest's own directory. Tasks write below /data only, so that a reader
sees at a glance which files they can change.
"""
import hal
from abi import RIGHT_GRANT, RIGHT_READ
from kernel.boot.checker import Checker, whole
from kernel.boot.task_entry import check_task
from kernel.core.errors import ManifestError

VERSION = 1
RAMFS_DEFAULT = 1 << 20
MOUNT_DEFAULT = 1 << 24         # bytes: enough for a demo's data, too few for a runaway task to fill a disk
_BYTES_MAX = (1 << 30) - 1

_STEP_MAX = (1 << 29) - 1      # ms: half the period of the tick counter

class Manifest(Checker):
    """A checked manifest: every path exists on the host, and every grant names an object that the system will have.

    `path`: the host file of the manifest; `arena`, `ramfs`: bytes; `directories`: {path: limit}; `files`: {path: host
    path, or bytes}; `mounts`: {path: (host directory, limit)}; `network`: (nameservers, hosts) for kernel.objects.resolver;
    `tasks`: list of dictionaries with every key set, where "caps" is a list of (name, word, what, rights), the grants as their
    kinds parse them (kernel.objects.kinds), and arguments are one more grant, ("args", "file", bytes, rights); `simulation`:
    list of (milliseconds, pin, level).
    """

    def __init__(self, path, changes=None):
        """Reads and checks the file. `changes`: {RamFS path: host path}, which replaces entries of "files"; the host paths are
        relative to the current directory of the program. Raises ManifestError.
        """
        super().__init__(path)
        root = self.load("the manifest", VERSION, ("version", "arena", "ramfs", "directories", "files", "mounts", "network", "tasks",
                                                   "simulation"))
        self.named = []             # (name, where) of each task that a grant names
        self.shared = {}            # {(word, name): (object, number)} of the objects that several grants share
        self.pins = {}              # {pin: (mode, pull, where) of its first grant; -1 - pin: where of the grant of its edges}
        self.arena = self.number(root, "arena", "arena", 0, _BYTES_MAX, 0)
        self.ramfs = self.number(root, "ramfs", "ramfs", 0, _BYTES_MAX, RAMFS_DEFAULT)
        self.directories = self._check_directories(root.get("directories", {}))
        self.files = self._check_files(root.get("files", {}), changes or {})
        self.mounts = self._check_mounts(root.get("mounts", {}))
        self.network = self._check_network(root)
        self.tasks = self._check_tasks(root.get("tasks"))
        self._check_hashes()
        self.simulation = self._check_simulation(root.get("simulation", []))
        if self.errors:
            raise ManifestError(self.errors)

    def _check_directories(self, value):
        result = {}
        if self.is_a(value, dict, "directories", "an object"):
            for path in value:
                where = "directories." + path
                self.ramfs_path(path, where)
                result[path] = self.number(value, path, where, 0, _BYTES_MAX, 0)
        return result

    def _check_files(self, value, changes):
        result = {}
        if not self.is_a(value, dict, "files", "an object"):
            return result
        for path, host in value.items():
            where = "files." + path
            self.ramfs_path(path, where)
            if path in changes:
                result[path] = changes[path]
            elif isinstance(host, dict):
                self.keys(host, where, ("text",))
                if self.is_a(host.get("text"), str, where + ".text", "a string"):
                    result[path] = host["text"].encode()
            elif self.is_a(host, str, where, "the path of a host file, or an object"):
                result[path] = self.on_host(host)
            if isinstance(result.get(path), str):
                self.host_file(result[path], where)
        for path in changes:
            if path not in result:
                self.wrong("files", "there is no %s to replace" % path)
        return result

    def _check_mounts(self, value):
        result = {}
        if not self.is_a(value, dict, "mounts", "an object"):
            return result
        for path, what in value.items():
            where = "mounts." + path
            self.ramfs_path(path, where)
            limit = MOUNT_DEFAULT
            if isinstance(what, dict):
                self.keys(what, where, ("path", "limit"))
                limit = self.number(what, "limit", where + ".limit", 0, _BYTES_MAX, MOUNT_DEFAULT)
                what = what.get("path")
                where += ".path"
            if self.is_a(what, str, where, "the path of a directory of the host"):
                what = self.on_host(what)
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

    def _check_network(self, root):
        if "network" not in root:
            return None, None
        from kernel.objects import netpolicy
        return netpolicy.check_names(root["network"], "network", self.wrong)

    def _check_tasks(self, value):
        result = []
        if self.is_a(value, list, "tasks", "a list"):
            names = set()
            for index, task in enumerate(value):
                where = "tasks[%d]" % index
                if self.is_a(task, dict, where, "an object"):
                    result.append(check_task(self, task, where, names))
            for name, where in self.named:
                if name not in names:
                    self.wrong(where, "there is no task " + name)
        return result

    def _check_hashes(self):
        # A task that can write to a module's file could take the rights of the task that runs the module.
        for index, task in enumerate(self.tasks):
            if task["sha256"] is None and isinstance(task["module"], str):
                for directory in self._written():
                    try:
                        if hal.is_below(task["module"], directory):
                            self.wrong("tasks[%d].sha256" % index, "must be there: a task can write to " + directory)
                            break
                    except OSError:
                        pass            # the file or the directory is missing, which is recorded already

    def _written(self):
        # Returns the directories of the host that any task may write to.
        result = []
        for path, (host, _) in self.mounts.items():
            for task in self.tasks:
                for grant in task["caps"]:
                    if grant and grant[1] == "directory" and grant[3] & ~(RIGHT_READ | RIGHT_GRANT) and isinstance(grant[2], str):
                        if isinstance(host, str) and (path + "/").startswith(grant[2].rstrip("/") + "/") and host not in result:
                            result.append(host)
        return result

    def _check_simulation(self, value):
        # Checks the events of simulated pins. A machine with real pins checks them too, and ignores them.
        result = []
        if self.is_a(value, list, "simulation", "a list"):
            for index, step in enumerate(value):
                where = "simulation[%d]" % index
                if (not isinstance(step, list) or len(step) != 3 or not whole(step[0]) or not 0 <= step[0] <= _STEP_MAX
                        or not whole(step[1]) or not (step[2] is None or whole(step[2]) and 0 <= step[2] <= 1)):
                    self.wrong(where, "must be [milliseconds, pin, 0 or 1 or null]")
                elif step[1] not in hal.PINS:
                    self.wrong(where, "this machine has no pin %d for tasks" % step[1])
                else:
                    result.append(tuple(step))
        return result
