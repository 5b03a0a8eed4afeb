"""The ABI's definition as the generator reads it."""

from typing import Any
from collections.abc import Iterator
from machines import ROOT

import gen_abi

ABI = gen_abi.read(ROOT / gen_abi.SOURCE)
NUMBERS = {call["name"]: call["number"] for call in ABI["call"]}


def wasm_arguments(call: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """[(kind, argument)] for each wasm argument: a slice has two."""
    for argument in call.get("argument", []):
        if argument["kind"] in ("slice_in", "slice_out"):
            yield "pointer", argument
            yield "length", argument
        else:
            yield argument["kind"], argument


def wasm_types(name: str) -> list[str]:
    """The types of the wasm arguments of a call: i32 or i64."""
    return [{"i": "i32", "I": "i64"}[letter] for letter in ABI["call"][NUMBERS[name]]["type"][2:-1]]
