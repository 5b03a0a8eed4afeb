#!/usr/bin/env python3
"""Runs a command with a web server beside it, so that the demo's `fetch` has a page to fetch without any network.

    tools/demo_server.py PORT FILE COMMAND...

The server is this machine's alone (127.0.0.1) and has one page, /NAME of that file. It ends with the command, whose
exit status is ours. Where the port is taken the command runs all the same, and finds whoever has it.
"""
import http.server
import pathlib
import signal
import subprocess
import sys
import threading


def page_server(port, path):
    """A server for that one file, not yet serving. port: 0 takes any. Raises OSError where the port is taken."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            if self.path != "/" + path.name:
                self.send_error(404)
                return
            body = path.read_bytes()
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments):
            """Nothing: the terminal belongs to the demo."""

    return http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)


def main():
    port, path, command = int(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3:]
    try:
        server = page_server(port, path)
        threading.Thread(target=server.serve_forever, daemon=True).start()
    except OSError as error:
        print(f"demo server: port {port}: {error.strerror}", file=sys.stderr)
    # Ctrl-C is the command's: it stops the system and gives its prompt.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    status = subprocess.call(command, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    sys.exit(status if status >= 0 else 128 - status)


if __name__ == "__main__":
    main()
