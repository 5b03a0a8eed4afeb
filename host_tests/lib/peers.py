"""Real peers for the network tests: TCP and UDP servers on loopback, in threads of the test's own process.

Also guests (WebAssembly modules) that make network calls and store the answers where the test can read them, and the script
that runs the guests in the firmware.
"""

import contextlib
import http.server
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from typing import Any

from machines import Firmware
from script_files import script
from wasm_text import wat

LOOPBACK = "127.0.0.1"


@contextlib.contextmanager
def tcp(handle: Callable[[socket.socket], object], backlog: int = 64) -> Iterator[int]:
    """Serves TCP connections, each in a thread: handle(connection). Gives the port; closes everything at the end.

    An exception in a handler fails the test, except for a connection that breaks off.
    """
    listener = socket.create_server((LOOPBACK, 0), backlog=backlog)
    failures: list[Exception] = []
    threads: list[threading.Thread] = []
    connections: list[socket.socket] = []

    def run(connection: socket.socket) -> None:
        try:
            with connection:
                handle(connection)
        except (ConnectionError, TimeoutError):
            pass
        except OSError as error:
            if error.errno != 9:  # the socket was closed at the end of the test
                failures.append(error)
        except Exception as error:
            failures.append(error)

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            connection.settimeout(60)
            connections.append(connection)
            threads.append(threading.Thread(target=run, args=(connection,), daemon=True))
            threads[-1].start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(10)
        for connection in connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            thread.join(10)
    assert not failures, failures


@contextlib.contextmanager
def udp(handle: Callable[[bytes, Callable[[bytes], object]], object]) -> Iterator[int]:
    """Serves datagrams: handle(datagram, send) where send(bytes) answers its sender. Gives the port."""
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind((LOOPBACK, 0))
    server.settimeout(0.1)
    stop = threading.Event()
    failures: list[Exception] = []

    def serve() -> None:
        while not stop.is_set():
            try:
                data, sender = server.recvfrom(65536)
            except TimeoutError:
                continue
            except OSError:
                return
            try:
                handle(data, lambda answer: server.sendto(answer, sender))
            except Exception as error:
                failures.append(error)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield server.getsockname()[1]
    finally:
        stop.set()
        thread.join(10)
        server.close()
    assert not failures, failures


@contextlib.contextmanager
def web(pages: dict[str, bytes], before: Callable[[], None] = lambda: None) -> Iterator[tuple[int, list[tuple[str, str | None]]]]:
    """Python's HTTP server with pages {path: bytes}; gives (port, list of (path, host) of the requests).

    `before`: called in the thread of each request before it is answered.
    """
    asked: list[tuple[str, str | None]] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append((self.path, self.headers.get("Host")))
            body = pages.get(self.path)
            before()
            if body is None:
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            pass

    class Server(http.server.ThreadingHTTPServer):
        request_queue_size = 64
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server.server_port, asked
        finally:
            server.shutdown()
            thread.join(10)


@contextlib.contextmanager
def full_backlog() -> Iterator[int]:
    """A port that never accepts a connection: its queue is full, so further connections wait for ever."""
    with socket.socket() as listener, contextlib.ExitStack() as stack:
        listener.bind((LOOPBACK, 0))
        listener.listen(0)
        for _ in range(4):
            client = stack.enter_context(socket.socket())
            client.setblocking(False)
            client.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


def free_port(kind: int = socket.SOCK_STREAM) -> int:
    """A port at which nobody listens, now and very probably later."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind((LOOPBACK, 0))
        return probe.getsockname()[1]


def reset(connection: socket.socket) -> None:
    """Breaks a connection off: the other side gets a reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


# ---------------------------------------------------------------- guests

HOST, NET, RESULTS, BUFFER = 0, 256, 512, 4096  # offsets in a guest's memory
FOREVER = 2**29 - 1


def guest(body: str, host: str = LOOPBACK, name: str = "net") -> bytes:
    """A module that runs `body` (WebAssembly text) and sleeps for ever.

    In the body $net and $s are capabilities, and (call $put x) stores a result. `connect`, `send` and others below make
    expressions for the body.
    """
    return wat(f"""(module
 (import "sovelma" "sp_net_connect" (func $connect (param i32 i32 i32 i32 i32 i32) (result i32)))
 (import "sovelma" "sp_net_send" (func $send (param i32 i32 i32 i32) (result i32)))
 (import "sovelma" "sp_net_recv" (func $recv (param i32 i32 i32 i32) (result i32)))
 (import "sovelma" "sp_net_close" (func $close (param i32) (result i32)))
 (import "sovelma" "sp_cap_find" (func $find (param i32 i32) (result i32)))
 (import "sovelma" "sp_sleep" (func $sleep (param i32) (result i32)))
 (import "sovelma" "sp_time" (func $time (param i32) (result i64)))
 (memory (export "memory") 1) (data (i32.const {HOST}) "{host}") (data (i32.const {NET}) "{name}")
 (global $count (mut i32) (i32.const 0))
 (func $put (param i32)
  (i32.store (i32.add (i32.const {RESULTS}) (i32.shl (global.get $count) (i32.const 2))) (local.get 0))
  (global.set $count (i32.add (global.get $count) (i32.const 1))))
 (func (export "_start") (local $net i32) (local $s i32) (local $n i32) (local $i i32) (local $t i64)
  (local.set $net (call $find (i32.const {NET}) (i32.const {len(name)})))
  {body}
  (drop (call $sleep (i32.const {FOREVER})))))""")


def connect(port: int, host: str = LOOPBACK, flags: int = 0, timeout: int = 5000, at: int = HOST) -> str:
    """sp_net_connect to the host whose name lies at offset `at`."""
    return (f"(call $connect (local.get $net) (i32.const {at}) (i32.const {len(host)}) (i32.const {port})"
            f" (i32.const {flags}) (i32.const {timeout}))")  # fmt: skip


def open_s(port: int, **options: Any) -> str:
    """Connects and stores the answer in $s."""
    return f"(local.set $s {connect(port, **options)})"


def send(address: int, length: int, timeout: int = 5000) -> str:
    return f"(call $send (local.get $s) (i32.const {address}) (i32.const {length}) (i32.const {timeout}))"


def recv(length: int, timeout: int = 5000, address: int = BUFFER) -> str:
    return f"(call $recv (local.get $s) (i32.const {address}) (i32.const {length}) (i32.const {timeout}))"


def put(*expressions: str) -> str:
    """Stores the value of each expression as a result."""
    return " ".join(f"(call $put {expression})" for expression in expressions)


CLOSE = "(call $close (local.get $s))"

# In the firmware: runs tasks with a network capability until all of them sleep for ever or are over.
SETUP = script(__file__, "network_guests")


def run(firmware: Firmware, module: bytes, count: int, extra: str = "", **values: Any) -> Any:
    """Runs one guest until it has finished; returns its first `count` results."""
    return firmware.script(
        SETUP
        + f"""
{extra}
task = add("a", wasm["a"])
settle()
answer(results(task, {count}))
""",
        wasm={"a": module},
        **values,
    )
