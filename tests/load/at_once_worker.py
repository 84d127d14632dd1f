"""A worker that answers at once and computes nothing, so that a load measures what lies around it.

A text is spoken in pieces of 100 ms, as fast as they are heard, each of which tells when it left; the text
"hold" is never spoken. An utterance is heard as "yes". The option `load_s`: so long it loads its model.
"""

from __future__ import annotations

import heapq
import struct
import time

from pipelines.workers.entry import WorkerSocket, become_worker
from pipelines.workers.protocol import Msg, WorkerMessage

CHUNK_S = 0.1
CHUNK_BYTES = 3_200
LEFT_AT = struct.Struct("<d")
"""At the beginning of a piece: CLOCK_MONOTONIC, which all processes share."""
_REST = b"\x11" * (CHUNK_BYTES - LEFT_AT.size)


class AtOnce:
    def __init__(self, sock: WorkerSocket) -> None:
        self._sock = sock
        self._left: dict[int, int] = {}
        """Pieces of each text that is spoken."""
        self._due: list[tuple[float, int]] = []
        """When the next piece of which leaves."""

    def run(self) -> None:
        while True:
            wait = max(0.0, self._due[0][0] - time.monotonic()) if self._due else None
            for message in self._sock.receive(wait):
                self._take(message)
            now = time.monotonic()
            while self._due and self._due[0][0] <= now:
                due, id = heapq.heappop(self._due)
                self._piece(id, due)

    def _take(self, message: WorkerMessage) -> None:
        match message.kind:
            case Msg.OPEN if "text" in (fields := message.json()):
                if fields["text"] != "hold":
                    self._left[message.id] = max(1, int(fields["text"].split()[0]))
                    self._piece(message.id, time.monotonic())
            case Msg.FINISH:
                self._sock.send_json(Msg.DONE, message.id, text="yes")
            case Msg.CANCEL:
                self._left.pop(message.id, None)
            case _:
                pass

    def _piece(self, id: int, due: float) -> None:
        if id not in self._left:
            return
        self._sock.send(Msg.AUDIO, id, LEFT_AT.pack(time.monotonic()) + _REST)
        self._left[id] -= 1
        if self._left[id]:
            heapq.heappush(self._due, (due + CHUNK_S, id))
        else:
            del self._left[id]
            self._sock.send_json(Msg.DONE, id)


def main() -> None:
    sock = become_worker()
    time.sleep(float(sock.options.get("load_s", 0.0)))
    sock.send_json(Msg.READY)
    AtOnce(sock).run()
