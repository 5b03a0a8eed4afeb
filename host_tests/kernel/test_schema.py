"""docs/system.schema.json says what the firmware says: both judge the same manifests, one change away from a good one.

The validator here knows the keywords the schema uses and refuses to run with any other.
"""

import copy
import json
import re

import pytest
from wasm_text import wat
from machines import ROOT

pytestmark = pytest.mark.pc("directories of the host")

SCHEMA = json.loads((ROOT / "docs" / "system.schema.json").read_text())
GOOD = wat('(module (memory (export "memory") 1) (func (export "_start")))')
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool}

# Uses every key there is.
EVERYTHING = {
    "version": 1, "arena": 500000, "ramfs": 100000, "directories": {"/data": 5000, "/data/e": 0},
    "files": {"/f": "good.wasm", "/data/t": {"text": "x"}},
    "mounts": {"/m": "disk", "/data/n": {"path": "disk", "limit": 100}},
    "network": {"nameservers": ["192.0.2.1"], "hosts": {"a.example": "192.0.2.2"}},
    "tasks": [
        {"name": "a", "module": "good.wasm", "args": ["x", ""], "priority": 3, "slice": 1000, "budget": 5, "period": 10,
         "memory": 1024, "stack": 1024, "quota": 9000, "capabilities": 14, "storage": 5000, "objects": 2, "buffers": 300, "log_burst": 1, "log_rate": 1,
         "may_fault": True, "fault": {"policy": "restart", "first": 1, "most": 2, "times": 3},
         "sha256": __import__("hashlib").sha256(GOOD).hexdigest(),
         "caps": {"e": {"endpoint": "e", "rights": ["read", "grant"], "badge": 7}, "note": {"notification": "n", "rights": ["write"]},
                  "m": {"mutex": "m", "rights": ["write", "grant"]}, "t": {"task": "b", "rights": ["read"]}, "b": {"buffer": "b", "bytes": 64, "rights": ["read", "write"]},
                  "q": {"irq": 9, "edge": "both", "pull": "up", "debounce": 20, "rights": ["read"]}, "s": {"semaphore": "s", "initial": 3, "rights": ["read"]},
                  "f": {"file": "/f", "rights": ["read"]}, "d": {"directory": "/data", "rights": ["write"]},
                  "i": {"pin": 9, "mode": "in", "pull": "up", "active": "low", "rights": ["read"]},
                  "o": {"pin": 8, "mode": "out", "initial": 1, "active": "high", "rights": ["write"]},
                  "n": {"net": {"allow": ["192.0.2.0/24"], "ports": [80, "1-9"], "protocols": ["udp"], "sockets": 1}}}},
        {"name": "b", "module": "good.wasm", "fault": {"policy": "reboot"}},
    ],
    "simulation": [[5, 9, 0], [6, 9, None]],
}  # fmt: skip


def good(value, schema):
    """Whether the schema admits the value."""
    known = {"$schema", "title", "description", "default", "$defs", "$ref", "type", "enum", "minimum", "maximum", "properties",
             "additionalProperties", "required", "propertyNames", "items", "prefixItems", "minItems", "maxItems", "minLength",
             "maxLength", "pattern", "anyOf"}  # fmt: skip
    assert not set(schema) - known, set(schema) - known
    if "$ref" in schema:
        if not good(value, SCHEMA["$defs"][schema["$ref"].removeprefix("#/$defs/")]):
            return False
    kind = schema.get("type")
    if kind == "integer":
        if not isinstance(value, int) or isinstance(value, bool):
            return False
    elif kind and not isinstance(value, TYPES[kind]):
        return False
    if "enum" in schema and not any(value == word and type(value) is type(word) for word in schema["enum"]):
        return False
    if "anyOf" in schema and not any(good(value, option) for option in schema["anyOf"]):
        return False
    if isinstance(value, int) and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        return False
    if isinstance(value, str):
        if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
            return False
        if "pattern" in schema and not re.search(schema["pattern"], value):
            return False
    if isinstance(value, list):
        if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
            return False
        each = schema.get("prefixItems") or [schema.get("items", {})] * len(value)
        return all(good(item, form) for item, form in zip(value, each))
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        rest = schema.get("additionalProperties", {})
        return (set(schema.get("required", [])) <= set(value)
                and all(good(key, schema.get("propertyNames", {})) for key in value)
                and all(good(item, properties[key]) if key in properties else rest is not False and good(item, rest)
                        for key, item in value.items()))  # fmt: skip
    return True


def places(value, path=()):
    """Paths to everything inside a JSON value."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else []
    for key, item in items:
        yield from places(item, (*path, key))


def at(value, path):
    for key in path:
        value = value[key]
    return value


def changes():
    """(what was done, the manifest): one change of EVERYTHING each."""
    for path in places(EVERYTHING):
        label = ".".join(map(str, path))
        old = at(EVERYTHING, path)
        values = [None, True, 1.5, -1, 0, 1 << 30, "", "?", [], {}, [[]], ["?"], {"?": 0}]
        if isinstance(old, int):
            values += [old + 1, old - 1]
        for value in values:
            if path and (value != old or type(value) is not type(old)):
                manifest = copy.deepcopy(EVERYTHING)
                at(manifest, path[:-1])[path[-1]] = value
                yield f"{label} = {value!r}", manifest
        if path and isinstance(path[-1], str):
            manifest = copy.deepcopy(EVERYTHING)
            del at(manifest, path[:-1])[path[-1]]
            yield f"{label} removed", manifest
        if isinstance(old, dict):
            manifest = copy.deepcopy(EVERYTHING)
            at(manifest, path)["unknown"] = 1
            yield f"{label}.unknown", manifest


# What only the firmware knows: meaning, not form. (The place, a part of what it says.)
BEYOND_FORM = (
    "is not in files", "is not in directories", "cannot be read", "is a directory", "not a directory", "is taken", "is in its place",
    "no pin", "is used in another way", "is less than", "is no name", "neither", "must be a host name", "must be an address",
    "write below /data only", "must be there: a task can write", "names have 1 to", "the number behind", "is no port", "ports are",
    "the same place", "there is no task",
)  # fmt: skip


@pytest.fixture(scope="module")
def verdicts(firmware, tmp_path_factory):
    """[(what was changed, manifest, the firmware's mistakes)]"""
    directory = tmp_path_factory.mktemp("schema")
    (directory / "good.wasm").write_bytes(GOOD)
    (directory / "disk").mkdir()
    cases = [("nothing", EVERYTHING), *changes()]
    texts = [json.dumps(manifest) for _, manifest in cases]
    answers = firmware.script("""
from kernel.boot.manifest import Manifest, ManifestError
import hal
text = None
read_file = hal.read_file
class Text:
    def __enter__(self):
        return self
    def __exit__(self, *_):
        pass
    def read(self):
        return text
hal.read_file = lambda path: Text() if path.endswith("system.json") else read_file(path)
out = []
for case in texts:
    text = case.encode()
    try:
        Manifest(directory + "/system.json")
        out.append([])
    except ManifestError as error:
        out.append([mistake[len(directory) + 14:] for mistake in error.errors])
answer(out)
""", texts=texts, directory=str(directory))
    return [(label, manifest, answer) for (label, manifest), answer in zip(cases, answers, strict=True)]


def test_the_schema_and_the_firmware_judge_alike(verdicts):
    assert verdicts[0][2] == [] and len(verdicts) > 1000
    different = []
    for label, manifest, mistakes in verdicts:
        form = [mistake for mistake in mistakes if not any(part in mistake for part in BEYOND_FORM)]
        if good(manifest, SCHEMA) != (not form) and not (mistakes and not good(manifest, SCHEMA)):
            different.append((label, mistakes))
    assert not different, different[:20]


def test_both_refuse_often_and_admit_often(verdicts):
    refused = sum(bool(mistakes) for _, _, mistakes in verdicts)
    assert refused > 700 and len(verdicts) - refused > 100


def test_the_demo_is_a_good_manifest():
    assert good(json.loads((ROOT / "modules" / "demo" / "system.json").read_text()), SCHEMA)


def test_every_key_the_firmware_knows_is_in_the_schema(verdicts):
    """EVERYTHING has every key of the schema; the firmware admits it, and an unknown key nowhere."""

    def keys(schema):
        found = set(schema.get("properties", {}))
        for part in [*schema.get("properties", {}).values(), *schema.get("anyOf", []), schema.get("items", {}),
                     *schema.get("$defs", {}).values(), schema.get("additionalProperties") or {}]:  # fmt: skip
            found |= keys(part) if part else set()
        return found

    used = {key for path in places(EVERYTHING) for key in path if isinstance(key, str)}
    assert keys(SCHEMA) <= used
    source = "".join(path.read_text() for room in ("boot", "objects") for path in (ROOT / "firmware" / "kernel" / room).glob("*.py")
                     if path.name != "audit.py")        # that one reads a policy, which is another file
    named = set(re.findall(r'^    "(\w+)": \(', source, re.M))
    for group in re.findall(r"\.keys\([^()]*\(([^()]*)\)", source) + re.findall(r"\.keys\([^()\[]*\[([^\]]*)\]", source):
        named |= set(re.findall(r'"(\w+)"', group))
    assert len(named) > 25 and named <= keys(SCHEMA), named - keys(SCHEMA)
