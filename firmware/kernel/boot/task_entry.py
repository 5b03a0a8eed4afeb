"""Checks a task's entry in the manifest: numbers, module, arguments, fault policy, grants."""
import ubinascii as binascii
import hal
from abi import RIGHT_READ
from kernel.core import supervisor
from kernel.core.capability import SLOTS_DEFAULT, SLOTS_MAX
from kernel.core.log import BURST_DEFAULT, RATE_DEFAULT, escaped
from kernel.core.task import PERIOD_DEFAULT, PRIORITIES, PRIORITY_DEFAULT
from kernel.objects.kinds import grant_words, kind_of
from kernel.objects.ramfs import Account

STACK_DEFAULT = 0               # 0: the module implies the size, see docs/RUNTIME.md
_BYTES_MAX = (1 << 30) - 1
_ARGUMENTS_MAX = 32
_ARGUMENT_MAX = 255            # bytes
_DELAY_MAX = 86_400_000        # ms until a restart: a day
_TASK_NAME_MAX = 32            # characters: every line that the task logs begins with the name

# Keys of a task that are numbers: (minimum, maximum, default).
_NUMBERS = {
    "priority": (0, PRIORITIES - 1, PRIORITY_DEFAULT),
    "slice": (1, (1 << 30) - 1, hal.SLICE),
    "budget": (0, (1 << 30) - 1, 0),
    "period": (1, 60_000, PERIOD_DEFAULT),
    "log_burst": (1, 1000, BURST_DEFAULT),
    "log_rate": (1, 1000, RATE_DEFAULT),
    "memory": (0, _BYTES_MAX, 0),
    "stack": (64, _BYTES_MAX, STACK_DEFAULT),
    "quota": (0, _BYTES_MAX, 0),
    "capabilities": (1, SLOTS_MAX, SLOTS_DEFAULT),
    "storage": (0, _BYTES_MAX, 0),
    "objects": (0, 1000, Account.objects_max),
    "buffers": (0, _BYTES_MAX, Account.buffers_max),
}


def check_task(manifest, task, where, names):
    """Checks a task's entry. Returns it with every key set, see manifest.Manifest. `names`: set of earlier names; gains this one."""
    manifest.keys(task, where, ["name", "module", "sha256", "args", "fault", "may_fault", "caps"] + list(_NUMBERS))
    result = {}
    name = task.get("name")
    if manifest.is_a(name, str, where + ".name", "a string"):
        if not 1 <= len(name) <= _TASK_NAME_MAX or escaped(name) != name:
            manifest.wrong(where + ".name", "must have 1 to %d printable characters" % _TASK_NAME_MAX)
        if name in names:
            manifest.wrong(where + ".name", "%s is taken" % name)
        names.add(name)
    result["name"] = name
    module = task.get("module")
    if manifest.is_a(module, str, where + ".module", "the path of a host file"):
        module = manifest.on_host(module)
        manifest.host_file(module, where + ".module")
    result["module"] = module
    result["sha256"] = _check_hash(manifest, task, where + ".sha256")
    result["args"] = _check_arguments(manifest, task.get("args", []), where + ".args")
    for key, (minimum, maximum, default) in _NUMBERS.items():
        result[key] = manifest.number(task, key, where + "." + key, minimum, maximum, default)
    result["fault"] = _check_fault(manifest, task["fault"], where + ".fault") if "fault" in task else None
    result["may_fault"] = task.get("may_fault", False)
    manifest.is_a(result["may_fault"], bool, where + ".may_fault", "true or false")
    result["caps"] = _check_grants(manifest, task.get("caps", {}), where + ".caps")
    if result["args"]:
        if "args" in [grant[0] for grant in result["caps"] if grant]:
            manifest.wrong(where + ".caps.args", "is the name under which args are granted")
        result["caps"].append(("args", "file", result["args"], RIGHT_READ))
    if len(result["caps"]) > (result["capabilities"] if isinstance(result["capabilities"], int) else 0):
        manifest.wrong(where + ".capabilities", "is less than caps and args grant")
    return result


def _check_hash(manifest, task, where):
    # Returns the hash as bytes, or None where the task has none.
    if "sha256" not in task:
        return None
    text = task["sha256"]
    if manifest.is_a(text, str, where, "a string"):
        try:
            if len(text) == 64:
                return binascii.unhexlify(text)
        except ValueError:
            pass
        manifest.wrong(where, "must be 64 hexadecimal digits")
    return None


def _check_arguments(manifest, value, where):
    # Returns the bytes that the module reads: each argument followed by a zero.
    result = b""
    if manifest.is_a(value, list, where, "a list"):
        if len(value) > _ARGUMENTS_MAX:
            manifest.wrong(where, "must have at most %d entries" % _ARGUMENTS_MAX)
        for index, text in enumerate(value):
            here = "%s[%d]" % (where, index)
            if manifest.is_a(text, str, here, "a string"):
                if len(text.encode()) > _ARGUMENT_MAX or "\0" in text:
                    manifest.wrong(here, "must have at most %d bytes, none of them 0" % _ARGUMENT_MAX)
                result += text.encode() + b"\0"
    return result


def _check_fault(manifest, value, where):
    # Returns a supervisor.Policy, or None where the entry is wrong.
    if not manifest.is_a(value, dict, where, "an object"):
        return None
    policy = manifest.one_of(value, where, "policy", supervisor.ACTIONS, None)
    restart = policy == supervisor.ACTIONS[supervisor.RESTART]
    manifest.keys(value, where, ("policy", "first", "most", "times") if restart else ("policy",))
    first = manifest.number(value, "first", where + ".first", 1, _DELAY_MAX, 100)
    maximum = manifest.number(value, "most", where + ".most", 1, _DELAY_MAX, 30_000)
    times = manifest.number(value, "times", where + ".times", 0, 1_000_000, 5)
    return supervisor.Policy(supervisor.ACTIONS.index(policy), first, maximum, times) if policy in supervisor.ACTIONS else None


def _check_grants(manifest, value, where):
    result = []
    if not manifest.is_a(value, dict, where, "an object"):
        return result
    for name, grant in value.items():
        here = where + "." + name
        if not 1 <= len(name.encode()) <= 64:
            manifest.wrong(here, "a name has 1 to 64 bytes")
        if manifest.is_a(grant, dict, here, "an object"):
            kind = kind_of(grant)
            if kind is None:
                words = grant_words()
                manifest.wrong(here, "needs either %s or %s" % (", ".join(words[:-1]), words[-1]))
                continue
            parsed = kind.parse(manifest, grant, here)
            result.append((name,) + parsed if parsed else None)
    return result
