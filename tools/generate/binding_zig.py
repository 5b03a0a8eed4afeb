"""The ABI in Zig: types, methods and comments from the definition; hand-written code stands beside the result."""

import re

from abi_source import Table
from binding_model import (
    CREATES,
    OTHERS,
    all_methods,
    answers_nothing,
    camel,
    comment,
    constants,
    error_name,
    functions,
    gives,
    is_number,
    kind_name,
    rest,
    word,
)


def zig_parameter(a: Table) -> tuple[str, str]:
    name = a["name"]
    if a["kind"] == "slice_in":
        return f"{name}: []const u8", f"first({name}), {name}.len"
    if a["kind"] == "slice_out":
        return f"{name}: []u8", f"firstMutable({name}), {name}.len"
    if a["kind"] == "timeout":
        return f"{name}: ?u32", f"milliseconds({name})"
    if a["kind"] == "time":
        return f"{name}: i64", name
    if a["kind"] == "flags":
        return f"{name}: u32", name
    if a["kind"] == "any" and name in OTHERS:
        return f"{name}: {kind_name(OTHERS[name])}", f"{name}.id"
    if a["kind"] == "any" and name == "pass":
        return f"{name}: i32", name
    if name == "level" and a["max"] == 1:
        return f"{name}: bool", f"@intFromBool({name})"
    if a["kind"] == "int" and a["min"] == -1:
        return f"{name}: ?u31", f"if ({name}) |each| @as(i32, each) else -1"
    return f"{name}: i32", name


def zig_function(call: Table, indent: str, owner: str = "") -> list[str]:
    given = [(text.replace(f"{a['name']}:", f"{a['name']}_:", 1), re.sub(rf"\b{a['name']}\b", f"{a['name']}_", value)) for a, (text, value) in
             ((a, zig_parameter(a)) for a in rest(call))]  # fmt: skip
    names = [f"self: {owner}"] * bool(owner) + [text for text, _ in given]
    values = ["self.id"] * bool(owner) + [value for _, value in given]
    made = f"raw.{call['name']}({', '.join(values)})"
    if call["result"] == "cap":
        kind = gives(call, owner)
        body = f"return .{{ .id = try check({made}) }};"
    elif call["result"] == "i64":
        kind, body = "i64", f"return check64({made});"
    elif call["name"] == "sp_gpio_read":
        kind, body = "bool", f"return try check({made}) != 0;"
    elif answers_nothing(call):
        kind, body = "void", f"_ = try check({made});"
    else:
        kind, body = "usize", f"return @intCast(try check({made}));"
    return [
        *comment(call, "///", indent),
        f"{indent}pub fn {camel(word(call))}({', '.join(names)}) Error!{kind} {{",
        f"{indent}    {body}",
        f"{indent}}}",
    ]


def zig(abi: Table, notice: str) -> list[str]:
    """modules/sdk/zig/abi.zig"""
    out = [f"//! The system calls of SovelmaOS, ABI version {abi['major']}.{abi['minor']}: {notice}.", ""]
    out += [
        'const support = @import("support.zig");',
        "const first = support.first;",
        "const firstMutable = support.firstMutable;",
        "const milliseconds = support.milliseconds;",
        "const check64 = support.check64;",
        "const check = support.check;",
        "",
    ]
    kinds = {"slice_in": "[*]const u8, usize", "slice_out": "[*]u8, usize", "time": "i64", "flags": "u32"}
    out += ["/// The imports as they are.", "pub const raw = struct {"]
    for call in abi["call"]:
        types = ", ".join(kinds.get(a["kind"], "i32") for a in call["argument"])
        result = {"none": "noreturn", "i64": "i64"}.get(call["result"], "i32")
        out.append(f'    pub extern "{abi["module"]}" fn {call["name"]}({types}) {result};')
    out += ["};", "", "/// Why a call did not do what it was asked for.", "pub const Error = error{"]
    for e in abi["error"]:
        out += [f"    /// {e['text']}", f"    {error_name(e['name'])},"]
    out += [
        "    /// A newer kernel's word.",
        "    Unknown,",
        "};",
        "",
        "/// The error of a code below 0.",
        "pub fn errorOf(code: i32) Error {",
        "    return switch (code) {",
    ]
    out += [f"        {e['code']} => Error.{error_name(e['name'])}," for e in abi["error"]] + [
        "        else => Error.Unknown,",
        "    };",
        "}",
        "",
    ]
    for group, values in constants(abi):
        number = "i32" if is_number(group) else "u32"
        out += [f"/// {text}\npub const {group.lower()}_{name.lower()}: {number} = {value};" for name, value, text in values]
    for kind in abi["kind"]:
        name = kind_name(kind["name"])
        out += ["", f"/// {kind['text']}", f"pub const {name} = struct {{", "    id: i32,", ""]
        out += ["    /// The one that the manifest grants under this name.", f"    pub fn find(name: []const u8) Error!{name} {{"]
        out += ["        return .{ .id = try check(raw.sp_cap_find(name.ptr, name.len)) };", "    }"]
        if kind["name"] in CREATES:
            out += ["    /// Makes one that nobody else reaches yet; see `sp_cap_create` in docs/ABI.md for what `size` means."]
            out += [f"    pub fn create(size_: i32) Error!{name} {{"]
            out += [f"        return .{{ .id = try check(raw.sp_cap_create(kind_{kind['name'].lower()}, size_)) }};", "    }"]
        for call in all_methods(abi, kind["name"]):
            out += zig_function(call, "    ", name)
        out += ["};"]
    for call in functions(abi):
        out += ["", *zig_function(call, "")]
    return out
