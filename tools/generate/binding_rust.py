"""The ABI in Rust: types, methods and comments from the definition; hand-written code stands beside the result."""

from abi_source import Table
from binding_model import (
    CREATES,
    OTHERS,
    all_methods,
    answers_nothing,
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


def rust_raw(a: Table) -> list[str]:
    """The types of the import's parameters for one argument."""
    kinds = {"slice_in": ["*const u8", "u32"], "slice_out": ["*mut u8", "u32"], "time": ["i64"], "flags": ["u32"]}
    return kinds.get(a["kind"], ["i32"])


def rust_parameter(a: Table) -> tuple[str, str]:
    """(parameter of the method, value that the import gets for it)."""
    name = a["name"]
    if a["kind"] == "slice_in":
        return f"{name}: impl AsRef<[u8]>", f"{name}.as_ptr(), {name}.len() as u32"
    if a["kind"] == "slice_out":
        return f"{name}: &mut [u8]", f"{name}.as_mut_ptr(), {name}.len() as u32"
    if a["kind"] == "timeout":
        return f"{name}: Option<Duration>", f"milliseconds({name})"
    if a["kind"] == "time":
        return f"{name}: i64", name
    if a["kind"] == "flags":
        return f"{name}: u32", name
    if a["kind"] == "any" and name in OTHERS:
        return f"{name}: &{kind_name(OTHERS[name])}", f"{name}.id()"
    if a["kind"] == "any" and name == "pass":
        return f"{name}: Option<&dyn Capability>", f"{name}.map_or(0, |each| each.id())"
    if name == "level" and a["max"] == 1:
        return f"{name}: bool", f"{name} as i32"
    if a["kind"] == "int" and a["min"] == -1:
        return f"{name}: Option<u32>", f"{name}.map_or(-1, |each| i32::try_from(each).unwrap_or(i32::MAX))"
    return f"{name}: i32", name


def rust_result(call: Table) -> tuple[str, str]:
    """The type of the answer, and the expression that makes it from `code`."""
    if call["result"] == "cap":
        name = gives(call, "Self")
        return f"Result<{name}>", f"check(code).map(|id| {name}::owned(id))"
    if call["result"] == "i64":
        return "Result<i64>", "if code < 0 { Err(Error::of(code as i32)) } else { Ok(code) }"
    if call["name"] == "sp_gpio_read":
        return "Result<bool>", "check(code).map(|level| level != 0)"
    if answers_nothing(call):
        return "Result<()>", "check(code).map(|_| ())"
    return "Result<usize>", "check(code).map(|count| count as usize)"


def rust_function(call: Table, indent: str) -> list[str]:
    given = [rust_parameter(a) for a in rest(call)]
    on = bool(call["needs"]["kinds"])
    kind, made = rust_result(call)
    names = ["&self"] * on + [text for text, _ in given]
    values = ["self.id"] * on + [value for _, value in given]
    return [
        *comment(call, "///", indent),
        f"{indent}pub fn {word(call)}({', '.join(names)}) -> {kind} {{",
        # Once: an `as_ref` may answer something else each time.
        *(f"{indent}    let {a['name']} = {a['name']}.as_ref();" for a in rest(call) if a["kind"] == "slice_in"),
        f"{indent}    let code = unsafe {{ raw::{call['name']}({', '.join(values)}) }};",
        f"{indent}    {made}",
        f"{indent}}}",
    ]


def rust_kind(abi: Table, kind: Table) -> list[str]:
    name = kind_name(kind["name"])
    close = {"FILE": "sp_fs_close", "DIRECTORY": "sp_fs_close", "SOCKET": "sp_net_close"}.get(kind["name"], "sp_cap_drop")
    out = ["", "capability!(", f"    /// {kind['text']}", f"    {name},", f"    {close}", ");", f"impl {name} {{"]
    if kind["name"] in CREATES:
        out += [
            "    /// Makes one that nobody else reaches yet; see `sp_cap_create` in docs/ABI.md for what `size` means.",
            f"    pub fn create(size: i32) -> Result<{name}> {{",
            f"        check(unsafe {{ raw::sp_cap_create(KIND_{kind['name']}, size) }}).map({name}::owned)",
            "    }",
        ]
    for call in all_methods(abi, kind["name"]):
        if call["name"] not in ("sp_fs_close", "sp_net_close", "sp_cap_drop"):
            out += rust_function(call, "    ")
    return out + ["}"]


def rust(abi: Table, notice: str) -> list[str]:
    """modules/sdk/rust/src/abi.rs"""
    out = [f"// The system calls of SovelmaOS, ABI version {abi['major']}.{abi['minor']}: {notice}.", ""]
    out += ["use crate::capability::{check, milliseconds, Capability};", "use core::time::Duration;", ""]
    out += ["/// The imports as they are.", "pub mod raw {", f'    #[link(wasm_import_module = "{abi["module"]}")]', '    extern "C" {']
    for call in abi["call"]:
        types = [f"{a['name']}{i or ''}: {each}" for a in call["argument"] for i, each in enumerate(rust_raw(a))]
        result = {"none": " -> !", "i64": " -> i64"}.get(call["result"], " -> i32")
        out.append(f"        pub fn {call['name']}({', '.join(types)}){result};")
    out += [
        "    }",
        "}",
        "",
        "/// Why a call did not do what it was asked for.",
        "#[derive(Clone, Copy, PartialEq, Eq, Debug)]",
        "#[repr(i32)]",
        "pub enum Error {",
    ]
    for e in abi["error"]:
        out += [f"    /// {e['text']}", f"    {error_name(e['name'])} = {e['code']},"]
    out += [
        "    /// A newer kernel's word.",
        "    Unknown = -128,",
        "}",
        "",
        "pub type Result<T> = core::result::Result<T, Error>;",
        "",
        "impl Error {",
    ]
    out += ["    pub fn of(code: i32) -> Error {", "        match code {"]
    out += [f"            {e['code']} => Error::{error_name(e['name'])}," for e in abi["error"]]
    out += ["            _ => Error::Unknown,", "        }", "    }", "}", ""]
    for group, values in constants(abi):
        number = "i32" if is_number(group) else "u32"
        out += [f"/// {text}\npub const {group}_{name}: {number} = {value};" for name, value, text in values]
    for kind in abi["kind"]:
        out += rust_kind(abi, kind)
    for call in functions(abi):
        out += ["", *rust_function(call, "")]
    return out
