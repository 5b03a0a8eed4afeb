#!/usr/bin/env python3
"""Generates all files that depend on the ABI from firmware/abi.toml, the only place where it is defined.

    tools/generate/gen_abi.py            write the generated files
    tools/generate/gen_abi.py --check    write nothing; exit 1 and name the files that are stale

Each output is a pure function of the definition. The definition is checked first, so that an inconsistent one is an error and
not a table that half works. Needs Python 3.11 and no packages.
"""

import argparse
import pathlib
import sys
import tomllib

import bindings
from abi_source import TIMEOUT_MAX, DefinitionError, Table, read

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SOURCE = "firmware/abi.toml"
NOTICE = f"generated from {SOURCE} by tools/generate/gen_abi.py: do not edit"
C_RESULTS = {"i32": "int32_t", "cap": "sp_cap_t", "i64": "int64_t", "none": "void"}


# ---------------------------------------------------------------- outputs


RIGHTS_SHIFT = 16  # in the number that says which capability a call needs: kinds in the bits below, rights above


def needs(call: Table) -> int:
    """The kinds and rights of the capability that a call needs, as a number."""
    return call["kind_mask"] | call["right_mask"] << RIGHTS_SHIFT


C_KINDS = {
    "cap": "ABI_CAP",
    "int": "ABI_INT",
    "timeout": "ABI_INT",
    "any": "ABI_ANY",
    "time": "ABI_TIME",
    "flags": "ABI_FLAGS",
    "slice_in": "ABI_SLICE_IN",
    "slice_out": "ABI_SLICE_OUT",
}


def c_arguments(call: Table) -> str:
    """The entries of a call's arguments in abi_arguments."""
    return ", ".join(f"{{ {C_KINDS[a['kind']]}, {a['first']}, {a['min']}, {a['max']} }}" for a in call["argument"])


def c_call(call: Table, arguments: int) -> list[str]:
    """The entry of one call in abi_calls. arguments: index of its first argument in abi_arguments."""
    return [
        f"    {{ \"{call['name'][3:]}\", .result = '{call['type'][0]}', .first_argument = {arguments}, .argument_count = {len(call['argument'])},",
        f"      .fuel = {call['fuel']}, .fuel_per_16_bytes = {call['fuel_per_16_bytes']}, "
        + (".pays_for_slashes = 1, " if call["fuel_per_slash"] else "")
        + f".in_runtime = {int(call['in_runtime'])}"
        + (f", .needs = {needs(call)}" if needs(call) else "")
        + " },",
    ]


def c_table(abi: Table) -> list[str]:
    """cmodules/common/abi_table.h: the calls that the runtime links, and the arguments that it checks."""
    out = [
        f"/* {NOTICE} */",
        "#ifndef SOVELMA_ABI_TABLE_H",
        "#define SOVELMA_ABI_TABLE_H",
        "",
        "#include <stdint.h>",
        "",
        f'#define ABI_MODULE "{abi["module"]}"',
        f"#define ABI_VERSION_MAJOR {abi['major']}",
        f"#define ABI_VERSION_MINOR {abi['minor']}",
        f"#define ABI_COUNT {len(abi['call'])}",
        f"#define ABI_FUEL_PER_SLASH {max(call['fuel_per_slash'] for call in abi['call'])}",
        "",
    ]
    out += ["enum {"] + [f"    ABI_ERR_{e['name']} = {e['code']}," for e in abi["error"]] + ["};", ""]
    out += ["enum {"]
    for word in ("kind", "right"):
        out += [f"    ABI_{word.upper()}_{one['name']} = {1 << one['bit']}," for one in abi[word]]
    out += [f"    ABI_{group['group']}_{name} = {value}," for group in abi["constant"] for name, value, _ in group["values"]]
    out += ["};", ""]
    out += ["enum {"] + [f"    ABI_NR_{c['name'].upper()} = {c['number']}," for c in abi["call"]] + ["};", ""]
    out += [
        "enum abi_kind { ABI_INT, ABI_CAP, ABI_FLAGS, ABI_SLICE_IN, ABI_SLICE_OUT, ABI_ANY, ABI_TIME };",
        "",
        "/* min, max: INT: its range; FLAGS: max = mask of the known bits; SLICE: max = limit in bytes, min = 1",
        "   where a longer one is shortened, 0 where it is refused with TOOBIG; CAP: anything outside becomes 0. */",
        "struct abi_argument {",
        "    uint8_t kind;",
        "    uint8_t first;      /* index of its first wasm argument; a slice has two */",
        "    int16_t min;",
        "    int32_t max;",
        "};",
        "",
        "struct abi_call {",
        "    const char *name;   /* without sp_ in front */",
        "    char result;        /* v none, i i32, I i64 */",
        "    uint8_t first_argument; /* in abi_arguments */",
        "    uint8_t argument_count : 4;",
        "    uint8_t in_runtime : 1; /* answered in C, never reaches the kernel */",
        "    uint8_t pays_for_slashes : 1; /* ABI_FUEL_PER_SLASH for each */",
        "    uint16_t fuel, fuel_per_16_bytes;",
        f"    uint32_t needs;     /* of the capability in argument 0: bits 0-{RIGHTS_SHIFT - 1} any of these kinds, above all of these rights */",
        "};",
        "",
        "/* of all calls, one after the other */",
        "static const struct abi_argument abi_arguments[] = {",
    ]
    out += [f"    {c_arguments(call)}, /* {call['name']} */" for call in abi["call"] if call["argument"]]
    out += ["};", "", "/* indexed by number */", "static const struct abi_call abi_calls[ABI_COUNT] = {"]
    first = 0
    for call in abi["call"]:
        out += c_call(call, first)
        first += len(call["argument"])
    out += ["};", "", "#endif"]
    return out


def python_module(abi: Table) -> list[str]:
    """cmodules/abi/modabi.c: the numbers that the kernel needs to dispatch and to answer calls, in read-only memory."""
    errors = sorted(abi["error"], key=lambda e: -e["code"])
    constants = {"MAJOR": "ABI_VERSION_MAJOR", "MINOR": "ABI_VERSION_MINOR", "RIGHTS_SHIFT": str(RIGHTS_SHIFT)}
    constants |= {e["name"]: f"ABI_ERR_{e['name']}" for e in errors}
    constants |= {f"{word.upper()}_{one['name']}": f"ABI_{word.upper()}_{one['name']}" for word in ("kind", "right") for one in abi[word]}
    constants |= {f"{g['group']}_{name}": f"ABI_{g['group']}_{name}" for g in abi["constant"] for name, _, _ in g["values"]}
    tables = {
        "NAMES": [f"MP_ROM_QSTR(MP_QSTR_{c['name']})" for c in abi["call"]],
        "NEEDS": [f"MP_ROM_INT({needs(c)})" for c in abi["call"]],
        "IN_RUNTIME": [f"MP_ROM_INT({int(c['in_runtime'])})" for c in abi["call"]],
        "ERRORS": [f"MP_ROM_QSTR(MP_QSTR_{e['name']})" for e in errors],
    }
    out = [
        f"/* modabi.c - the module `abi`: the ABI in numbers, for the kernel: {NOTICE}.",
        " *",
        " * In read-only memory, since a board's heap is small. NAMES, NEEDS (of the capability in argument 0: bits 0-15 any of these kinds,",
        " * above all of these rights; 0: no capability) and IN_RUNTIME (1: answered by the runtime, never by the kernel) are by the number",
        " * of the call; ERRORS[-1 - code] is the name of an error. */",
        '#include "py/objtuple.h"',
        '#include "py/runtime.h"',
        "",
        '#include "../common/abi_table.h"',
        "",
    ]
    for name, items in tables.items():
        out.append(f"static const mp_rom_obj_tuple_t {name.lower()} = {{ {{ &mp_type_tuple }}, {len(items)}, {{")
        out += [f"    {item}," for item in items] + ["} };"]
    out += [
        "",
        "static const mp_rom_map_elem_t abi_globals_table[] = {",
        "    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_abi) },",
    ]
    out += [f"    {{ MP_ROM_QSTR(MP_QSTR_{name}), MP_ROM_INT({value}) }}," for name, value in constants.items()]
    out += [f"    {{ MP_ROM_QSTR(MP_QSTR_{name}), MP_ROM_PTR(&{name.lower()}) }}," for name in tables]
    return out + [
        "};",
        "static MP_DEFINE_CONST_DICT(abi_globals, abi_globals_table);",
        "",
        "const mp_obj_module_t abi_module = {",
        "    .base = { &mp_type_module },",
        "    .globals = (mp_obj_dict_t *)&abi_globals,",
        "};",
        "MP_REGISTER_MODULE(MP_QSTR_abi, abi_module);",
    ]


def parameters(call: Table, names: bool = True) -> str:
    """The C parameter list of a call."""
    types = []
    for a in call["argument"]:
        if a["kind"] == "cap":
            types.append(f"sp_cap_t {a['name']}")
        elif a["kind"] == "slice_in":
            types += [f"const void *{a['name']}", f"uint32_t {a['name']}_length"]
        elif a["kind"] == "slice_out":
            types += [f"void *{a['name']}", f"uint32_t {a['name']}_length"]
        elif a["kind"] == "time":
            types.append(f"int64_t {a['name']}")
        elif a["kind"] == "flags":
            types.append(f"uint32_t {a['name']}")
        else:
            types.append(f"int32_t {a['name']}")
    return ", ".join(types) or "void"


def wrap(text: str, width: int, first: str = "", later: str = "") -> list[str]:
    """Plain word wrap: `text` in lines of at most `width` characters with the given prefixes."""
    lines, line = [], first
    empty = True
    for word in text.split():
        if not empty and len(line) + 1 + len(word) > width:
            lines.append(line)
            line, empty = later, True
        line += word if empty else " " + word
        empty = False
    return lines + [line]


def c_header(abi: Table) -> list[str]:
    """modules/sdk/sovelma.h: the declarations for modules written in C."""
    out = [
        f"/* The system calls of SovelmaOS, ABI version {abi['major']}.{abi['minor']}: {NOTICE}.",
        " *",
        " * A call returns a value >= 0 or one of the negative SP_ERR_ codes. A pointer outside the module's memory is a",
        " * fault: it ends the task. Buffers belong to the caller and are only used during the call. */",
        "#ifndef SOVELMA_H",
        "#define SOVELMA_H",
        "",
        "#include <stdint.h>",
        "",
        "/* A capability: a handle to one object with certain rights, valid in this task alone; 0 is none. */",
        "typedef int32_t sp_cap_t;",
        "",
        f'#define SP_CALL(name) __attribute__((import_module("{abi["module"]}"), import_name(#name))) name',
        "",
        "enum {",
    ]
    out += [f"    SP_ERR_{e['name']} = {e['code']},".ljust(33) + f"/* {e['text']} */" for e in abi["error"]]
    out += ["};"]
    for word, text in (("kind", "Kinds of object, as sp_cap_info tells them."), ("right", "Rights of a capability: a mask.")):
        out += ["", f"/* {text} */", "enum {"]
        out += [f"    SP_{word.upper()}_{one['name']} = {1 << one['bit']},".ljust(33) + f"/* {one['text']} */" for one in abi[word]]
        out += ["};"]
    for group in abi["constant"]:
        out += ["", f"/* {group['text']} */", "enum {"]
        out += [f"    SP_{group['group']}_{name} = {value},".ljust(33) + f"/* {text} */" for name, value, text in group["values"]]
        out += ["};"]
    for call in abi["call"]:
        out += [""] + wrap(call["text"], 116, "/* ", " * ")
        out += [line for a in call["argument"] for line in wrap(f"{a['name']}: {a['text']}", 116, " *   ", " *     ")]
        if call["errors"]:
            out += wrap(f"Errors: {', '.join(call['errors'])}.", 116, " * ", " *   ")
        out[-1] += " */"
        noreturn = "__attribute__((noreturn)) " if call["name"] == "sp_exit" else ""
        out += wrap(f"{noreturn}{C_RESULTS[call['result']]} SP_CALL({call['name']})({parameters(call)});", 140, "", "    ")
    out += ["", "#endif"]
    return out


def describe_range(argument: Table) -> str:
    kind = argument["kind"]
    if kind == "int":
        return f"{argument['min']}..{argument['max']}"
    if kind == "timeout":
        return f"-1 for ever, 0 try, else up to {TIMEOUT_MAX} ms"
    if kind == "flags":
        return f"bits of 0x{argument['mask']:x}"
    if kind.startswith("slice"):
        return f"at most {argument['max']} bytes, " + ("the rest is ignored" if argument["over"] == "short" else "else TOOBIG")
    return ""


def document(abi: Table) -> list[str]:
    """docs/ABI.md: the reference."""
    out = [
        f"<!-- {NOTICE} -->",
        f"# The ABI, version {abi['major']}.{abi['minor']}",
        "",
        f'What a module may ask of the kernel. Functions are imported from `"{abi["module"]}"`, linked by name and exact',
        "type. A module exports the function `_start`, without arguments; its start section runs first, then `_initialize` where",
        "there is one, then `_start`, all inside the task and paid for with fuel. Returning from `_start` ends the task",
        "with its result as exit code, or 0. Results below 0 are errors.",
        "",
        "A pointer and a length that leave the linear memory are a **fault**: the task ends. Integers out of range and",
        "unknown flag bits are `INVAL`. A capability identifier is a positive number that means something in one task",
        "only: bits 0-7 are a slot, bits 8-29 count how often the slot was used, so that a stale one is never mistaken for",
        "a new one. 0 is no capability.",
        "",
        "A call costs its `fuel`, and more for every 16 bytes of its slice begun and for every `/` in a path; a call that",
        "waits for the network costs its `fuel` again each time it is looked at. What is refused before the kernel sees it (a pointer outside, INVAL, TOOBIG) costs `fuel` alone.",
        "",
        "| call | type | fuel | per 16 bytes | per `/` | blocks | since |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    out += [
        f"| [`{c['name']}`](#{c['name']}) | `{c['type']}` | {c['fuel']} | {c['fuel_per_16_bytes']} | {c['fuel_per_slash']} | "
        f"{'yes' if c['blocking'] else 'no'} | {c['since']} |"
        for c in abi["call"]
    ]
    for call in abi["call"]:
        out += ["", f"## {call['name']}", "", "```c", f"{C_RESULTS[call['result']]} {call['name']}({parameters(call)});", "```", ""]
        out += wrap(call["text"], 118)
        if call["argument"]:
            out += ["", "| argument | kind | range | meaning |", "| --- | --- | --- | --- |"]
            out += [f"| {a['name']} | {a['kind']} | {describe_range(a)} | {a['text']} |" for a in call["argument"]]
        facts = []
        if call["needs"]["kinds"]:
            facts.append(
                (
                    "Needs any capability"
                    if call["needs"]["kinds"] == ["ANY"]
                    else f"Needs a capability for a {' or '.join(call['needs']['kinds'])}"
                )
                + (f" with {', '.join(call['needs']['rights'])}." if call["needs"]["rights"] else ".")
            )
        if call["in_runtime"]:
            facts.append("Answered by the runtime, without a switch to the kernel.")
        facts.append("Errors: " + (", ".join(f"`{e}`" for e in call["errors"]) or "none") + ".")
        facts.append(f"Stability: {call['stability']}.")
        out += [""] + wrap(" ".join(facts), 118)
    out += ["", "## Errors", "", "| code | name | meaning |", "| --- | --- | --- |"]
    out += [f"| {e['code']} | {e['name']} | {e['text']} |" for e in abi["error"]]
    out += ["", "## Kinds of object", "", "| name | value | meaning |", "| --- | --- | --- |"]
    out += [f"| SP_KIND_{k['name']} | {1 << k['bit']} | {k['text']} |" for k in abi["kind"]]
    out += ["", "## Rights", "", "| name | value | meaning |", "| --- | --- | --- |"]
    out += [f"| SP_RIGHT_{r['name']} | {1 << r['bit']} | {r['text']} |" for r in abi["right"]]
    for group in abi["constant"]:
        out += ["", f"## {group['group']}", "", group["text"], "", "| name | value | meaning |", "| --- | --- | --- |"]
        out += [f"| SP_{group['group']}_{name} | {value} | {text} |" for name, value, text in group["values"]]
    return out


OUTPUTS = {
    "cmodules/common/abi_table.h": c_table,
    "cmodules/abi/modabi.c": python_module,
    "modules/sdk/sovelma.h": c_header,
    "docs/ABI.md": document,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true", help="only say which files are stale")
    options = parser.parse_args()
    try:
        abi = read(ROOT / SOURCE)
    except (DefinitionError, KeyError, tomllib.TOMLDecodeError) as error:
        sys.exit(f"{SOURCE}: {error}")
    outputs = {name: generate(abi) for name, generate in OUTPUTS.items()}
    outputs |= {name: generate(abi, NOTICE) for name, generate in bindings.OUTPUTS.items()}
    stale = []
    for name, lines in outputs.items():
        path = ROOT / name
        text = "\n".join(lines) + "\n"
        if path.exists() and path.read_text() == text:
            continue
        stale.append(name)
        if not options.check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    if options.check and stale:
        sys.exit(f"stale, run tools/generate/gen_abi.py: {' '.join(stale)}")
    print(" ".join(stale) + " written" if stale else "up to date")


if __name__ == "__main__":
    main()
