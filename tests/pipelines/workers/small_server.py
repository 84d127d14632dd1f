"""A server as a child process, as small as one can be: `PYTHON small_server.py SOCKET`.

It loads for as long as its file `loading` (in FOLDER) is there, writes what it holds into `facts.json`, and
does what its paths say: `/hang` answers nothing any more, `/die` ends it.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingUnixStreamServer

FOLDER = Path(os.environ["FOLDER"])
HELD_BACK = threading.Event()
"""Never set while the server hangs."""
HELD_BACK.set()
IGNORES = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); signal.pause()"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        HELD_BACK.wait()
        if self.path == "/die":
            say("RuntimeError: I was told to die")
            os._exit(3)
        if self.path == "/hang":
            HELD_BACK.clear()
        self.send_response(503 if (FOLDER / "loading").exists() else 200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


def stubborn(*, apart: bool) -> int:
    """A process of its own that heeds no SIGTERM, as a model's workers may. `apart`: in its own session."""
    child = subprocess.Popen([sys.executable, "-c", IGNORES], stdout=subprocess.PIPE, start_new_session=apart)
    assert child.stdout is not None
    child.stdout.readline()
    return child.pid


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def ended(*_: object) -> None:
    """As vLLM does."""
    say("ERROR AsyncLLM output_handler failed.")
    os._exit(0)


def main() -> None:
    if (FOLDER / "broken").exists():
        say("loading weights 10%\rloading weights 20%")
        say("ValueError: no such weights")
        sys.exit(1)
    server = ThreadingUnixStreamServer(sys.argv[1], Handler)
    children = [stubborn(apart=False), stubborn(apart=True)]
    facts = {"pid": os.getpid(), "children": children, "environment": dict(os.environ)}
    (FOLDER / "facts.new").write_text(json.dumps(facts))
    (FOLDER / "facts.new").rename(FOLDER / "facts.json")
    signal.signal(signal.SIGTERM, ended)
    say(f"my key is {os.environ['SERVER_KEY']}, loading weights 40%")
    server.serve_forever()


if __name__ == "__main__":
    main()
