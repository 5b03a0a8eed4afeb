"""A large module for the tests of memory limits: 98 KB of WebAssembly from generated C, of which a typical part runs.

Its functions have several shapes (loops over memory, a switch, 64-bit arithmetic, conditions); others call each of them, directly
and through a table. `_start` enters every thirteenth function and its callees. This resembles a real program: start-up code and the
functions that do the work run, and the rest of a library is there for other inputs. The same text also compiles natively; the native
program prints the answer.
"""

import random

BYTES = 98 * 1024
FUNCTIONS = 264
RUNNING = 13  # every thirteenth function is entered; with their callees these are a tenth of the bytes
SEED = 98

HEAD = """
typedef unsigned u32; typedef unsigned long long u64;
#define OWN __attribute__((noinline))
#ifdef __wasm__
#include <sovelma.h>
#else
int printf(const char *, ...);
#endif
static u32 cells[256];
typedef u32 (*function)(u32, u32);
"""

TAIL = """
static u32 work(void) {
    u32 sum = 1;
    for (u32 round = 0; round < 2; round++)
        for (u32 i = 0; i < COUNT; i += RUNNING) sum = sum * 31 + table[i](sum, i);
    return sum & 0x7fffffff;
}
#ifdef __wasm__
__attribute__((export_name("_start"))) void start(void) { sp_exit((int)work()); }
#else
int main(void) { printf("%u\\n", work()); return 0; }
#endif
"""


def _loop(r: random.Random) -> str:
    return (f"for (u32 i = {r.randrange(9)}; i < {r.randrange(20, 60)}; i += {r.randrange(1, 4)}) {{ cells[(a + i * {r.randrange(3, 99, 2)}) & 255] += b ^ i; "
            f"if (cells[i & 255] & {1 << r.randrange(8)}) b += cells[(b >> {r.randrange(1, 9)}) & 255] * {r.randrange(5, 999)}; else a ^= i << {r.randrange(1, 5)}; }}")  # fmt: skip


def _switch(r: random.Random) -> str:
    cases = " ".join(
        f"case {i}: {r.choice(['a += b +', 'b ^= (a >> 3) +', 'a = a * 7 + b +', 'b -= a +', 'a |= (b & 255) +'])} {r.randrange(1, 5000)}; break;"
        for i in range(r.randrange(4, 9))
    )
    return f"switch ((a ^ {r.randrange(99)}) % 11) {{ {cases} default: a ^= b; }}"


def _wide(r: random.Random) -> str:
    return (f"{{ u64 w = ((u64)a << 32 | b) * {r.randrange(10**8, 10**9)}ull; w ^= w >> {r.randrange(7, 33)}; "
            f"w += cells[w & 255]; a += (u32)w; b ^= (u32)(w >> 32); }}")  # fmt: skip


def _conditions(r: random.Random) -> str:
    return (f"if (a > b) {{ if (a & {1 << r.randrange(10)}) a -= {r.randrange(1000)}; else b += cells[a & 255]; }} "
            f"else if (b % {r.randrange(3, 30)} == 1) {{ cells[b & 255] = a; a ^= {r.randrange(10**6)}; }} else a += {r.randrange(100)};")  # fmt: skip


def source() -> str:
    """The C text."""
    r = random.Random(SEED)
    parts = [HEAD, f"#define COUNT {FUNCTIONS}u\n#define RUNNING {RUNNING}u\n"]
    for i in range(FUNCTIONS):
        statements = [r.choice((_loop, _switch, _wide, _conditions))(r) for _ in range(r.randrange(2, 5))]
        if i and r.random() < 0.5:
            statements.insert(r.randrange(len(statements)), f"if (a & {1 << r.randrange(6)}) b += f{r.randrange(i)}(b, a);")
        parts.append(f"static OWN u32 f{i}(u32 a, u32 b) {{ {' '.join(statements)} return a ^ b; }}\n")
    parts.append(f"static const function table[COUNT] = {{ {', '.join(f'f{i}' for i in range(FUNCTIONS))} }};\n")
    return "".join([*parts, TAIL])
