"""Reads the ABI's definition from firmware/abi.toml, checks it, and adds the values that the outputs need.

Invariant: a definition that `read` returns does not contradict itself.
"""

import pathlib
import tomllib
from typing import Any

INT32_MAX = 2**31 - 1
INT16_MIN, INT16_MAX = -(2**15), 2**15 - 1
TIMEOUT_MAX = 2**29 - 1
KINDS_MAX, RIGHTS_MAX = 16, 8  # bits of the number that says what a call needs; together they fit a small integer of 32-bit MicroPython
ARGUMENTS_MAX = 6  # logical arguments of a call: the array in struct abi_call
RESULT_TYPES = {"i32": "i", "cap": "i", "i64": "I", "none": "v"}


# A table of the definition; the checks below say what its values are.
Table = dict[str, Any]


class DefinitionError(Exception):
    """The definition contradicts itself."""


def need(condition: object, text: str) -> None:
    if not condition:
        raise DefinitionError(text)


def complete_argument(call: Table, argument: Table) -> None:
    """Checks one argument and adds the values that the outputs need: `width` (wasm arguments), `min`, `max`."""
    where = f"{call['name']}.{argument['name']}"
    kind = argument["kind"]
    known = {"name", "kind", "text"}
    argument["width"] = 1
    if kind == "int":
        known |= {"min", "max"}
        need(INT16_MIN <= argument["min"] <= INT16_MAX, f"{where}: min")  # of struct abi_argument
        need(argument["min"] <= argument["max"] <= INT32_MAX, f"{where}: range")
    elif kind == "timeout":
        argument["min"], argument["max"] = -1, TIMEOUT_MAX
    elif kind == "time":
        argument["min"], argument["max"] = 0, 0  # not looked at
    elif kind == "any":
        argument["min"], argument["max"] = 0, 0  # not looked at
    elif kind == "flags":
        known |= {"mask"}
        need(0 < argument["mask"] <= INT32_MAX, f"{where}: mask")
        argument["min"], argument["max"] = 0, argument["mask"]
    elif kind in ("slice_in", "slice_out"):
        known |= {"max", "over"}
        need(argument["over"] in ("short", "refuse"), f"{where}: over")
        need(1 <= argument["max"] <= 4096, f"{where}: max")
        argument["min"] = 1 if argument["over"] == "short" else 0
        argument["width"] = 2
    elif kind == "cap":
        argument["min"], argument["max"] = 1, 2**30 - 1
    else:
        raise DefinitionError(f"{where}: unknown kind {kind}")
    unknown = set(argument) - known - {"min", "max", "width", "first"}
    need(not unknown, f"{where}: unknown keys {sorted(unknown)}")


def complete_call(call: Table, errors: dict[str, int], kinds: dict[str, int], rights: dict[str, int]) -> None:
    """Checks one call and fills in its defaults, its wasm type and the positions of its arguments."""
    name = call["name"]
    known = {
        "name",
        "number",
        "result",
        "blocking",
        "in_runtime",
        "fuel",
        "fuel_per_16_bytes",
        "fuel_per_slash",
        "needs",
        "errors",
        "since",
        "stability",
        "text",
        "argument",
    }
    need(not set(call) - known, f"{name}: unknown keys {sorted(set(call) - known)}")
    need(name.startswith("sp_"), f"{name}: does not start with sp_")
    need(call["result"] in RESULT_TYPES, f"{name}: result")
    need(call["stability"] in ("stable", "experimental"), f"{name}: stability")
    call.setdefault("argument", [])
    call.setdefault("in_runtime", False)
    call.setdefault("fuel_per_16_bytes", 0)
    call.setdefault("fuel_per_slash", 0)
    call.setdefault("needs", {"kinds": [], "rights": []})
    # The fields of struct abi_call. Their sum stays far below 2^30, the bound of a slice and of a debt.
    need(0 < call["fuel"] < 2**16, f"{name}: fuel")
    need(0 <= call["fuel_per_16_bytes"] < 2**16, f"{name}: fuel_per_16_bytes")
    need(0 <= call["fuel_per_slash"] < 2**16, f"{name}: fuel_per_slash")
    need(len(call["argument"]) <= ARGUMENTS_MAX, f"{name}: more than {ARGUMENTS_MAX} arguments")
    first = 0
    for argument in call["argument"]:
        complete_argument(call, argument)
        argument["first"] = first
        first += argument["width"]
        errors_needed = {"int": ["INVAL"], "flags": ["INVAL"], "timeout": ["INVAL"], "cap": ["BADCAP", "REVOKED"]}.get(argument["kind"], [])
        if argument["kind"].startswith("slice") and argument["over"] == "refuse":
            errors_needed = ["TOOBIG"]
        for error in errors_needed:
            need(error in call["errors"], f"{name}: argument {argument['name']} can cause {error}, which is not listed")
    call["width"] = first
    letters = "".join("I" if argument["kind"] == "time" else "i" * argument["width"] for argument in call["argument"])
    call["type"] = f"{RESULT_TYPES[call['result']]}({letters})"
    for error in call["errors"]:
        need(error in errors, f"{name}: unknown error {error}")
    capabilities = [a for a in call["argument"] if a["kind"] == "cap"]
    need(bool(capabilities) == bool(call["needs"]["kinds"]), f"{name}: a cap argument and `needs` go together")
    need(not capabilities or capabilities == call["argument"][:1], f"{name}: a cap is the first argument")
    any_kind = call["needs"]["kinds"] == ["ANY"]
    for kind in call["needs"]["kinds"]:
        need(kind in kinds or any_kind, f"{name}: unknown kind {kind}")
    for right in call["needs"]["rights"]:
        need(right in rights, f"{name}: unknown right {right}")
    # Any kind also means the kinds that later versions add.
    call["kind_mask"] = 2**KINDS_MAX - 1 if any_kind else sum(1 << kinds[k] for k in call["needs"]["kinds"])
    call["right_mask"] = sum(1 << rights[r] for r in call["needs"]["rights"])


def read(path: pathlib.Path) -> Table:
    """The definition, checked and completed."""
    with open(path, "rb") as source:
        abi = tomllib.load(source)
    errors = {e["name"]: e["code"] for e in abi["error"]}
    need(sorted(errors.values(), reverse=True) == [-1 - i for i in range(len(errors))], "error codes have gaps")
    kinds = {k["name"]: k["bit"] for k in abi["kind"]}
    rights = {r["name"]: r["bit"] for r in abi["right"]}
    for bits, maximum in ((kinds, KINDS_MAX), (rights, RIGHTS_MAX)):
        need(len(set(bits.values())) == len(bits) and all(0 <= b < maximum for b in bits.values()), "kind or right bits")
    abi["call"].sort(key=lambda call: call["number"])
    need([c["number"] for c in abi["call"]] == list(range(len(abi["call"]))), "call numbers have gaps")
    need(sum(len(c.get("argument", [])) for c in abi["call"]) < 256, "more arguments than struct abi_call counts")
    need(len({call.get("fuel_per_slash", 0) for call in abi["call"]} - {0}) <= 1, "two charges for a slash")
    need(len({c["name"] for c in abi["call"]}) == len(abi["call"]), "two calls of one name")
    for call in abi["call"]:
        complete_call(call, errors, kinds, rights)
        need(
            tuple(map(int, call["since"].split("."))) <= (abi["major"], abi["minor"]),
            f"{call['name']}: since {call['since']}, but the ABI is {abi['major']}.{abi['minor']}",
        )
    return abi
