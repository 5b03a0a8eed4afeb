"""The ABI in AssemblyScript: types, methods and comments from the definition; hand-written code stands beside the result."""

from abi_source import Table
from binding_model import CREATES, GIVES, OTHERS, camel, comment, constants, functions, gives, kind_name, methods, rest, word


def as_parameter(a: Table) -> tuple[str, str]:
    name = a["name"]
    if a["kind"] in ("slice_in", "slice_out"):
        return f"{name}: Uint8Array", f"{name}.dataStart, {name}.length"
    if a["kind"] == "time":
        return f"{name}: i64", name
    if a["kind"] == "flags":
        return f"{name}: u32", name
    if a["kind"] == "any" and name in OTHERS:
        return f"{name}: {kind_name(OTHERS[name])}", f"{name}.id"
    if a["kind"] == "timeout" or (a["kind"] == "int" and a["min"] == -1):
        return f"{name}: i32 = -1", name
    return f"{name}: i32", name


def as_function(call: Table, indent: str, method: bool) -> list[str]:
    given = [as_parameter(a) for a in rest(call)]
    if any("=" not in text for text, _ in given[1:]):  # AssemblyScript wants optional parameters last
        given = [
            (text if not any("=" not in later for later, _ in given[i + 1 :]) else text.split(" =")[0], value)
            for i, (text, value) in enumerate(given)
        ]
    values = ", ".join(["this.id"] * method + [value for _, value in given])
    kind, body = "i32", f"raw.{call['name']}({values})"
    if call["name"] in GIVES:
        kind = gives(call, "i32")
        body = f"new {kind}({body})"
    elif call["result"] == "i64":
        kind = "i64"
    lines = comment(call, " *", indent)
    return [f"{indent}/**", *lines, f"{indent} */",
            f"{indent}{'' if method else 'export function '}{camel(word(call))}({', '.join(text for text, _ in given)}): {kind} {{",
            f"{indent}  return {body};", f"{indent}}}"]  # fmt: skip


def assemblyscript(abi: Table, notice: str) -> list[str]:
    """modules/sdk/assemblyscript/assembly/abi.ts"""
    out = [f"// The system calls of SovelmaOS, ABI version {abi['major']}.{abi['minor']}: {notice}.", "",
           "/** The imports as they are. */", "export namespace raw {"]  # fmt: skip
    kinds = {"slice_in": ["usize", "u32"], "slice_out": ["usize", "u32"], "time": ["i64"], "flags": ["u32"]}
    for call in abi["call"]:
        types = ", ".join(f"{a['name']}{i or ''}: {each}" for a in call["argument"] for i, each in enumerate(kinds.get(a["kind"], ["i32"])))
        result = {"none": "void", "i64": "i64"}.get(call["result"], "i32")
        out += [f'  @external("{abi["module"]}", "{call["name"]}")', f"  export declare function {call['name']}({types}): {result};"]
    out += [
        "}",
        "",
        "/** Results below 0: why a call did not do what it was asked for. AssemblyScript has no exceptions that can be caught. */",
        "export namespace Err {",
    ]
    for e in abi["error"]:
        out += [f"  /** {e['text']} */", f"  export const {e['name']}: i32 = {e['code']};"]
    out += ["}", ""]
    for group, values in constants(abi):
        out += [f"export namespace {group.capitalize()} {{"]
        for name, value, text in values:
            out += [f"  /** {text} */", f"  export const {name}: i32 = {value};"]
        out += ["}", ""]
    out += ["/** A handle to one object with certain rights; an id below 0 is the error that finding or making it had. */",
            "export class Capability {", "  constructor(public readonly id: i32) {}", "",
            "  /** Is there an object? */", "  get ok(): bool {", "    return this.id > 0;", "  }"]  # fmt: skip
    for call in methods(abi, "ANY"):
        out += as_function(call, "  ", True)
    out += ["}"]
    for kind in abi["kind"]:
        name = kind_name(kind["name"])
        out += ["", f"/** {kind['text']} */", f"export class {name} extends Capability {{"]
        out += ["  /** The one that the manifest grants under this name. */", f"  static find(name: string): {name} {{"]
        out += [
            "    const text = String.UTF8.encode(name);",
            f"    return new {name}(raw.sp_cap_find(changetype<usize>(text), text.byteLength));",
            "  }",
        ]
        if kind["name"] in CREATES:
            out += ["  /** Makes one that nobody else reaches yet; see `sp_cap_create` in docs/ABI.md for what `size` means. */"]
            out += [
                f"  static create(size: i32): {name} {{",
                f"    return new {name}(raw.sp_cap_create(Kind.{kind['name']}, size));",
                "  }",
            ]
        for call in methods(abi, kind["name"]):
            out += as_function(call, "  ", True)
        out += ["}"]
    for call in functions(abi):
        out += ["", *as_function(call, "", False)]
    return out
