"""Manifests that cannot start, and the firmware's complaints about them."""

import json
import pathlib
from collections.abc import Callable
from typing import Any

from machines import Firmware
from wasm_text import wat

GOOD = wat('(module (memory (export "memory") 1) (func (export "_start")))')

GREEDY = wat('(module (memory (export "memory") 9) (func (export "_start")))')

STRANGER = wat('(module (import "wasi_snapshot_preview1" "fd_write" (func (param i32 i32 i32 i32) (result i32)))'
               ' (memory (export "memory") 1) (func (export "_start")))')  # fmt: skip


def task(**keys: Any) -> dict[str, Any]:
    return {"version": 1, "files": {"/f": "file"}, "directories": {"/d": 0},
            "tasks": [{"name": "a", "module": "good.wasm", **keys}]}  # fmt: skip


def complaints(firmware: Firmware, tmp_path: pathlib.Path) -> Callable[[Any], list[str]]:
    """Boots a manifest (text or JSON) that cannot start; returns the lines of complaint, after the file's name."""
    (tmp_path / "good.wasm").write_bytes(GOOD)
    (tmp_path / "greedy.wasm").write_bytes(GREEDY)
    (tmp_path / "stranger.wasm").write_bytes(STRANGER)
    (tmp_path / "bad.wasm").write_bytes(b"\0asm\1\0\0\0\1\xff")
    (tmp_path / "file").write_bytes(b"x" * 3000)
    path = tmp_path / "system.json"

    def boot(manifest: Any) -> list[str]:
        path.write_text(manifest if isinstance(manifest, str) else json.dumps(manifest))
        result = firmware.program("run", path)
        assert result.returncode == 2, result.stdout + result.stderr
        lines = result.stderr.splitlines()
        prefix = f"sovelma: {path}: "
        assert lines and all(line.startswith(prefix) for line in lines), result.stderr
        assert "[ OK ] system" not in result.stdout
        return [line[len(prefix) :] for line in lines]

    return boot
