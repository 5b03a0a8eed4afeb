"""The zoo: every attack we know of as a module, with what must become of it. host_tests/system/test_zoo.py lets them out.

    python modules/zoo/zoo.py DIRECTORY     writes all modules as NAME.wasm, for other runtimes to try
    python modules/zoo/zoo.py --list        prints names, attacks and what is expected

zoo.toml has the whole record of each specimen that faults or is refused.
"""

import pathlib
import sys
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import calls  # noqa: E402, F401
import limits  # noqa: E402, F401
import malformed  # noqa: E402, F401
import running  # noqa: E402, F401
import segments  # noqa: E402, F401
from specimen import SPECIMENS  # noqa: E402

RECORDS = tomllib.loads((HERE / "zoo.toml").read_text()) if (HERE / "zoo.toml").exists() else {}


def main(words):
    if len(words) != 1:
        sys.exit(__doc__.split("\n\n")[1])
    if words[0] == "--list":
        for name, each in SPECIMENS.items():
            print(f"{name}: {each.attack} -> {' '.join(map(str, each.expected))}")
        return
    directory = pathlib.Path(words[0])
    directory.mkdir(parents=True, exist_ok=True)
    for name, each in SPECIMENS.items():
        (directory / f"{name}.wasm").write_bytes(each.module)
    print(f"{len(SPECIMENS)} modules in {directory}")


if __name__ == "__main__":
    main(sys.argv[1:])
