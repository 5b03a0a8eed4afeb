"""The SDK: formatting against Python's, a heap against its own pattern, panics that reach the crash record."""

import random
import re

import pytest
from modules import RUN, compiled

MAIN = '__attribute__((export_name("_start"))) void start(void)\n{\n%s\n}\n'


def literal(text):
    """A C string literal."""
    return '"' + "".join(c if c.isalnum() or c in " %.-*" else f"\\{ord(c):03o}" for c in text) + '"'


def random_conversion(generator):
    """(format, C arguments, what Python makes of it)."""
    flag = generator.choice(["", "", "0"])
    width = generator.choice(["", "", "1", "5", "12"])
    kind = generator.choice(["d", "i", "u", "x", "c", "s", "%", "lld", "llu", "llx", "ld", "zu"])
    bits = 64 if "ll" in kind else 32
    if kind == "%":
        return "%%", [], "%"
    if kind == "c":
        c = chr(generator.randint(33, 126))
        return f"%{flag.replace('0', '')}{width}c", [str(ord(c))], f"%{flag.replace('0', '')}{width}c" % c
    if kind == "s":
        text = "".join(generator.choices("abc xyz", k=generator.randint(0, 9)))
        precision = generator.choice(["", "", ".3", ".0"])
        form = f"%{flag.replace('0', '')}{width}{precision}s"
        return form, [literal(text)], form % text
    signed = kind[-1] in "di"
    value = generator.choice([0, 1, 7, 2 ** (bits - 1) - 1, generator.randrange(2 ** (bits - 1))])
    if signed and generator.random() < 0.5:
        value = -value - (value == 2 ** (bits - 1) - 1)
    elif not signed and generator.random() < 0.5:
        value = 2**bits - 1 - value
    python = f"%{flag}{width}{'d' if kind[-1] in 'diu' else kind[-1]}" % value
    number = f"({'' if signed else 'u'}int{bits}_t){value % 2**bits}ull"
    return f"%{flag}{width}{kind}", [number.replace("uint32_t", "unsigned long") if "z" in kind else number], python


def test_formatting_is_that_of_printf(firmware):
    generator = random.Random(5)
    calls, wanted = [], []
    for _ in range(120):
        parts = [random_conversion(generator) for _ in range(3)]
        form = "|".join(part[0] for part in parts)
        arguments = [argument for part in parts for argument in part[1]]
        calls.append(f'    put({", ".join([literal(form), *arguments])});')
        wanted.append("|".join(part[2] for part in parts))
    source = '#include "sovelma_format.h"\n' + """
#define put(...) do { int32_t n = (int32_t)format_text(line, sizeof line, __VA_ARGS__); \\
    while (sp_log(SP_LOG_INFO, line, (uint32_t)n) < 0) sp_sleep(10); } while (0)
static char line[100];
""" + MAIN % "\n".join(calls)
    # the compiler's own opinion of formats is about 64-bit types of its own names
    source = "#pragma clang diagnostic ignored \"-Wformat\"\n" + source
    lines = firmware.script(RUN + """
run(wasm["format"], 16384)
answer("".join(shown).split("\\n"))
""", wasm={"format": compiled(source, 8192)})
    got = [line[3:].replace("\\\\", "\\") for line in lines if line.startswith("t: ") and not line.endswith("dropped)")]
    assert got == wanted


def test_formatting_is_cut_and_unknown_conversions_end_it(firmware):
    source = '#include "sovelma_format.h"\nstatic char line[9];\n' + MAIN % """
    uint32_t n = format_text(line, 8, "0123456789%d", 42);
    log_format(SP_LOG_INFO, "%u %.8s %d", n, line, line[8]);
    log_format(SP_LOG_INFO, "%.*s|%5d|%05d|%5.2s|", 3, "abcdef", -42, -42, "xyz");
    const char *unknown = "%d %f %d";
    log_format(SP_LOG_INFO, unknown, 1, 2.0, 3);
    log_format(SP_LOG_INFO, "%0300d", 7);"""
    lines = firmware.script(RUN + """
task = run(wasm["cut"], 4096)
answer(["".join(shown).split("\\n"), task.result])
""", wasm={"cut": compiled('#pragma clang diagnostic ignored "-Wformat-nonliteral"\n' + source, 1024)})
    assert lines == [["t: 12 01234567 0", "t: abc|  -42|-0042|   xy|", "t: 1 %f %d", "t: " + "0" * 256, ""], 0]


HEAP = """
#include "sovelma_malloc.h"
#include "sovelma_panic.h"
#define BLOCKS 40
static unsigned char *block[BLOCKS];
static uint32_t size[BLOCKS];
static uint32_t state = SEED;
static uint32_t dice(uint32_t sides) { state = state * 1664525u + 1013904223u; return (state >> 8) % sides; }
static void verify(uint32_t i) { for (uint32_t j = 0; j < size[i]; j++) check(block[i][j] == (unsigned char)(i * 7 + j)); }
static void paint(uint32_t i) { for (uint32_t j = 0; j < size[i]; j++) block[i][j] = (unsigned char)(i * 7 + j); }
""" + MAIN % """
    uint32_t failures = 0, most = 0;
    for (int32_t step = 0; step < 4000; step++) {
        uint32_t i = dice(BLOCKS), wanted = dice(4) ? dice(60) : dice(900);
        if (!block[i]) {
            size[i] = wanted;
            block[i] = dice(2) ? malloc(wanted) : calloc(1, wanted);
            if (!block[i]) { failures++; continue; }
            check(((uintptr_t)block[i] & 7) == 0);
            check((uintptr_t)block[i] >= (uintptr_t)&__heap_base);
            check((uintptr_t)block[i] + wanted <= (uintptr_t)sp_memory_bytes());
            paint(i);
        } else if (dice(3) == 0) {
            uint32_t old = size[i];
            unsigned char *moved = realloc(block[i], wanted);
            if (!moved) { verify(i); failures++; continue; }
            block[i] = moved;
            size[i] = wanted < old ? wanted : old;
            verify(i);
            size[i] = wanted;
            paint(i);
        } else {
            verify(i);
            free(block[i]);
            block[i] = NULL;
        }
        uint32_t total = 0;
        for (uint32_t k = 0; k < BLOCKS; k++)
            total += block[k] ? size[k] : 0;
        if (total > most) most = total;
    }
    for (uint32_t i = 0; i < BLOCKS; i++) {
        if (block[i]) verify(i);
        free(block[i]);
    }
    uint32_t all = (uint32_t)sp_memory_bytes() - (uint32_t)(uintptr_t)&__heap_base;
    unsigned char *whole = malloc(all - 24);
    check(whole);
    free(whole);
    unsigned char *zeros = calloc(all / 2 - 20, 2);
    check(zeros);
    for (uint32_t i = 0; i < all - 40; i++) check(zeros[i] == 0);
    check(!calloc(0x10000, 0x10001));
    check(!malloc(0xfffffff8) && !malloc(0xffffffff));
    log_format(SP_LOG_INFO, "%u %u", failures, most);"""


@pytest.mark.parametrize("memory", [8192, 16384])
def test_the_heap_keeps_what_it_gave_and_gets_everything_back(firmware, memory):
    """Blocks of random sizes, painted and checked; some requests must fail; at the end all is one piece again."""
    for seed in (1, 2):
        shown, result, record = firmware.script(RUN + """
task = run(wasm["heap"], memory)
answer(["".join(shown), task.result, task.record and task.record.reason])
""", wasm={"heap": compiled(HEAP.replace("SEED", str(seed)))}, memory=memory)
        assert result == 0, shown
        failures, maximum = map(int, re.search(r"t: (\d+) (\d+)", shown).groups())
        assert maximum > memory / 3 and (failures > 0) == (memory == 8192)


@pytest.mark.parametrize("body", [
    "free(malloc(8)); free(malloc(8) ? (char *)malloc(8) + 8 : 0);", "void *p = malloc(8); free(p); free(p);",
    "malloc(8); free((char *)&__heap_base - 8);", "char *p = malloc(64); free(p + 4);",
])  # fmt: skip
def test_freeing_what_was_not_given_is_a_fault(firmware, body):
    record = firmware.script(RUN + """
task = run(wasm["free"], 4096)
answer(task.record and task.record.reason)
""", wasm={"free": compiled('#include "sovelma_malloc.h"\n' + MAIN % ("    " + body))})
    assert record and "unreachable" in record


def test_without_memory_in_the_manifest_there_is_no_heap(firmware):
    source = '#include "sovelma_malloc.h"\n' + MAIN % """
    if (malloc(1) || malloc(0) || calloc(1, 1) || realloc(NULL, 8)) sp_exit(1);
    free(NULL);"""
    assert firmware.script(RUN + 'answer(run(wasm["none"]).result)', wasm={"none": compiled(source)}) == 0


PANIC = '#include "sovelma_panic.h"\n' + MAIN

PANICS = """
def record(module, lines=0):
    task = run(module, 4096)
    return [task.record and task.record.lines("t"), task.record and task.record.reason, "".join(shown).count("spam")]
"""


def test_a_panic_lands_in_the_crash_record(firmware):
    lines, reason, _ = firmware.script(RUN + PANICS + 'answer(record(wasm["panic"]))', wasm={"panic": compiled(
        PANIC % '    log_format(SP_LOG_INFO, "before"); panic("no room for %d lines of \\"%s\\"\\x1b", 42, "text");')})  # fmt: skip
    assert reason.startswith(r'no room for 42 lines of "text"\x1b (') and "unreachable" in reason
    assert lines[0] == "t: fault: " + reason and "panic" in lines[1]


def test_a_panic_is_recorded_even_when_the_log_is_full(firmware):
    _, reason, shown = firmware.script(RUN + PANICS + 'answer(record(wasm["panic"]))', wasm={"panic": compiled(
        PANIC % '    for (int i = 0; i < 500; i++) sp_log(SP_LOG_INFO, "spam", 4);\n    panic("the last words");')})  # fmt: skip
    assert reason.startswith("the last words (") and shown < 100


def test_check_tells_file_line_and_condition_and_a_true_one_nothing(firmware):
    _, reason, _ = firmware.script(RUN + PANICS + 'answer(record(wasm["check"]))', wasm={"check": compiled(
        PANIC % '    check(sp_yield() == 0);\n    check(sp_sleep(-1) == 0);')})  # fmt: skip
    assert re.match(r"\S+module\.c:\d+: sp_sleep\(-1\) == 0 \(.*unreachable", reason)


@pytest.mark.parametrize("body", [
    'sp_log(SP_LOG_ERROR, "old", 3); sp_yield(); __builtin_trap();', 'sp_log(SP_LOG_INFO, "news", 4); __builtin_trap();',
    'sp_log(SP_LOG_ERROR, "old", 3); sp_log(SP_LOG_DEBUG, "new", 3); __builtin_trap();', "__builtin_trap();",
])  # fmt: skip
def test_an_error_line_is_the_reason_only_where_it_is_the_last_thing_done(firmware, body):
    _, reason, _ = firmware.script(RUN + PANICS + 'answer(record(wasm["trap"]))', wasm={"trap": compiled(PANIC % ("    " + body))})
    assert "(" not in reason and "unreachable" in reason
