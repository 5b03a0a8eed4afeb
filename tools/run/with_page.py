#!/usr/bin/env python3
"""Runs a command while a web server of this program serves one file: the page that the demo's task `fetch` loads.

    with_page.py URL FILE COMMAND ...

URL: http://localhost:PORT/... The server listens at that port on loopback only, and answers every path with FILE. Where another
program has the port, the command runs all the same and that program answers. The command handles Ctrl-C. The exit code is the
command's.
"""

import http.server
import pathlib
import signal
import subprocess
import sys
import threading
import urllib.parse


def serve(port: int, page: bytes) -> None:
    """Answers requests from a thread until the program ends."""

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; charset=utf-8")
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *arguments: object) -> None:
            pass

    try:
        server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Page)
    except OSError as error:
        print(f"with_page.py: port {port}: {error.strerror}", file=sys.stderr)
        return
    threading.Thread(target=server.serve_forever, daemon=True).start()


def main(words: list[str]) -> None:
    if len(words) < 3:
        sys.exit(__doc__.strip())
    url, file, *command = words
    serve(urllib.parse.urlsplit(url).port or 80, pathlib.Path(file).read_bytes())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    process = subprocess.Popen(command, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    code = process.wait()
    sys.exit(code if code >= 0 else 128 - code)


if __name__ == "__main__":
    main(sys.argv[1:])
