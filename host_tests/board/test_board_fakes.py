"""The fakes that the board's HAL is tested against have the names and signatures of MicroPython 1.25's own C sources, and
the HAL uses nothing else of the modules they stand for.
"""

import ast
import os
import pathlib
import re

import pytest
import c_tables as tables
from machines import ROOT

FAKES = ROOT / "host_tests" / "board" / "fakes"
MICROPYTHON = pathlib.Path(os.environ.get("MICROPYTHON_DIR") or ROOT / "build" / "src" / "micropython")
BOARD = ROOT / "firmware" / "boards" / "common" / "esp32c3" / "modules"
HAL = [*sorted((ROOT / "firmware" / "hal" / "esp32").glob("*.py")), *sorted(BOARD.glob("*.py"))]

# (module, class or None): the C table of its names.
TABLES = {
    ("machine", "Pin"): "machine_pin_locals_dict_table[] = {",
    ("machine", "Timer"): "machine_timer_locals_dict_table[] = {",
    ("machine", "WDT"): "machine_wdt_locals_dict_table[] = {",
    ("machine", "RTC"): "machine_rtc_locals_dict_table[] = {",
    ("network", "WLAN"): "wlan_if_locals_dict_table[] = {",
    ("esp32", None): "esp32_module_globals_table[] = {",
    ("esp32", "Partition"): "esp32_partition_locals_dict_table[] = {",
    ("esp32c3", None): "esp32c3_globals_table[] = {",
}
# What the fakes have for the tests alone.
OURS = {
    "machine": {"events", "cause", "rtc", "Reset"}, "machine.Pin": {"levels"}, "machine.Timer": {"all"},
    "machine.WDT": {"fed", "timeout"}, "network": {"events", "dns", "name"}, "network.WLAN": {"joined", "fail"},
    "esp32": {"LAYOUT", "contents", "running", "boot", "valid", "broken"},
    "esp32c3": {"raw", "reason", "images", "seeded", "count", "missing", "waits", "alarms", "interrupts"},
}  # fmt: skip


@pytest.fixture(scope="module")
def c_text():
    if not (MICROPYTHON / "ports" / "esp32").is_dir():
        pytest.skip(f"{MICROPYTHON} has no esp32 port")
    return tables.sources(MICROPYTHON) + (ROOT / "cmodules" / "esp32c3" / "modesp32c3.c").read_text()


@pytest.fixture(scope="module")
def names(c_text):
    """{(module, class or None): {Python name: C object}}."""
    found = {key: tables.table(c_text, start) for key, start in TABLES.items()}
    extra = c_text[c_text.index("#define MICROPY_PY_MACHINE_EXTRA_GLOBALS"):]
    found["machine", None] = {**tables.table(c_text, "machine_module_globals_table[] = {"),
                              **{name: value for name, _, value in tables.ENTRY.findall(extra[:extra.index("typedef enum")])}}
    globals_of_port = (MICROPYTHON / "ports" / "esp32" / "modnetwork_globals.h").read_text()
    found["network", None] = {**tables.table(c_text, "mp_module_network_globals_table[] = {"),
                              **{name: value for name, _, value in tables.ENTRY.findall(globals_of_port)}}
    return found


def fake(module):
    return ast.parse((FAKES / f"{module}.py").read_text())


def public(body):
    """{name: its statement} of what a module or class of a fake defines."""
    found = {}
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found[node.name] = node
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                for name in ast.walk(target):
                    if isinstance(name, ast.Name):
                        found[name.id] = node
    return {name: node for name, node in found.items() if not name.startswith("_")}


def accepts(node):
    """(least, most) arguments of a function of a fake."""
    arguments = node.args
    positional = len(arguments.posonlyargs) + len(arguments.args)
    return positional - len(arguments.defaults), tables.ANY if arguments.kwarg or arguments.kwonlyargs else positional


@pytest.mark.parametrize("module", ["machine", "network", "esp32", "esp32c3"])
def test_a_fake_has_nothing_that_the_port_has_not(names, c_text, module):
    arities = tables.functions(c_text)
    checked = 0
    for owner, body in [(None, fake(module).body)] + [
        (node.name, node.body) for node in fake(module).body if isinstance(node, ast.ClassDef) and (module, node.name) in TABLES
    ]:
        known = names[module, owner]
        for name, node in public(body).items():
            if name in OURS.get(f"{module}.{owner}" if owner else module, ()):
                continue
            assert name in known, f"{module}.{owner or ''}.{name} is not in the port's table"
            if isinstance(node, ast.FunctionDef) and known[name] in arities:
                minimum, maximum = arities[known[name]]
                fake_min, fake_max = accepts(node)
                # What the fake takes the port takes too; it may be stricter.
                assert minimum <= fake_min and (fake_max <= maximum or maximum == tables.ANY), (name, arities[known[name]], accepts(node))
                checked += 1
    assert checked >= 3


def uses():
    """{(file, module, class or None, name)} of what the HAL and the board's programs use of the modules."""
    found = set()
    for path in HAL:
        tree = ast.parse(path.read_text())
        modules = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        imported = {(alias.name, node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}
        for name, module in imported:
            if module in ("machine", "network", "esp32", "esp32c3"):
                found.add((path.name, module, None, name))
        for node in ast.walk(tree):
            if not isinstance(node, ast.Attribute):
                continue
            value = node.value
            if isinstance(value, ast.Name) and value.id in modules & {"machine", "network", "esp32", "esp32c3"}:
                found.add((path.name, value.id, None, node.attr))
            if isinstance(value, ast.Attribute) and isinstance(value.value, ast.Name) and value.value.id in ("machine", "network"):
                found.add((path.name, value.value.id, value.attr, node.attr))
    return found


def test_what_the_hal_uses_the_port_has(names):
    used = uses()
    assert len(used) > 40
    for path, module, owner, name in used:
        assert (module, owner) in names and name in names[module, owner], f"{path}: {module}.{owner or ''}.{name}"


def test_the_radio_is_configured_with_words_the_port_knows():
    text = (ROOT / "firmware" / "hal" / "esp32" / "radio.py").read_text()
    words = {keyword.arg for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)
             and getattr(node.func, "attr", "") == "config" for keyword in node.keywords}  # fmt: skip
    assert words == {"reconnects", "ssid", "key", "security", "max_clients"}
    wlan = (MICROPYTHON / "ports" / "esp32" / "network_wlan.c").read_text()
    setter = wlan[wlan.index("static mp_obj_t network_wlan_config("):wlan.index("// Get config")]
    assert words <= set(re.findall(r"case MP_QSTR_(\w+):", setter))


def test_an_object_is_made_with_arguments_its_class_takes():
    """Constructors are C functions that parse their arguments themselves."""

    def words(folder, file, after):
        text = (MICROPYTHON / folder / file).read_text()
        start = text.index("allowed_args[] = {", text.rindex(after))
        return re.findall(r"MP_QSTR_(\w+)", text[start:text.index("};", start)])

    assert words("extmod", "machine_wdt.c", "machine_wdt_make_new(") == ["id", "timeout"]
    assert words("ports/esp32", "machine_pin.c", "static mp_obj_t machine_pin_obj_init_helper(")[:3] == ["mode", "pull", "value"]
    assert {"mode", "callback", "period"} <= set(words("ports/esp32", "machine_timer.c", "machine_timer_init_helper(machine_timer_obj_t *self, mp_uint_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {"))
    partition = (MICROPYTHON / "ports/esp32/esp32_partition.c").read_text()
    assert "case ESP32_PARTITION_RUNNING" in partition and "mp_arg_check_num(n_args, n_kw, 1, 2, false)" in partition
