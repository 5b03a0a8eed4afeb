"""What the network costs: a body of 10 MB fetched by the demo module through its buffer of 1 KB, over loopback."""

import contextlib
import json
import os
import socket
import threading
import zlib

from measure_c import WrongAnswer
from measure_python import ROUNDS, boot
from report import Result, say
from toolchain import ROOT, BuildError

BODY = bytes(range(256)) * 40 * 1024


@contextlib.contextmanager
def server():
    """Answers every connection with BODY. Gives the port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.recv(4096)
                connection.sendall(b"HTTP/1.0 200 OK\r\n\r\n" + BODY)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def measure(tools):
    """fetch_10mb_ms and fetch_10mb_cpu_ms: wall and processor time of the whole system, boot included."""
    module = ROOT / "build" / "modules" / "fetch.wasm"
    if not module.is_file():
        raise BuildError(f"{module}: not built; run make modules")
    with server() as port:
        manifest = tools.build / "fetch.json"
        manifest.write_text(json.dumps({"version": 1, "tasks": [
            {"name": "fetch", "module": os.path.relpath(module, tools.build), "args": [f"http://127.0.0.1:{port}/"], "caps": {
                "net": {"net": {"allow": ["127.0.0.1"], "ports": [port]}}}}]}))  # fmt: skip
        runs = [boot(tools, manifest) for _ in range(ROUNDS)]
    wanted = f"{len(BODY)} bytes, Adler-32 {zlib.adler32(BODY)}"
    if any(wanted not in run[2] for run in runs):
        raise WrongAnswer(f"fetch did not say {wanted}:\n{runs[0][2]}")
    note = "10 MB by HTTP over loopback, 1 KB a call, Adler-32 in the task; process start to end"
    results = [Result("fetch_10mb_ms", min(run[1] for run in runs) * 1000, "ms", note),
               Result("fetch_10mb_cpu_ms", min(run[0] for run in runs) * 1000, "ms", "processor time of the same")]  # fmt: skip
    for result in results:
        say(f"{result.name}: {result.value:.2f} {result.unit}")
    return results
