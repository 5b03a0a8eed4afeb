"""The demo module fetch against a real HTTP server (Python's), started by a boot manifest."""

import json
import os
import random
import re
import socket
import subprocess
import threading
import zlib

import pytest
from demo import table
from wasm_text import wat
from peers import free_port, full_backlog, tcp, web
from machines import ROOT

pytestmark = pytest.mark.pc("sockets")

MODULE = ROOT / "build" / "modules" / "fetch.wasm"
# Computes for a while and ends.
COUNT = wat("""(module (memory (export "memory") 1) (func (export "_start") (local $i i32)
 (loop $l (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 100000000))))))""")


def system(directory, urls, port, others=(), **more):
    """A manifest with one fetch for each URL."""
    tasks = []
    for index, url in enumerate(urls):
        tasks.append({"name": f"fetch{index}", "module": str(MODULE), "args": [url], "caps": {
            "net": {"net": {"allow": ["localhost", "127.0.0.1"], "ports": [port], "sockets": 1}}}})  # fmt: skip
    path = directory / "system.json"
    path.write_text(json.dumps({"version": 1, "tasks": tasks + list(others), **more}))
    return path


def boot(firmware, path, seconds=20, options=(), timeout=120):
    return subprocess.run([firmware.path, *options, "-m", "sovelma", "run", path, "--for", str(seconds)], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=timeout)  # fmt: skip


def told(body, status="HTTP/1.0 200 OK"):
    return f"{status}, {len(body)} bytes, Adler-32 {zlib.adler32(body)}"


def lines(result, name):
    return [line[len(name) + 2:] for line in result.stdout.splitlines() if line.startswith(name + ": ")]


@pytest.mark.parametrize("size", [0, 1, 1023, 1024, 5000, 100_000])
def test_a_page(firmware, tmp_path, size):
    body = random.Random(size).randbytes(size)
    with web({"/page": body}) as (port, asked):
        result = boot(firmware, system(tmp_path, [f"http://localhost:{port}/page"], port))
    assert result.returncode == 0, result.stdout + result.stderr
    assert lines(result, "fetch0") == [told(body)]
    assert asked == [("/page", f"localhost:{port}")]


def test_a_body_that_looks_like_a_header(firmware, tmp_path):
    body = b"\r\n\r\nHTTP/1.0 500\r\n\r\n\n\n"
    with web({"/": body}) as (port, asked):
        result = boot(firmware, system(tmp_path, [f"http://127.0.0.1:{port}"], port))
    assert lines(result, "fetch0") == [told(body)] and asked[0][0] == "/"


def test_a_page_that_is_not_there(firmware, tmp_path):
    with web({}) as (port, _):
        result = boot(firmware, system(tmp_path, [f"http://127.0.0.1:{port}/nowhere"], port))
    (text,) = lines(result, "fetch0")
    assert text.startswith("HTTP/1.0 404 Not Found, ") and result.returncode == 0


def test_ten_megabytes_through_a_few_kilobytes(firmware, tmp_path):
    """The task's whole region is 14 KB; the kernel's heap may have 192 KB in all, so nothing is kept anywhere."""
    body = random.Random(1).randbytes(10 << 20)
    with web({"/big": body}) as (port, _):
        result = boot(firmware, system(tmp_path, [f"http://127.0.0.1:{port}/big"], port), options=("-X", "heapsize=192k"))
    assert result.returncode == 0, result.stdout + result.stderr
    assert lines(result, "fetch0") == [told(body)]
    region = int(re.search(r"task fetch0: .*region (\d+) bytes", result.stdout)[1])
    assert region <= 16384


def test_twenty_at_once(firmware, tmp_path):
    """All twenty are connected at the same time before any gets an answer; a task that computes runs beside them."""
    bodies = {f"/{i}": random.Random(i).randbytes(20_000 + i) for i in range(20)}
    everybody = threading.Barrier(20)
    with web(bodies, lambda: everybody.wait(30)) as (port, asked):
        path = system(tmp_path, [f"http://127.0.0.1:{port}/{i}" for i in range(20)], port, [{"name": "count", "module": "count.wasm", "memory": 64}])
        (tmp_path / "count.wasm").write_bytes(COUNT)
        result = boot(firmware, path)
    for i in range(20):
        assert lines(result, f"fetch{i}") == [told(bodies[f"/{i}"])], result.stdout
    assert len(asked) == 20 and not everybody.broken and re.search(r"^count +ended", result.stdout, re.M)


def test_what_can_go_wrong_is_told(firmware, tmp_path):
    """And ends the one task with exit code 1, at its own time: nobody waits for anybody."""

    def handle(connection):
        path = connection.recv(4096).split()[1]
        if path == b"/nothing":
            return
        if path == b"/junk":
            connection.sendall(b"hello\n")
            return
        connection.sendall(b"HTTP/1.0 200 OK\r\n\r\nhello")
        if path == b"/reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            connection.close()

    closed = free_port()
    with tcp(handle) as port:
        urls = [f"http://127.0.0.1:{port}/ok", f"http://127.0.0.1:{port}/nothing", f"http://127.0.0.1:{port}/junk",
                f"http://127.0.0.1:{port}/reset", f"http://127.0.0.1:{closed}/", f"http://192.0.2.1:{port}/", "ftp://127.0.0.1/",
                f"http://other.test:{port}/", "http://127.0.0.1:99999/", ""]  # fmt: skip
        path = system(tmp_path, urls, port)
        text = json.loads(path.read_text())
        for task in text["tasks"]:
            task["caps"]["net"]["net"]["ports"].append(closed)
        path.write_text(json.dumps(text))
        result = boot(firmware, path)
    said = [lines(result, f"fetch{i}") for i in range(len(urls))]
    assert said[0] == [told(b"hello")]
    ends = ["no HTTP answer", "no HTTP answer", "receiving failed, error -18", "connecting failed, error -16", "connecting failed, error -3",
            "not http://host[:port]/path", "connecting failed, error -3", "connecting failed, error -4", "not http://host[:port]/path"]  # fmt: skip
    for i, (text, end) in enumerate(zip(said[1:], ends, strict=True), 1):
        assert len(text) == 1 and text[0].startswith("error: ") and text[0].endswith(end), (urls[i], text)


def test_a_stalled_server_holds_up_nobody(firmware, tmp_path):
    """One server never accepts, one accepts and says nothing, one stops in the middle; the page beside them comes."""
    over = threading.Event()

    def handle(connection):
        path = connection.recv(4096).split()[1]
        if path == b"/half":
            connection.sendall(b"HTTP/1.0 200 OK\r\n\r\nhalf of")
        over.wait(60)

    body = os.urandom(50_000)
    with tcp(handle) as port, full_backlog() as full, web({"/page": body}) as (good, _):
        urls = [f"http://127.0.0.1:{port}/silent", f"http://127.0.0.1:{port}/half", f"http://127.0.0.1:{full}/", f"http://127.0.0.1:{good}/page"]
        path = system(tmp_path, urls, port)
        text = json.loads(path.read_text())
        for task in text["tasks"]:
            task["caps"]["net"]["net"]["ports"] += [full, good]
        path.write_text(json.dumps(text))
        result = boot(firmware, path, seconds=3)
        over.set()
    assert lines(result, "fetch3") == [told(body)]
    for i, call in enumerate(("sp_net_recv", "sp_net_recv", "sp_net_connect")):
        row = table(result.stdout)[f"fetch{i}"]
        assert row[0] == "waiting" and re.fullmatch(rf"waits: {call} tcp 127\.0\.0\.1:\d+", row[7]), result.stdout
