"""The inside of a worker process: its socket, its signals, and its end when the server ends.

Runs in the child only. A worker must outlive neither the server (PR_SET_PDEATHSIG and end-of-file on the
socket both end it) nor end before it (SIGINT and SIGTERM reach whole process groups and control groups; the
server may still have to say goodbye, so it alone decides).
"""

from __future__ import annotations

import ctypes
import json
import os
import selectors
import signal
import socket
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from pipelines.workers.protocol import Msg, Unpacker, WorkerMessage, pack, pack_json

_PR_SET_PDEATHSIG = 1


class WorkerSocket:
    """The worker's blocking end of the pair: `send` waits for room, `receive` polls or waits."""

    def __init__(
        self,
        sock: socket.socket,
        options: Mapping[str, Any] | None = None,
        max_batch: int | None = None,
        window_ms: float | None = None,
    ) -> None:
        self.options = options or {}
        """What the server told this kind of worker."""
        self.max_batch = max_batch
        """Requests in one step of the model, where the server says it."""
        self.window_ms = window_ms
        """So long a step may wait for more of them, likewise."""
        self.batch_sizes: Counter[int] = Counter()
        """Of the model's steps since the last ping: told with the answer to it."""
        self._sock = sock
        self._unpacker = Unpacker()
        self._selector = selectors.DefaultSelector()
        self._selector.register(sock, selectors.EVENT_READ)

    def send(self, kind: Msg, id: int = 0, payload: bytes = b"") -> None:
        """Send one message. Exits the process when the server is gone."""
        self._send(pack(kind, id, payload))

    def send_json(self, kind: Msg, id: int = 0, /, **fields: object) -> None:
        self._send(pack_json(kind, id, **fields))

    def _send(self, data: bytes) -> None:
        try:
            self._sock.sendall(data)
        except OSError:
            sys.exit(0)

    def receive(self, timeout: float | None) -> Iterator[WorkerMessage]:
        """Messages that are there, after waiting up to `timeout` seconds (None: for ever) for the first.

        Answers pings itself. Exits the process when the server is gone.
        """
        if not self._selector.select(timeout):
            return
        try:
            data = self._sock.recv(1 << 18)
        except OSError:
            data = b""
        if not data:
            sys.exit(0)
        for message in self._unpacker.feed(data):
            if message.kind is Msg.PING:
                self._pong(message.id)
            else:
                yield message

    def _pong(self, id: int) -> None:
        sizes, self.batch_sizes = self.batch_sizes, Counter()
        if sizes:
            self.send_json(Msg.PONG, id, batches={str(size): times for size, times in sizes.items()})
        else:
            self.send(Msg.PONG, id)


def become_worker() -> WorkerSocket:
    """Call first in a worker's `main`."""
    sock, options = taken_over()
    batches = json.loads(sys.argv[4]) if len(sys.argv) > 4 else {}
    return WorkerSocket(sock, options, **batches)


def taken_over() -> tuple[socket.socket, dict[str, Any]]:
    """Its socket, whose number is the first argument, and its options, the second; the third is its niceness
    (the fourth, how it is to batch, is for `become_worker` alone). From here on the process lives and ends
    with the server."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.nice(int(sys.argv[3]) if len(sys.argv) > 3 else 0)
    parent = os.getppid()
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if len(sys.argv) < 2 or not sys.argv[1].isdigit():
        sys.exit("this is an engine worker; the server starts it")
    if os.getppid() != parent:
        sys.exit(0)  # the server died before the death signal was armed
    options = json.loads(sys.argv[2]) if len(sys.argv) > 2 else {}
    return socket.socket(fileno=int(sys.argv[1])), options
