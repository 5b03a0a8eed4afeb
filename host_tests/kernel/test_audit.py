"""The audit of authority: what each task may reach, what is granted for nothing, and rules that hold or do not."""

import json
import subprocess

import pytest
from abi_definition import ABI
from machines import ROOT
from wasm_text import wat

CALLS = {call["name"]: call for call in ABI["call"]}
WASM_TYPES = {"i": "i32", "I": "i64"}


def module(*names):
    """A module that imports these calls and makes none."""
    def of(call):
        result, _, rest = call["type"].partition("(")
        params = " ".join(WASM_TYPES[letter] for letter in rest[:-1])
        return f'(func (param {params}) {"" if result == "v" else f"(result {WASM_TYPES[result]})"})'
    imports = "".join(f'(import "sovelma" "{name}" {of(CALLS[name])})' for name in names)
    return wat(f'(module {imports} (memory (export "memory") 1) (func (export "_start")))')


FILES = ("sp_fs_open", "sp_fs_read", "sp_fs_write", "sp_fs_close")
TASKS = {
    "reader": (("sp_fs_read",), {"in": {"file": "/motd"}, "more": {"directory": "/data", "rights": ["read"]}}),
    "writer": (FILES, {"data": {"directory": "/data", "rights": ["read", "write", "create"]}}),
    "greedy": (("sp_fs_open", "sp_fs_read"), {"data": {"directory": "/data/deep", "rights": ["read", "write", "create"]}}),
    "fetcher": (("sp_net_connect", "sp_net_recv", "sp_gpio_write"),
                {"net": {"net": {"allow": ["example.org", "*.example.com", "10.0.0.0/8"], "ports": [80]}}, "led": {"pin": 4, "mode": "out"}}),
    "lost": (("sp_gpio_read", "sp_net_send", "sp_log", "sp_fs_close"), {}),
    "args": (("sp_fs_read", "sp_cap_find"), {}),
}  # fmt: skip


@pytest.fixture
def system(tmp_path):
    tasks = []
    for name, (calls, caps) in TASKS.items():
        (tmp_path / f"{name}.wasm").write_bytes(module(*calls))
        tasks.append({"name": name, "module": f"{name}.wasm", "caps": caps, **({"args": ["x"]} if name == "args" else {})})
    path = tmp_path / "system.json"
    path.write_text(json.dumps({"version": 1, "files": {"/motd": {"text": "x"}}, "directories": {"/data": 0, "/data/deep": 0}, "tasks": tasks}))
    return path


AUDIT = """
import hal, sovelma, json
shown = []
def audit(*arguments):
    shown.clear()
    write = hal.write
    hal.write = lambda buffer, n: shown.append(str(bytes(buffer[:n]), "utf-8"))
    try:
        good = sovelma.audit(*arguments)
    except sovelma.ManifestError as error:
        good = error.errors
    hal.write = write
    return good, "".join(shown)
"""


def test_what_each_task_may_reach(firmware, system):
    good, text = firmware.script(AUDIT + "answer(audit(path, None, 'json'))", path=str(system))
    found = json.loads(text)
    tasks = {task["name"]: task for task in found["tasks"]}
    grants = {(name, grant["name"]): grant for name, task in tasks.items() for grant in task["grants"]}
    assert good and found["violations"] == [] and list(tasks) == list(TASKS)
    assert all(sorted(task["imports"]) == sorted(TASKS[name][0]) for name, task in tasks.items())
    assert grants["reader", "in"] == {"name": "in", "kind": "file", "target": "/motd", "rights": ["read"], "calls": ["sp_fs_read"], "unused": []}
    assert grants["reader", "more"]["calls"] == []          # a directory can only be opened
    assert sorted(grants["writer", "data"]["calls"]) == sorted(FILES) and grants["writer", "data"]["unused"] == []
    assert grants["greedy", "data"]["unused"] == ["write"]
    assert grants["fetcher", "net"]["target"] == "net example.org *.example.com 10.0.0.0/8"
    assert grants["fetcher", "net"]["calls"] == ["sp_net_connect", "sp_net_recv"] and grants["fetcher", "led"]["unused"] == ["read"]
    assert grants["args", "args"]["target"] == "its arguments" and tasks["lost"]["unserved"] == ["sp_fs_close", "sp_gpio_read", "sp_net_send"]
    assert found["findings"] == [
        "reader: no import can use the grant more", "greedy: no import needs the right to write of the grant data",
        "fetcher: no import needs the right to read of the grant led", *(f"lost: no grant serves the import {name}" for name in tasks["lost"]["unserved"])]  # fmt: skip


def test_the_table_and_the_picture(firmware, system):
    (_, table), (_, dot) = firmware.script(AUDIT + "answer([audit(path), audit(path, None, 'dot')])", path=str(system))
    assert table.splitlines()[0].split() == ["task", "grant", "target", "rights", "calls"] and all(len(line) <= 80 for line in table.splitlines())
    assert "lost: no grant serves the import sp_net_send" in table
    assert dot.startswith("digraph authority {") and dot.rstrip().endswith("}") and '"writer" -> "/data" [label="create read write"];' in dot
    assert '"reader" -> "/data" [label="read", style=dashed];' in dot


RULES = [
    ({"only": ["writer", "greedy"], "rights": ["write"], "target": "/data"}, None),
    ({"only": ["writer"], "rights": ["write", "create"], "target": "/data/deep/x"}, "greedy may create and write /data/deep/x by data"),
    ({"only": ["greedy"], "rights": ["write"], "target": "/data/deep"}, "writer may write /data/deep by data"),
    ({"only": ["writer", "greedy"], "target": "/data"}, "reader may read /data by more"),
    ({"only": ["reader"], "target": "/motd"}, None),
    ({"only": ["writer", "greedy", "reader"], "rights": ["read"], "target": "/"}, None),
    ({"never": ["net", "pin 4"]}, "fetcher reaches net by net and pin 4 by led"),
    ({"never": ["net", "pin 5"]}, None),
    ({"never": ["net other.org"]}, None),
    ({"never": ["net sub.example.com"]}, "fetcher reaches net sub.example.com by net"),
    ({"never": ["net 10.1.2.3"]}, "fetcher reaches net 10.1.2.3 by net"),
    ({"never": ["net 11.1.2.3"]}, None),
    ({"never": ["/dat"]}, None),
]  # fmt: skip


@pytest.mark.parametrize("rule, violation", RULES)
def test_rules(firmware, system, tmp_path, rule, violation):
    (tmp_path / "policy.json").write_text(json.dumps({"version": 1, "rules": [{"never": ["pin 5"]}, rule]}))
    good, text = firmware.script(AUDIT + "answer(audit(path, policy))", path=str(system), policy=str(tmp_path / "policy.json"))
    told = [line for line in text.replace("\n    ", " ").splitlines() if line.startswith("rule ")]
    assert good == (violation is None) and told == ([f"rule 2: {violation}"] if violation else [])


SERVICES = {
    "client": (("sp_ipc_call", "sp_gpio_read"), {"door": {"endpoint": "door"}, "key": {"pin": 4, "mode": "in"}}),
    "proxy": (("sp_ipc_call", "sp_ipc_receive", "sp_ipc_reply"), {"door": {"endpoint": "door", "rights": ["read"]},
                                                                  "way": {"endpoint": "way", "rights": ["write", "grant"]}}),
    "web": (("sp_ipc_receive", "sp_net_connect"), {"way": {"endpoint": "way", "rights": ["read"]},
                                                   "net": {"net": {"allow": ["example.org"], "ports": [80]}}, "done": {"notification": "done"}}),
}  # fmt: skip


@pytest.mark.parametrize("rule, violation", [
    ({"never": ["net", "pin 4"]}, "client reaches net by web's net and pin 4 by key"), ({"never": ["net", "endpoint door"]}, "client reaches"),
    ({"only": ["client", "proxy"], "target": "endpoint door"}, None), ({"only": ["proxy"], "rights": ["write"], "target": "endpoint door"}, "client may write"),
    ({"only": ["web"], "target": "net"}, None), ({"never": ["pin 4", "notification done"]}, "client reaches"), ({"never": ["pin 5", "net"]}, None),
])  # fmt: skip
def test_what_is_reached_through_servers(firmware, tmp_path, rule, violation):
    """Who may call a server reaches what that one reaches, and so on; the other way round nothing is reached."""
    tasks = []
    for name, (calls, caps) in SERVICES.items():
        (tmp_path / f"{name}.wasm").write_bytes(module(*calls))
        tasks.append({"name": name, "module": f"{name}.wasm", "caps": caps})
    path = tmp_path / "system.json"
    path.write_text(json.dumps({"version": 1, "tasks": tasks}))
    (tmp_path / "policy.json").write_text(json.dumps({"version": 1, "rules": [rule]}))
    good, text = firmware.script(AUDIT + "answer(audit(path, policy, 'json'))", path=str(path), policy=str(tmp_path / "policy.json"))
    found = json.loads(text)
    assert {task["name"]: task["reaches"] for task in found["tasks"]} == {"client": ["proxy", "web"], "proxy": ["web"], "web": []}
    assert found["tasks"][0]["grants"][0]["target"] == "endpoint door" and found["tasks"][2]["grants"][2]["calls"] == []
    assert good == (violation is None) and [line.startswith(f"rule 1: {violation}") for line in found["violations"]][:1] == [True] * (violation is not None)


@pytest.mark.parametrize("policy, complaint", [
    ("{", "is not valid JSON"), ([], "the policy: must be an object"), ({"version": 2, "rules": []}, "version: must be 1"),
    ({"version": 1}, "rules: must be a list"), ({"version": 1, "rules": [1]}, "rules[0]: must be an object"),
    ({"version": 1, "rules": [{"never": []}]}, "rules[0].never: must name a target"),
    ({"version": 1, "rules": [{"never": ["moon"]}]}, "rules[0]: a target is a path, net, net HOST, pin NUMBER, endpoint NAME, notification NAME, mutex NAME, semaphore NAME, buffer NAME or task NAME"),
    ({"version": 1, "rules": [{"only": ["nobody"], "target": "net"}]}, "rules[0].only: there is no task nobody"),
    ({"version": 1, "rules": [{"only": [], "rights": ["fly"], "target": "net"}]}, "rules[0].rights: there is no right fly"),
    *(({"version": 1, "rules": [{"never": [target]}]}, "rules[0]: a target is")     # no grant would ever reach these
      for target in ("pin 04", "/data//flash", "/data/./flash", "endpoint", "net *.example.org", "net 10.0.0.0/8", "net ")),
    ({"version": 1, "rules": [{"only": [], "rights": ["write"], "target": "net"}]}, "rules[0].rights: a grant of the network has none"),
    ({"version": 1, "rules": [{"only": []}]}, "rules[0]: a target is"), ({"version": 1, "rules": [{"never": ["net"], "x": 1}]}, "rules[0].x: unknown key"),
])  # fmt: skip
def test_a_wrong_policy_is_told_with_its_place(firmware, system, tmp_path, policy, complaint):
    (tmp_path / "policy.json").write_text(policy if isinstance(policy, str) else json.dumps(policy))
    errors, _ = firmware.script(AUDIT + "answer(audit(path, policy))", path=str(system), policy=str(tmp_path / "policy.json"))
    assert any(complaint in error and error.startswith(str(tmp_path / "policy.json") + ": ") for error in errors), errors


@pytest.mark.pc("the command line of the PC")
def test_the_command_line_ends_with_1_where_a_rule_does_not_hold(firmware, system, tmp_path):
    (tmp_path / "policy.json").write_text(json.dumps({"version": 1, "rules": [{"never": ["net"]}]}))

    def run(*words):
        done = subprocess.run([firmware.path, "-m", "sovelma", "audit", *words], capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr

    assert run(system)[0] == 0 and run(system, "--policy", tmp_path / "policy.json")[0] == 1
    assert json.loads(run(system, "--policy", tmp_path / "policy.json", "--form", "json")[1])["violations"] == ["rule 1: fetcher reaches net by net"]
    assert run(tmp_path / "none.json") == (2, f"sovelma: {tmp_path}/none.json: cannot be read\n")
    status, text = run(ROOT / "modules/demo/system.json")
    assert status == 0 and "no grant serves" not in text and "no import" not in text
    assert run(system, "--form", "song")[0] == 2


def test_every_call_that_gives_a_capability_is_known():
    """A new one in abi.toml has to be one here, or what comes from it would not be counted."""
    text = (ROOT / "firmware/kernel/boot/audit.py").read_text()
    giving = [call["name"] for call in ABI["call"] if call["result"] == "cap" and call["name"] not in ("sp_cap_find", "sp_cap_derive", "sp_mem_derive", "sp_cap_create")]
    assert len(giving) == 2 and all(f'"{name}": (' in text for name in giving)
