"""Every call of the ABI in every way it can end, for tests that must not forget one.

A case is a C statement that a task repeats. All cases are in one module, which reads from a file which case it runs. Some cases
have the arguments of the worst case. Some are answered with an error. The others are generated from firmware/abi.toml, and the
runtime refuses one of their arguments. The peers that the cases talk to are real.
"""

import contextlib
import functools
import pathlib
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from dns import A, ALIAS, answer, question, record
from modules import compiled
from peers import free_port, full_backlog, tcp, udp
from abi_definition import ABI
from abi_definition import wasm_arguments
from script_files import script

CALLS = {call["name"]: call for call in ABI["call"]}
DEEP = "/".join(["a" * 15] * 15 + ["b" * 15])  # 255 bytes, sixteen steps down
# Opens many files through the last of twelve directories, each opened through the one before it. Then closes all of them, the
# directories first, so that each directory leaves its children to the one above it.
INHERIT = """
    chain[0] = sp_fs_open(directory, "d", 1, 33);
    for (int i = 1; i < 12; i++) chain[i] = sp_fs_open(chain[i - 1], "d", 1, 33);
    for (int i = 0; i < 220; i++) files[i] = sp_fs_open(chain[11], "f", 1, 1);
    for (int i = 11; i >= 0; i--) sp_fs_close(chain[i]);
    for (int i = 0; i < 220; i++) sp_fs_close(files[i]);"""

# {call: {case: C statements that are repeated}}. The arguments of the worst case, one case for each way through the kernel.
WORST = {
    "sp_yield": {"": "sp_yield();"},
    "sp_sleep": {"for no time": "sp_sleep(0);"},
    "sp_log": {
        "every byte escaped": "sp_log(SP_LOG_ERROR, escapes, 256);",
        "every byte a letter": "sp_log(SP_LOG_ERROR, DEEP, 255);",
        "a byte": "sp_log(SP_LOG_INFO, DEEP, 1);",
        "not shown": "sp_log(SP_LOG_DEBUG, escapes, 256);",
    },
    "sp_time": {"monotonic": "sp_time(SP_CLOCK_MONOTONIC);", "UTC": "sp_time(SP_CLOCK_UTC);"},
    "sp_random": {f"{size} bytes": f"sp_random(buffer, {size});" for size in (0, 1, 256)},
    "sp_memory_bytes": {"": "sp_memory_bytes();"},
    "sp_cap_find": {
        "the last of many": 'sp_cap_find("zzzzzz", 6);',
        "nothing there": 'sp_cap_find("zzzzz", 5);',
        "64 bytes": "sp_cap_find(DEEP, 64);",
    },
    "sp_cap_list": {"two hundred": "sp_cap_list(buffer, 1020);", "for their number": "sp_cap_list(buffer, 3);"},
    "sp_cap_info": {"the last of many": "sp_cap_info(last, buffer, 72);"},
    "sp_cap_derive": {
        "and dropped": "sp_cap_drop(sp_cap_derive(file, 3));",
        "not its right": "sp_cap_derive(input, 2);",
    },
    "sp_cap_drop": {"what others were made of": "n = sp_cap_derive(file, 1); sp_cap_derive(n, 1); sp_cap_drop(n); sp_cap_revoke(file);"},
    "sp_cap_revoke": {
        "a chain of forty": "n = file; for (int i = 0; i < 40; i++) n = sp_cap_derive(n, 1); sp_cap_revoke(file);",
        "forty side by side": "for (int i = 0; i < 40; i++) sp_cap_derive(file, 1); sp_cap_revoke(file);",
        "nothing below": "sp_cap_revoke(input);",
    },
    "sp_ipc_call": {"nobody waits": "sp_ipc_call(end, buffer, 256, buffer + 256, 272, file, 1, 0);"},
    "sp_ipc_receive": {
        "nobody calls": "sp_ipc_receive(end, buffer, 272, 1, 0);",
        "bits": "sp_notify_bind(note, end); sp_notify_signal(note, 1); sp_ipc_receive(end, buffer, 272, 1, 0);",
    },
    "sp_ipc_reply": {"to nobody": "sp_ipc_reply(end, 1, buffer, 256, file);"},
    "sp_notify_signal": {"": "sp_notify_signal(note, 1);", "an endpoint": "sp_notify_bind(note, end); for (;;) sp_notify_signal(note, 3);"},
    "sp_notify_wait": {"signalled": "sp_notify_signal(note, 3); sp_notify_wait(note, 1, -1);", "not signalled": "sp_notify_wait(note, 4, 0);"},
    "sp_notify_bind": {"to an endpoint": "sp_notify_bind(note, end);", "to none": "sp_notify_bind(note, 0);"},
    "sp_sync_lock": {"and unlocked": "sp_sync_lock(lock, -1); sp_sync_unlock(lock);", "held already": "sp_sync_lock(lock, 0); sp_sync_lock(lock, 0);"},
    "sp_sync_unlock": {"held": "sp_sync_lock(lock, -1); sp_sync_unlock(lock);", "not held": "sp_sync_unlock(lock);"},
    "sp_sync_take": {"given": "sp_sync_give(count, 1); sp_sync_take(count, -1);", "not given": "sp_sync_take(count, 0);"},
    "sp_sleep_until": {"past": "sp_sleep_until(0);", "soon": "sp_sleep_until(sp_time(0) + 1);"},
    "sp_cap_create": {
        "and dropped": "sp_cap_drop(sp_cap_create(SP_KIND_ENDPOINT, 0));",
        "a buffer": "sp_cap_drop(sp_cap_create(SP_KIND_MEMORY, 4096));",
        "a timer": "sp_cap_drop(sp_cap_create(SP_KIND_TIMER, 0));",
        "of no kind": "sp_cap_create(1, 0);",
    },
    "sp_mem_read": {f"{size} bytes": f"sp_mem_read(memory, buffer, {size}, 0);" for size in (0, 1, 4096)},
    "sp_mem_write": {f"{size} bytes": f"sp_mem_write(memory, buffer, {size}, 0);" for size in (0, 1, 4096)},
    "sp_mem_size": {"": "sp_mem_size(memory);"},
    "sp_mem_derive": {"and dropped": "sp_cap_drop(sp_mem_derive(memory, 1, 100, 3));", "not within": "sp_mem_derive(memory, 1, 65535, 3);"},
    "sp_timer_set": {
        "far away": "sp_timer_set(tick, 1ll << 60, 0);", "past": "sp_timer_set(tick, 1, 0);",
        "bound": "sp_timer_bind(tick, note, 1); for (;;) { sp_timer_set(tick, 1, 0); sp_notify_wait(note, 1, -1); }",
    },
    "sp_timer_wait": {"not due": "sp_timer_wait(tick, 0);"},
    "sp_timer_bind": {"to a notification": "sp_timer_bind(tick, note, 1);", "to none": "sp_timer_bind(tick, 0, 1);"},
    "sp_irq_wait": {"no edge": "sp_irq_wait(edges, 0);"},
    "sp_irq_bind": {"to a notification": "sp_irq_bind(edges, note, 1);", "to none": "sp_irq_bind(edges, 0, 1);"},
    "sp_task_wait": {"no end": "sp_task_wait(other, 0);"},
    "sp_task_bind": {"to a notification": "sp_task_bind(other, note, 1);", "to none": "sp_task_bind(other, 0, 1);"},
    "sp_task_start": {"and stopped": "sp_task_start(other); sp_task_stop(other);", "started": "sp_task_start(other); for (;;) sp_task_start(other);"},
    "sp_task_stop": {"over": "sp_task_stop(other);"},
    "sp_sync_give": {"and taken": "sp_sync_give(count, 1); sp_sync_take(count, -1);"},
    "sp_fs_open": {
        "sixteen down": "sp_fs_close(sp_fs_open(directory, DEEP, 255, 3));",
        "of 255 bytes, not there": 'sp_fs_close(sp_fs_open(directory, DEEP + 1, 254, 3));',
        "truncating": 'sp_fs_close(sp_fs_open(directory, "f", 1, 15));',
        "a directory": 'sp_fs_close(sp_fs_open(directory, "d", 1, 33));',
        "nothing there": 'sp_fs_open(directory, "g", 1, 1);',
        "no room for another": 'sp_fs_open(full, "g", 1, 7);',
        "sixteen down on the host": "sp_fs_close(sp_fs_open(mounted, DEEP, 255, 3));",
        "truncating on the host": 'sp_fs_close(sp_fs_open(mounted, "f", 1, 15));',
    },
    "sp_fs_read": {
        f"{size} bytes {how}": f"sp_fs_read(file, buffer, {size}, {at});"
        for size in (0, 1, 4096) for how, at in (("over block borders", 511), ("at the end", 2**30 - 1))
    } | {"of a gap": "sp_fs_read(file, buffer, 4096, 20000);",
         "4096 bytes on the host": "sp_fs_read(host, buffer, 4096, 1);", "a byte on the host": "sp_fs_read(host, buffer, 1, 1);"},
    "sp_fs_write": {
        "4096 bytes over block borders": "sp_fs_write(file, buffer, 4096, 511);",
        "a byte": "sp_fs_write(file, buffer, 1, 511);",
        "appending": "sp_fs_write(log, buffer, 1, -1);",
        "behind a gap": 'n = sp_fs_open(directory, "f", 1, 15); sp_fs_write(n, buffer, 1, 900000); sp_fs_close(n);',
        "4096 bytes anew": 'n = sp_fs_open(directory, "f", 1, 15); sp_fs_write(n, buffer, 4096, 0); sp_fs_close(n);',
        "no room": "sp_fs_write(file, buffer, 1, 1 << 29);",
        "4096 bytes on the host": "sp_fs_write(host, buffer, 4096, 1);",
        "a byte on the host": "sp_fs_write(host, buffer, 1, 1);",
    },
    "sp_fs_size": {"": "sp_fs_size(file);", "on the host": "sp_fs_size(host);"},
    "sp_fs_close": {"leaving many children": INHERIT},
    "sp_gpio_read": {"input": "sp_gpio_read(input);", "output": "sp_gpio_read(output);"},
    "sp_gpio_write": {"every time another level": "sp_gpio_write(output, ++n & 1);"},
    "sp_net_connect": {
        "datagrams": "sp_net_close(sp_net_connect(net, HOST, 9, DATAGRAMS, SP_NET_UDP, 0));",
        "accepted": "sp_net_close(sp_net_connect(net, HOST, 9, LISTENER, 0, 0));",
        "refused": "sp_net_connect(net, HOST, 9, NOBODY, 0, 0);",
        "no time": "sp_net_connect(net, HOST, 9, FULL, 0, 0);",
        "a name with four addresses": 'sp_net_connect(net, "four.test", 9, NOBODY, 0, 1000);',
        "names that do not exist": "buffer[0] = 'a' + ++n % 26; buffer[1] = 'a' + n / 26 % 26; sp_net_connect(net, buffer, 7, NOBODY, 0, 1000);",
        "aliases": "alias[0] = 'a' + ++n % 26; alias[1] = 'a' + n / 26 % 26; sp_net_connect(net, alias, 8, NOBODY, 0, 1000);",
        "not allowed": "sp_net_connect(net, DEEP, 253, 80, 0, 0);",
    },
    "sp_net_send": {
        "a byte": "sp_net_send(source, buffer, 1, -1);",
        "4096 bytes": "sp_net_send(source, buffer, 4096, -1);",
        "a datagram": "sp_net_send(datagrams, buffer, 1, 0);",
        "the largest datagram": "sp_net_send(datagrams, buffer, 4096, 0);",
        "no time": "sp_net_send(stuck, buffer, 4096, 0);",
    },
    "sp_net_recv": {
        "a byte": "sp_net_recv(source, buffer, 1, -1);",
        "4096 bytes": "sp_net_recv(source, buffer, 4096, -1);",
        "no time": "sp_net_recv(stuck, buffer, 1, 0);",
    },
    "sp_net_close": {"nothing to close": "sp_net_close(0);"},     # open sockets are closed in the cases of sp_net_connect
}  # fmt: skip

# The cases that end with an error.
REFUSED = {"nothing there", "64 bytes", "of 255 bytes, not there", "no room for another", "no room", "refused", "no time",
           "a name with four addresses", "names that do not exist", "aliases", "not allowed", "nothing to close",
           "not its right", "nobody waits", "nobody calls", "to nobody", "not signalled", "held already", "not held", "not given", "of no kind", "not within", "not due", "no edge", "no end", "started"}  # fmt: skip


def refusals(name: str) -> dict[str, str]:
    """{case: statement} of the calls that the runtime or the kernel refuses before any handler runs."""
    arguments = list(wasm_arguments(CALLS[name]))
    good = [{"pointer": "buffer", "length": 1}.get(kind, argument.get("min", 0)) for kind, argument in arguments]
    found = {}
    for position, (kind, argument) in enumerate(arguments):
        wrong = {"int": argument["max"] + 1 if argument.get("max", 2**31) < 2**31 - 1 else None, "flags": -(2**31), "timeout": -2,
                 "length": 4097 if argument.get("over") == "refuse" else None, "cap": 1}.get(kind)  # fmt: skip
        if wrong is not None:
            words = ", ".join(str(word) for word in [*good[:position], wrong, *good[position + 1 :]])
            found[f"refused for its {argument['name']}"] = f"{name}({words});"
    return found


CASES = {
    f"{name}: {case}": statement
    for name in CALLS
    if name != "sp_exit"
    for case, statement in {**WORST.get(name, {}), **refusals(name)}.items()
}


def parameter(label: str) -> Any:
    """A case as a parameter of a test, marked for the machines that can run it."""
    if label.startswith("sp_net") and "refused for" not in label:
        return pytest.param(label, marks=pytest.mark.pc("sockets"))
    return pytest.param(label, marks=pytest.mark.pc("files of the host")) if "on the host" in label else label


SOURCE = """
#include "sovelma.h"
#define HOST "127.0.0.1"
static const char DEEP[] = "%(deep)s";
static unsigned char escapes[256], buffer[4096], alias[] = "aaa.test";
static int chain[12], files[220];
#define FIND(name) sp_cap_find(#name, sizeof #name - 1)
__attribute__((export_name("_start"))) void start(void)
{
    int directory = FIND(directory), file = FIND(file), log = FIND(log), mounted = FIND(mounted), full = FIND(full), net = FIND(net);
    int input = FIND(input), output = FIND(output), last = FIND(zzzzzz), end = FIND(end), note = FIND(note), lock = FIND(lock), count = FIND(count), edges = FIND(edges), other = FIND(other), memory = FIND(memory), ports = FIND(ports), n = 0;
    int port[7] = { 0 }, tick = sp_cap_create(SP_KIND_TIMER, 0);
    for (int i = 0; i < 8; i++) buffer[i] = "xx.test"[i];
    sp_fs_read(ports, port, sizeof port, 0);
    int which = port[0], DATAGRAMS = port[1], SOURCE = port[2], NOBODY = port[3], FULL = port[4], STUCK = port[5], LISTENER = port[6];
    int datagrams = sp_net_connect(net, HOST, 9, DATAGRAMS, SP_NET_UDP, 1000);
    int source = sp_net_connect(net, HOST, 9, SOURCE, 0, 1000), stuck = sp_net_connect(net, HOST, 9, STUCK, 0, 1000);
    int host = sp_fs_open(mounted, "big", 3, 3);
    while (which == %(stuck)d && sp_net_send(stuck, buffer, 4096, 100) > 0) { }
    sp_log(SP_LOG_INFO, "ready", 5);
    switch (which) {
%(cases)s
    default: for (;;) __asm__ volatile("");
    }
}
"""


@functools.cache
def module() -> bytes:
    """All cases in one module, which reads from a file which case it runs."""
    labels = list(CASES)
    cases = "\n".join(f"    case {number}: for (;;) {{ {CASES[label]} }}" for number, label in enumerate(labels))
    return compiled(SOURCE % {"deep": DEEP, "cases": cases, "stuck": labels.index("sp_net_send: no time")}, stack=512)


# In the firmware: `storm(n)` is a task that runs case n, with all grants it needs; its log says when it begins.
SETUP = script(__file__, "every_call")


def name_server(data: bytes, send: Callable[[bytes], object]) -> None:
    """Answers with four addresses for one name, with an address behind an alias for names of three letters, and with none for all others."""
    name = question(data)
    if name == "four.test":
        send(answer(data, [record(name, A, "127.0.0.1", ttl=0)] * 4))
    elif len(name) == len("aaa.test"):
        send(answer(data, [record(name, ALIAS, "real.test"), record("real.test", A, "127.0.0.1")]))
    else:
        send(answer(data, code=3))


def source(connection: socket.socket) -> None:
    """Sends for ever and receives everything that comes."""

    def take() -> None:
        with contextlib.suppress(OSError):
            while connection.recv(1 << 20):
                pass

    threading.Thread(target=take, daemon=True).start()
    while True:
        connection.sendall(bytes(65536))


@contextlib.contextmanager
def peers() -> Iterator[tuple[list[int], int]]:
    """Runs the peers; gives (ports in the order of the module's `ports`, port of the name server)."""
    over = threading.Event()
    with contextlib.ExitStack() as stack:
        stack.callback(over.set)
        ports = [stack.enter_context(server) for server in (udp(lambda data, send: None), tcp(source))]
        ports += [free_port(), stack.enter_context(full_backlog()), stack.enter_context(tcp(lambda connection: over.wait(600)))]
        ports.append(stack.enter_context(tcp(lambda connection: None, backlog=4096)))
        yield ports, stack.enter_context(udp(name_server))
        over.set()


def host_files(path: pathlib.Path) -> str:
    """Makes files like those of the RamFS below a directory of the host; returns it as text."""
    (path / DEEP).parent.mkdir(parents=True)
    for name in (DEEP, "f"):
        (path / name).touch()
    (path / "big").write_bytes(bytes(10000))
    return str(path)


def values(ports: list[int], server: int, root: str, label: str) -> dict[str, object]:
    """The values that SETUP needs to run a case."""
    return dict(which=list(CASES).index(label), ports=ports, name_server=server, root=root, deep=DEEP,
                names=200 if label.startswith(("sp_cap_find", "sp_cap_list", "sp_cap_info")) else 0)  # fmt: skip
