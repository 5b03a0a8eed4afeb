"""The allocator under everything (cmodules/wasm3/memory/pool.c) against a model, compiled with the sanitizers."""

import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from machines import ROOT

RUNTIME = ROOT / "cmodules" / "wasm3"

HEADER = 8
MIN = 16  # bytes of the smallest block, header included
SIZE = 4096


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    """pool_test with -fsanitize=address,undefined."""
    if not shutil.which("gcc"):
        pytest.skip("no gcc")
    output = tmp_path_factory.mktemp("pool") / "pool_test"
    command = ["gcc", "-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-Wall", "-Wextra", "-Werror",
               f"-I{RUNTIME}", str(ROOT / "host_tests" / "c" / "pool_test.c"), str(RUNTIME / "memory" / "pool.c"), "-o", str(output)]  # fmt: skip
    result = subprocess.run(command, capture_output=True, text=True)
    if "cannot find" in result.stderr and "san" in result.stderr:
        pytest.skip("gcc has no sanitizer libraries here")
    assert result.returncode == 0, result.stderr
    return output


class Model:
    """First fit over a list of [size, taken or None]: what pool.h promises, without its tricks."""

    def __init__(self, size):
        self.blocks = [[size & ~7, None]] if size >= MIN else []
        self.reach = 0
        self.takes = 0

    def offset(self, index):
        return sum(size for size, _ in self.blocks[:index])

    def find(self, name):
        return next((i for i, (_, taken) in enumerate(self.blocks) if taken == name), None)

    def cut(self, index, size):
        """Keeps `size` bytes of a block and frees the rest where it is worth a block."""
        rest = self.blocks[index][0] - size
        if rest < MIN:
            return
        self.blocks[index][0] = size
        if index + 1 < len(self.blocks) and self.blocks[index + 1][1] is None:
            self.blocks[index + 1][0] += rest
        else:
            self.blocks.insert(index + 1, [rest, None])

    def settle(self, index):
        self.reach = max(self.reach, self.offset(index + 1))
        return self.offset(index) + HEADER

    @staticmethod
    def whole(count):
        return max(MIN, count + HEADER + 7 & ~7) if count <= 0x7FFFFFF0 - HEADER else None

    def take(self, count):
        name, size = self.takes, self.whole(count)
        self.takes += 1
        for i, (room, taken) in enumerate(self.blocks):
            if size and taken is None and room >= size:
                self.blocks[i][1] = name
                self.cut(i, size)
                return self.settle(i)
        return -1

    def give(self, name):
        index = self.find(name)
        if index is None:
            return -1
        offset = self.offset(index) + HEADER
        self.blocks[index][1] = None
        for i in (index, index - 1):
            if 0 <= i < len(self.blocks) - 1 and self.blocks[i][1] is None and self.blocks[i + 1][1] is None:
                self.blocks[i][0] += self.blocks.pop(i + 1)[0]
        return offset

    def resize(self, name, count):
        index, size = self.find(name), self.whole(count)
        if index is None or not size:
            return -1
        room = self.blocks[index][0]
        if size > room:
            after = self.blocks[index + 1] if index + 1 < len(self.blocks) else [0, ""]
            if after[1] is not None or room + after[0] < size:
                return -1
            self.blocks[index][0] += self.blocks.pop(index + 1)[0]
        self.cut(index, size)
        return self.settle(index)

    def state(self, offset):
        used = sum(size for size, taken in self.blocks if taken is not None)
        largest = max((size for size, taken in self.blocks if taken is None), default=0)
        return f"{offset} {used} {self.reach} {max(0, largest - HEADER)} {sum(taken is not None for _, taken in self.blocks)} 1"


sizes = st.one_of(st.integers(0, 100), st.integers(0, SIZE + 64), st.sampled_from([2**31 - 1, 2**32 - 1, 2**32 - 8, 0x7FFFFFE8]))
operations = st.lists(
    st.one_of(
        st.tuples(st.just("t"), sizes),
        st.tuples(st.just("g"), st.integers(0, 30)),
        st.tuples(st.just("r"), st.integers(0, 30), sizes),
    ),
    max_size=120,
)


@settings(max_examples=150, derandomize=True)
@given(size=st.one_of(st.just(SIZE), st.integers(0, 200)), operations=operations)
def test_pool_behaves_like_the_model(program, size, operations):
    model = Model(size)
    commands, expected = [], []
    for name, a, *more in operations:
        if name != "t" and a >= model.takes:
            continue
        commands.append(" ".join(map(str, (name, a, *more))))
        offset = model.take(a) if name == "t" else model.give(a) if name == "g" else model.resize(a, *more)
        expected.append(model.state(offset))
    result = subprocess.run([str(program), str(size)], input="\n".join(commands) + "\n", capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    for command, got, wanted in zip(commands, result.stdout.splitlines(), expected, strict=True):
        assert got == wanted, command
