"""Programs of the project as Python modules: by their path, since several are called `run` or `module`."""

import importlib.util
import pathlib
import sys
import types

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def program(path: str) -> types.ModuleType:
    """The program at `path` below the root, loaded once; its own directory is searched for what it imports."""
    file = ROOT / path
    name = path.removesuffix(".py").replace("/", "_")
    if name in sys.modules:
        return sys.modules[name]
    if str(file.parent) not in sys.path:
        sys.path.insert(0, str(file.parent))
    found = importlib.util.spec_from_file_location(name, file)
    assert found and found.loader, f"{path}: no such program"
    module = sys.modules[name] = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module
