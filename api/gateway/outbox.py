"""What is on its way to a client: numbered messages, kept for a while for one that was away, and audio.

Pure. Messages are numbered through a session, whichever socket they go by; audio has no number, and what was
not sent when a socket is lost is lost with it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from api.answers import dumps

MOST_KEPT = 500
MOST_KEPT_OCTETS = 128 << 10
"""Of messages that a client may have missed."""


class SocketLine:
    """What waits to be sent by one socket, in order. `wake` is called when there is something again;
    `overfull` once, when more than `most` octets (None: there is no end) wait: nobody reads."""

    def __init__(self, most: int | None, wake: Callable[[], None], overfull: Callable[[], None]) -> None:
        self._most = most
        self._wake = wake
        self._overfull = overfull
        self._waiting: deque[str | bytes] = deque()
        self.octets = 0
        self.closed = False
        self.ending: tuple[int, str] | None = None
        """The socket is to be closed so, once all was sent."""

    def put(self, item: str | bytes) -> None:
        if self.closed or self.ending is not None:
            return
        self._waiting.append(item)
        self.octets += len(item)
        if self._most is not None and self.octets > self._most:
            self.close()
            self._overfull()
        elif len(self._waiting) == 1:
            self._wake()

    def take(self) -> str | bytes | None:
        if not self._waiting:
            return None
        item = self._waiting.popleft()
        self.octets -= len(item)
        return item

    def drop_audio(self) -> None:
        """What was not sent yet of it is not to be heard."""
        kept = [item for item in self._waiting if isinstance(item, str)]
        self._waiting.clear()
        self._waiting.extend(kept)
        self.octets = sum(map(len, kept))

    def finish(self, code: int, reason: str) -> None:
        """Close the socket once all was sent that waits. The first word counts."""
        if self.ending is None:
            self.ending = code, reason
            self._wake()

    def close(self) -> None:
        """Nothing more is sent."""
        self.closed = True
        self._waiting.clear()
        self.octets = 0


class Outbox:
    """Of one session."""

    def __init__(self) -> None:
        self.line: SocketLine | None = None
        """None: the client is away."""
        self.last = 0
        """The number of the last message."""
        self._kept: deque[tuple[int, str]] = deque()
        self._kept_octets = 0

    def tell(self, kind: str, /, **data: Any) -> None:
        """A message that the client is to get, also when it is away now."""
        self.last += 1
        text = dumps({"type": kind, "seq": self.last, **data})
        self._kept.append((self.last, text))
        self._kept_octets += len(text)
        while len(self._kept) > MOST_KEPT or self._kept_octets > MOST_KEPT_OCTETS:
            self._kept_octets -= len(self._kept.popleft()[1])
        if self.line is not None:
            self.line.put(text)

    def mention(self, kind: str, /, **data: Any) -> None:
        """A message of this moment, without a number: who is away does not need it."""
        if self.line is not None:
            self.line.put(dumps({"type": kind, **data}))

    def audio(self, octets: bytes) -> None:
        if self.line is not None:
            self.line.put(octets)

    def drop_audio(self) -> None:
        if self.line is not None:
            self.line.drop_audio()

    def missed(self, received: int) -> bool:
        """Whether messages behind this number are lost for good."""
        first = self._kept[0][0] if self._kept else self.last + 1
        return received + 1 < first

    def send_again(self, received: int) -> None:
        """What is kept of the messages behind this number."""
        if self.line is not None:
            for number, text in self._kept:
                if number > received:
                    self.line.put(text)
