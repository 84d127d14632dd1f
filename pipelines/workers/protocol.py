"""Messages between the server and its engine workers: a 13-byte header and a payload, over one stream socket.

Layout, little endian: u32 payload length, u8 kind, u64 request id, payload (raw bytes or UTF-8 JSON). Must
never unpickle anything: whatever arrives is data.
"""

from __future__ import annotations

import enum
import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_HEADER = struct.Struct("<IBQ")
HEADER_BYTES = _HEADER.size
MAX_PAYLOAD = 4 << 20
"""Bytes; more than any honest message, so a broken peer is found out at once."""


class Msg(enum.IntEnum):
    """What a message is. Requests go down to a worker, the rest comes up."""

    READY = 1
    """Worker is loaded; JSON facts about it."""
    PING = 2
    PONG = 3
    """May carry JSON: `batches`, how many steps of which size since the last one."""
    OPEN = 10
    """Begin request `id`; JSON. `priority` 1: nobody on a line waits for it."""
    AUDIO = 11
    """int16 little endian, 16 kHz; in either direction."""
    FINISH = 12
    CANCEL = 13
    CREDIT = 14
    """u32: samples that the server took and that may be sent anew."""
    RESULT = 20
    """JSON; in answer to OPEN, any number of times."""
    DONE = 21
    """The request is over; JSON."""
    FAILED = 22
    """The request is over and failed; JSON with `error`, and perhaps `kind` (pipelines.workers.faults). With
    the id 0: the worker itself will end, or cannot begin."""
    LOST = 23
    """Only from another machine: the worker that had the request is gone, or none had room for it; JSON with
    `why`, `full` in the latter case, and `down` when no worker is there at all. Another may be asked."""


@dataclass(frozen=True, slots=True)
class WorkerMessage:
    kind: Msg
    id: int
    payload: bytes = b""

    def json(self) -> dict[str, Any]:
        """The payload as a JSON object. Raises ValueError when it is something else."""
        try:
            value = json.loads(self.payload)
        except RecursionError:
            raise ValueError(f"a {self.kind.name} message is nested too deeply") from None
        if not isinstance(value, dict):
            raise ValueError(f"a {self.kind.name} message carries {type(value).__name__}, not an object")
        return value


def pack(kind: Msg, id: int = 0, payload: bytes = b"") -> bytes:
    """One message as bytes."""
    return _HEADER.pack(len(payload), kind, id) + payload


def pack_json(kind: Msg, id: int = 0, /, **fields: Any) -> bytes:
    """One message with a JSON payload as bytes."""
    return pack(kind, id, json_bytes(fields))


def json_bytes(fields: Mapping[str, Any]) -> bytes:
    """A JSON payload. Raises TypeError and ValueError for what JSON, or UTF-8, cannot hold."""
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()


def id_of(packed: bytes) -> int:
    """Of the first of packed messages: which request it is about."""
    id: int = _HEADER.unpack_from(packed)[2]
    return id


class Unpacker:
    """Bytes in, messages out; keeps the beginning of a message until the rest has come."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[WorkerMessage]:
        """Whole messages so far. Raises ValueError on a stream that is not ours (length or kind)."""
        buffer = self._buffer
        buffer += data
        messages = []
        at = 0
        while len(buffer) - at >= _HEADER.size:
            length, kind, id = _HEADER.unpack_from(buffer, at)
            if length > MAX_PAYLOAD:
                raise ValueError(f"a worker message claims {length} bytes; the limit is {MAX_PAYLOAD}")
            end = at + _HEADER.size + length
            if len(buffer) < end:
                break
            messages.append(WorkerMessage(Msg(kind), id, bytes(buffer[at + _HEADER.size : end])))
            at = end
        del buffer[:at]
        return messages
