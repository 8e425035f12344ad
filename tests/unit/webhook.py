"""A webhook on 127.0.0.1 for tests: keeps what it is sent, answers as told."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Webhook:
    """What was posted, and how to answer.

    Args:
        status: The answer; 0 keeps the other side waiting until the test is over.
    """

    def __init__(self, status: int = 200) -> None:
        self.status = status
        self.posted: list[dict[str, Any]] = []
        self.over = threading.Event()
        self.url = ""


@contextmanager
def listening(
    status: int = 200, headers: dict[str, str] | None = None
) -> Iterator[Webhook]:
    """A webhook that listens until the block ends."""
    webhook = Webhook(status)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            webhook.posted.append(json.loads(self.rfile.read(length)))
            if webhook.status == 0:
                webhook.over.wait(60)
                return
            self.send_response(webhook.status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """A test has nothing to say on the terminal."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    webhook.url = f"http://127.0.0.1:{server.server_port}/hooks/s3cr3t-path"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield webhook
    finally:
        webhook.over.set()
        server.shutdown()
        server.server_close()
