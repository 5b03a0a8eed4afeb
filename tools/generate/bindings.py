"""The ABI in other languages: what gen_abi.py writes to modules/sdk/LANGUAGE/.

Invariant: each output is a pure function of the definition.
"""

from collections.abc import Callable

from abi_source import Table
from binding_assemblyscript import assemblyscript
from binding_model import comment
from binding_rust import rust
from binding_zig import zig

WASM = {"i32": " (result i32)", "cap": " (result i32)", "i64": " (result i64)", "none": ""}


def wat_import(call: Table, module: str) -> str:
    types = " ".join("i32 i32" if a["kind"].startswith("slice") else "i64" if a["kind"] == "time" else "i32" for a in call["argument"])
    return f'(import "{module}" "{call["name"]}" (func ${call["name"]}{f" (param {types})" if types else ""}{WASM[call["result"]]}))'


def wat(abi: Table, notice: str) -> list[str]:
    """modules/sdk/wat/sovelma.wat: all imports; tools/build/wat.py takes those that a module calls."""
    out = [
        f";; The system calls of SovelmaOS, ABI version {abi['major']}.{abi['minor']}: {notice}.",
        ";;",
        ";; A result below 0 is an error:",
    ]
    out += [f";;   {e['code']:>3} {e['name']}: {e['text']}" for e in abi["error"]]
    for group in abi["constant"]:
        out += [";;", f";; {group['text']}"] + [f";;   {value} {group['group']}_{name}: {text}" for name, value, text in group["values"]]
    for call in abi["call"]:
        out += ["", *comment(call, ";;"), wat_import(call, abi["module"])]
    return out


OUTPUTS: dict[str, Callable[[Table, str], list[str]]] = {
    "modules/sdk/rust/src/abi.rs": rust,
    "modules/sdk/zig/abi.zig": zig,
    "modules/sdk/assemblyscript/assembly/abi.ts": assemblyscript,
    "modules/sdk/wat/sovelma.wat": wat,
}
