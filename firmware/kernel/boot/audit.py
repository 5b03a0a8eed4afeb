"""The audit shows what each task of a manifest may reach, from its grants, its rights and the imports of its module. It also
checks the rules of a policy.

The audit starts no task and instantiates no module. A grant limits what the task may reach with any module; the imports limit what
its present module can do with the grant. The audit checks rules against grants.

A policy is JSON:

    {"version": 1, "rules": [
        {"only": ["updater"], "rights": ["write", "create"], "target": "/data/flash"},   no other task has one of these rights there
        {"never": ["net", "pin 4"]}]}                                                    no task reaches all of these

A target is a path and all below it, "net", "net example.org", "pin 4" (its edges too), "endpoint NAME", "notification NAME", "mutex NAME",
"semaphore NAME", "buffer NAME" or "task NAME".

Invariants: a grant that reaches any part of a target reaches the target: a grant of / reaches /data/flash. In a rule with "never", a
task that may call an endpoint reaches everything that the servers of the endpoint reach.
"""
import json
import abi
import hal
import wasm3
from kernel.boot.checker import Checker
from kernel.core.capability import RIGHTS, rights_words
from kernel.core.errors import ManifestError
from kernel.core.log import escaped
from kernel.objects.netpolicy import parse_address, parse_name

VERSION = 1
_KINDS = {"directory": abi.KIND_DIRECTORY, "file": abi.KIND_FILE, "net": abi.KIND_NETWORK, "pin": abi.KIND_PIN,
          "endpoint": abi.KIND_ENDPOINT, "notification": abi.KIND_NOTIFICATION,
          "mutex": abi.KIND_MUTEX, "semaphore": abi.KIND_SEMAPHORE, "buffer": abi.KIND_MEMORY, "irq": abi.KIND_IRQ, "task": abi.KIND_TASK}
_SHARED = ("endpoint", "notification", "mutex", "semaphore", "buffer", "task")
_ANY = const(0xFFFF)    # the kinds of a call that takes every kind of object
# The new objects that a call gives a task: their kinds, and the rights beyond those of the object that it was called on.
GIVES = {"sp_fs_open": (abi.KIND_DIRECTORY | abi.KIND_FILE, 0), "sp_net_connect": (abi.KIND_SOCKET, abi.RIGHT_READ | abi.RIGHT_WRITE)}


# By kind: the calls that take an object of the kind as a second capability, and the right to the object that they need.
_SECOND = {"notification": (("sp_timer_bind", "sp_irq_bind", "sp_task_bind"), abi.RIGHT_WRITE), "endpoint": (("sp_notify_bind",), abi.RIGHT_READ)}
# The kinds of object that tasks make themselves.
_MADE = abi.KIND_ENDPOINT | abi.KIND_NOTIFICATION | abi.KIND_MUTEX | abi.KIND_SEMAPHORE | abi.KIND_MEMORY | abi.KIND_TIMER


def _usable(number, kind, rights):
    need = abi.NEEDS[number]
    return need & kind & _ANY and need & _ANY != _ANY and not (need >> abi.RIGHTS_SHIFT) & ~rights


class Grant:
    """One grant of a task. `word`: the manifest's word for its kind; `what`, `rights`: the grant as its kind parsed it; `calls`:
    names of the imports that can use it or an object derived from it; `unused`: rights that no such import needs.
    """

    def __init__(self, name, word, what, rights, imports):
        self.name, self.word, self.what, self.rights = name, word, what, rights
        things = {_KINDS[word]: rights}     # the objects that the task reaches through the grant: {kinds: rights}
        used = []
        for number in imports + imports:    # the second pass adds calls on the objects that the first pass found
            for kinds in list(things):
                if number not in used and _usable(number, kinds, things[kinds]):
                    used.append(number)
                    if abi.NAMES[number] in GIVES:
                        kinds, more = GIVES[abi.NAMES[number]]
                        things[kinds] = things.get(kinds, 0) | rights | more
        second, right = _SECOND.get(word, ((), 0))
        used += [number for number in imports if rights & right and abi.NAMES[number] in second]
        used.sort()
        self.calls = [abi.NAMES[number] for number in used]
        needed = 0
        for number in used:
            needed |= right if abi.NAMES[number] in second else abi.NEEDS[number] >> abi.RIGHTS_SHIFT
        if "sp_fs_open" in self.calls:
            needed |= abi.RIGHT_CREATE
        if abi.NAMES.index("sp_ipc_call") in imports or abi.NAMES.index("sp_ipc_reply") in imports:
            needed |= abi.RIGHT_GRANT
        self.unused = rights & ~needed

    def target(self):
        """Returns the target of the grant in words."""
        if self.word in ("pin", "irq"):
            return "%s %d %s" % ((self.word,) + self.what[:2])
        if self.word == "net":
            return "net " + " ".join(self.what.hosts())
        if self.word in _SHARED:
            return self.what[0].text()
        return "its arguments" if isinstance(self.what, bytes) else self.what

    def reaches(self, target):
        """Returns True where the grant reaches a target of a policy, or a part of it."""
        if self.word in ("pin", "irq"):
            return target == "pin %d" % self.what[0]
        if self.word == "net":
            host = target[4:].encode()
            if target == "net":
                return True
            if target[:4] != "net ":
                return False
            address = parse_address(host)
            return self.what.allows_address(address, False) if address else self.what.allows_name(parse_name(host))
        if self.word in _SHARED:
            return target == self.what[0].text()
        if isinstance(self.what, bytes) or target[:1] != "/":
            return False
        here, there = self.what.rstrip("/") + "/", target.rstrip("/") + "/"
        return here.startswith(there) or self.word == "directory" and there.startswith(here)


class Audit:
    """The audit of a checked manifest. `tasks`: list of (name, names of imports, list of Grant, names of imports that no grant
    serves); `reached`: {name: names of the tasks whose endpoints the task may call, directly or through other tasks}.
    """

    def __init__(self, manifest):
        self.tasks = []
        for fields in manifest.tasks:
            with hal.read_file(fields["module"]) as stream:
                module = stream.read()
            try:
                names = [str(name, "utf-8") for _, name, _ in wasm3.imports(module)]
                for name in names:
                    if name not in abi.NAMES:
                        raise ValueError("there is no function " + escaped(name))
            except ValueError as error:
                raise ManifestError(["%s: %s: %s" % (escaped(manifest.path), fields["name"], error)])
            imports = sorted(abi.NAMES.index(name) for name in names)
            grants = [Grant(name, word, what, rights, imports) for name, word, what, rights in fields["caps"]]
            served = [name for grant in grants for name in grant.calls]
            made = _MADE if abi.NAMES.index("sp_cap_create") in imports else 0
            unserved = [abi.NAMES[number] for number in imports if abi.NEEDS[number] and abi.NEEDS[number] & _ANY != _ANY and not abi.NEEDS[number] & made
                        and abi.NAMES[number] not in served]
            self.tasks.append((fields["name"], [abi.NAMES[number] for number in imports], grants, unserved))
        self.reached = {name: self._reached(name) for name, _, _, _ in self.tasks}

    def _ends(self, name, right):
        # Returns the endpoints that a task is granted with `right`.
        return [grant.what[0] for task, _, grants, _ in self.tasks if task == name
                for grant in grants if grant.word == "endpoint" and grant.rights & right]

    def _reached(self, name):
        found = [name]
        for one in found:               # the loop also visits the tasks that it appends
            for end in self._ends(one, abi.RIGHT_WRITE):
                found += [task for task, _, _, _ in self.tasks if task not in found and end in self._ends(task, abi.RIGHT_READ)]
        return found[1:]

    def findings(self):
        """Returns a list of lines: grants and rights that no import uses, and imports that no grant serves."""
        lines = []
        for name, _, grants, unserved in self.tasks:
            for grant in grants:
                if not grant.calls:
                    lines.append("%s: no import can use the grant %s" % (name, escaped(grant.name)))
                elif grant.unused:
                    lines.append("%s: no import needs the right to %s of the grant %s"
                                 % (name, " or ".join(rights_words(grant.unused)), escaped(grant.name)))
            lines += ["%s: no grant serves the import %s" % (name, call) for call in unserved]
        return lines

    def rows(self):
        """Returns the rows of a table, the headings first."""
        rows = [("task", "grant", "target", "rights", "calls")]
        for name, _, grants, _ in self.tasks:
            for grant in grants:
                rows.append((name, escaped(grant.name), escaped(grant.target()), " ".join(rights_words(grant.rights)) or "-",
                             " ".join(grant.calls) or "-"))
        return rows

    def json(self, violations):
        """Returns the audit as JSON text. `violations`: the result of `violations`."""
        return json.dumps({"version": VERSION, "tasks": [
            {"name": name, "imports": imports, "unserved": unserved, "reaches": self.reached[name], "grants": [
                {"name": grant.name, "kind": grant.word, "target": grant.target(), "rights": rights_words(grant.rights), "calls": grant.calls,
                 "unused": rights_words(grant.unused)} for grant in grants]}
            for name, imports, grants, unserved in self.tasks], "findings": self.findings(), "violations": violations})

    def dot(self):
        """Returns a graph for Graphviz: an arrow from each task to each of its targets, labelled with the rights."""
        lines = ["digraph authority {", "  rankdir=LR; node [shape=box];"]
        for name, _, grants, _ in self.tasks:
            lines.append("  %s;" % json.dumps(name))
            for grant in grants:
                target = escaped(grant.target())
                lines.append("  %s [shape=ellipse];" % json.dumps(target))
                lines.append("  %s -> %s [label=%s%s];" % (json.dumps(name), json.dumps(target), json.dumps(" ".join(rights_words(grant.rights))),
                                                           "" if grant.calls else ", style=dashed"))
        return "\n".join(lines + ["}"])

    def violations(self, policy):
        """Returns a list of lines, one for each way in which a rule of the Policy does not hold."""
        lines = []
        for number, (only, rights, targets) in enumerate(policy.rules, 1):
            for name, _, grants, _ in self.tasks:
                if only is None:
                    ways = [[grant.name if task == name else task + "'s " + grant.name for task, _, grants, _ in self.tasks
                             if task == name or task in self.reached[name] for grant in grants if grant.reaches(target)] for target in targets]
                    if all(ways):
                        lines.append("rule %d: %s reaches %s" % (number, name, " and ".join(
                            "%s by %s" % (escaped(target), escaped(way[0])) for target, way in zip(targets, ways))))
                elif name not in only:
                    lines += ["rule %d: %s may %s %s by %s" % (number, name, " and ".join(rights_words(grant.rights & (rights or grant.rights))) or "use", escaped(targets[0]),
                                                               escaped(grant.name))
                              for grant in grants if grant.reaches(targets[0]) and (not rights or grant.rights & rights)]
        return lines


def _is_target(text):
    # Returns True for the one spelling of a target: any other would be reached by no grant, and its rule would hold.
    word, _, name = text.partition(" ")
    if word == "pin":
        return name.isdigit() and name == str(int(name))
    if word == "net":
        return text == "net" or bool(parse_address(name.encode()) or parse_name(name.encode()))
    if text[:1] == "/":
        return "" not in text[1:].split("/")[:-1] and "." not in text.split("/") and ".." not in text.split("/")
    return word in _SHARED and name != ""


class Policy(Checker):
    """The rules of a policy file. `rules`: list of (names of tasks or None, rights, targets). Raises ManifestError with every error."""

    def __init__(self, path, tasks):
        super().__init__(path)
        self.rules = []
        root = self.load("the policy", VERSION, ("version", "rules"))
        if self.is_a(root.get("rules"), list, "rules", "a list"):
            for index, rule in enumerate(root["rules"]):
                self._take(rule, "rules[%d]" % index, tasks)
        if self.errors:
            raise ManifestError(self.errors)

    def _take(self, rule, where, tasks):
        if not self.is_a(rule, dict, where, "an object"):
            return
        if "never" in rule:
            self.keys(rule, where, ("never",))
            targets = rule["never"]
            if self.is_a(targets, list, where + ".never", "a list of targets") and not targets:
                self.wrong(where + ".never", "must name a target")
            only, rights = None, 0
        else:
            self.keys(rule, where, ("only", "rights", "target"))
            only, targets = rule.get("only"), [rule.get("target")]
            if self.is_a(only, list, where + ".only", "a list of tasks"):
                for name in only:
                    if name not in tasks:
                        self.wrong(where + ".only", "there is no task %s" % name)
            rights = 0
            for word in rule.get("rights", []) if self.is_a(rule.get("rights", []), list, where + ".rights", "a list") else ():
                if word in RIGHTS:
                    rights |= RIGHTS[word]
                else:
                    self.wrong(where + ".rights", "there is no right %s" % word)
            if rights and str(targets[0]).split(" ")[0] == "net":
                self.wrong(where + ".rights", "a grant of the network has none")
        for target in targets if isinstance(targets, list) else ():
            if not isinstance(target, str) or not _is_target(target):
                self.wrong(where, "a target is a path, net, net HOST, pin NUMBER, endpoint NAME, notification NAME, mutex NAME, semaphore NAME, buffer NAME or task NAME")
        self.rules.append((only, rights, targets))
