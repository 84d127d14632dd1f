"""A worker for tests that answers with messages in which something is missing, or as its options say."""

from __future__ import annotations

from pipelines.workers.entry import become_worker
from pipelines.workers.protocol import Msg


def main() -> None:
    sock = become_worker()
    sock.send_json(Msg.READY)
    while True:
        for message in sock.receive(None):
            if message.kind is not Msg.OPEN:
                continue
            match sock.options.get("how"):
                case "nested":
                    sock.send(Msg.RESULT, message.id, b"[" * 100_000)
                case "endless":
                    sock.send(Msg.RESULT, message.id, b'{"text": "", "words": [[1e999, 1e999, 1e999]]}')
                case _:
                    sock.send_json(Msg.RESULT, message.id, nothing="known")
