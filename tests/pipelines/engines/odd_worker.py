"""A worker for tests that answers with messages in which something is missing, or as its options say."""

from __future__ import annotations

from pipelines.workers.entry import become_worker
from pipelines.workers.protocol import Msg


def main() -> None:
    sock = become_worker()
    sock.send_json(Msg.READY)
    full = True
    while True:
        for message in sock.receive(None):
            if message.kind is Msg.FINISH:
                sock.send_json(Msg.DONE, message.id, text="yes")
            if message.kind is not Msg.OPEN:
                continue
            match sock.options.get("how"):
                case "mute":
                    pass
                case "full" if full:  # the first time
                    full = False
                    told = b'{"error": "CUDA out of memory", "kind": "memory"}'
                    sock.send(Msg.FAILED, message.id, told)
                case "full":
                    if "text" in message.json():
                        sock.send(Msg.AUDIO, message.id, b"\x11" * 640)
                        sock.send_json(Msg.DONE, message.id)
                case "nested":
                    sock.send(Msg.RESULT, message.id, b"[" * 100_000)
                case "endless":
                    sock.send(Msg.RESULT, message.id, b'{"text": "", "words": [[1e999, 1e999, 1e999]]}')
                case _:
                    sock.send_json(Msg.RESULT, message.id, nothing="known")
