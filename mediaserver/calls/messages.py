"""Messages that callers leave, each a mono file of its own beside the recordings of calls.

What was said before a hang-up, a full disk or the death of the process is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from uuid import UUID

from mediaserver.calls.call import Call
from mediaserver.calls.recorder import Recorder, Track, path_of
from mediaserver.calls.wave_file import HEADER_BYTES, bytes_per_second, made_whole
from mediaserver.media.leg import Frame
from mediaserver.storage.records import EventHappened, MessageKept, Record

MOST_IN_CALL = 100
"""Messages that one call may leave."""


class LeftMessage(Track):
    """One message. It belongs to the loop's thread."""

    __slots__ = ("_kept", "_put", "_text", "at_ms", "index", "lost")

    def __init__(
        self,
        recorder: Recorder,
        call_id: UUID,
        path: Path,
        put: Callable[[Record], None],
        index: int,
        at_ms: int,
    ) -> None:
        super().__init__(recorder, call_id, path, 1)
        self.index = index
        self.at_ms = at_ms
        self.lost = False
        """Nothing of it could be written."""
        self._put = put
        self._text = ""
        self._kept: MessageKept | None = None

    def hear(self, frame: Frame) -> None:
        """The caller said this; one frame of its time."""
        if not self.stopped:
            self._row()[0] = frame
            self._filled_one()

    def begin_again(self, at_ms: int) -> None:
        """What was said so far is thrown away."""
        if not self.stopped:
            self._rest()
            self.at_ms = at_ms
            self._recorder.begin_again(self)

    def drop(self) -> None:
        """Nothing is kept of it."""
        if not self.stopped:
            self.stopped = True
            self._rest()
            self._recorder.drop(self)

    def transcribed(self, text: str) -> None:
        """What was understood of it; may come when it is long kept."""
        self._text = text
        if self._kept is not None:
            self._keep(self._kept.seconds, self._kept.size_bytes)

    def made(self, seconds: float, size_bytes: int) -> None:
        self._keep(seconds, size_bytes)

    def broke_off(self, at_ms: int, reason: str) -> EventHappened:
        self.lost = not at_ms
        data = {"reason": reason, "message": self.index}
        return EventHappened(self.call_id, self.at_ms + at_ms, "recording_failed", data)

    def _keep(self, seconds: float, size_bytes: int) -> None:
        self._kept = MessageKept(
            self.call_id, self.index, self.at_ms, str(self.path), seconds, size_bytes, self._text
        )
        self._put(self._kept)


class CallMessages:
    """Begins the messages of one call, whoever takes them."""

    def __init__(self, recorder: Recorder, call: Call, most_s: float) -> None:
        self._recorder = recorder
        self._call = call
        self.most_s = most_s
        """No message of it may be longer."""

    def open(self) -> LeftMessage | None:
        """Begin one; None: there were too many."""
        call = self._call
        if call.messages >= MOST_IN_CALL:
            return None
        index = call.messages
        call.messages += 1
        path = path_of(self._recorder.folder, call.id, call.started, f"-message-{index}")
        message = LeftMessage(self._recorder, call.id, path, call.put, index, call.elapsed_ms())
        self._recorder.add(message)
        return message


def salvaged_messages(folder: Path, call_id: UUID, started: datetime) -> list[MessageKept]:
    """What a process that died has left of a call's messages, their headers made true. Blocking."""
    found = []
    for index in range(MOST_IN_CALL):
        path = path_of(folder, call_id, started, f"-message-{index}")
        if samples := made_whole(path, 1):
            seconds, size = samples / bytes_per_second(1), samples + HEADER_BYTES
            found.append(MessageKept(call_id, index, 0, str(path), seconds, size))
    return found
