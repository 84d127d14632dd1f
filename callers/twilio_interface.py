"""Twilio's interface as far as a server asks it about the calls that a measuring caller makes: each is up
until the server hangs it up. Of all else it says that it is out of service.

In a thread of its own, so that it answers whatever the caller's loop does. It must never be imported by the
server.
"""

from __future__ import annotations

import functools
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_CALL = re.compile(r"/2010-04-01/Accounts/AC[0-9a-f]{32}/Calls/(CA[0-9a-f]{32})\.json", re.ASCII)


class _Asked(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    over: set[str] = set()  # noqa: RUF012 - of the one server that there is
    """Calls that were hung up."""

    def do_GET(self) -> None:
        found = _CALL.fullmatch(self.path)
        if found is None:
            self._say(503, {"code": 20503, "message": "out of service", "status": 503})
            return
        state = "completed" if found[1] in self.over else "in-progress"
        self._say(200, {"sid": found[1], "status": state, "direction": "inbound"})

    def do_POST(self) -> None:
        """All that a server wants of a call that came in is its end."""
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if (found := _CALL.fullmatch(self.path)) is not None:
            self.over.add(found[1])
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""

    def _say(self, status: int, content: dict[str, object]) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@functools.cache
def interface() -> str:
    """Its address; one for a process, until that ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Asked)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, name="twilio's interface", daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"
