"""Worker messages in frames of a WebSocket: each frame holds whole messages, one or several.

Used on both sides of the wire. Whatever arrives is data, of which nothing is believed before its size was
looked at.
"""

from __future__ import annotations

from pipelines.workers.protocol import HEADER_BYTES, MAX_PAYLOAD, Unpacker, WorkerMessage

SMALL_FRAME = 64 << 10
"""Bytes up to which messages that wait are put into one frame."""
MAX_FRAME = MAX_PAYLOAD + SMALL_FRAME
"""Bytes of a frame; a longer one is refused before it is read."""


def messages_in(frame: bytes) -> list[WorkerMessage]:
    """The messages of one frame. Raises ValueError when they are not whole messages of ours."""
    messages = Unpacker().feed(frame)
    if sum(HEADER_BYTES + len(message.payload) for message in messages) != len(frame):
        raise ValueError("a frame ends in the middle of a message")
    return messages


def frames_of(packed: list[bytes]) -> list[bytes]:
    """Packed messages as frames: small ones share one."""
    frames: list[bytes] = []
    shared: list[bytes] = []
    size = 0
    for message in packed:
        if shared and size + len(message) > SMALL_FRAME:
            frames.append(b"".join(shared))
            shared, size = [], 0
        shared.append(message)
        size += len(message)
    if shared:
        frames.append(b"".join(shared))
    return frames
