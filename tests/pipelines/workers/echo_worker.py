"""A worker for tests: says what it is told, or misbehaves on request."""

from __future__ import annotations

import json
import time

from pipelines.workers.entry import become_worker
from pipelines.workers.protocol import Msg


def main() -> None:
    sock = become_worker()
    if fault := sock.options.get("fault"):
        faults = {"memory": MemoryError, "weights": FileNotFoundError, "odd": RuntimeError}
        raise faults[fault](f"no {fault} here")
    sock.send_json(Msg.READY)
    while True:
        for message in sock.receive(None):
            if message.kind is not Msg.OPEN:
                continue
            match message.json().get("say"):
                case "hold":
                    pass
                case "sound":  # and no more of it
                    sock.send(Msg.AUDIO, message.id, bytes(3_200))
                case "sleep":
                    time.sleep(60)
                case "fail":
                    told = {"error": "no such word", "kind": str(message.json().get("kind", ""))}
                    sock.send(Msg.FAILED, message.id, json.dumps(told).encode())
                case "crash":
                    raise RuntimeError("a wire\nis loose")
                case "nonsense":
                    sock._sock.sendall(b"\xff" * 64)
                case said:
                    sock.send_json(Msg.DONE, message.id, said=said)
