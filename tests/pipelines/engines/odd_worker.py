"""A worker for tests that answers with messages in which something is missing."""

from __future__ import annotations

from pipelines.workers.entry import become_worker
from pipelines.workers.protocol import Msg


def main() -> None:
    sock = become_worker()
    sock.send_json(Msg.READY)
    while True:
        for message in sock.receive(None):
            if message.kind is Msg.OPEN:
                sock.send_json(Msg.RESULT, message.id, nothing="known")
