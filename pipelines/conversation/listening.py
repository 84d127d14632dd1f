"""The hearing side of one call: keeps the audio that a recogniser must be given, and gives it.

It must never decide when an utterance begins or ends; it is told.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable

from mediaserver.errors import EngineError
from mediaserver.media.leg import Frame
from mediaserver.media.time import FRAME_SAMPLES
from pipelines.conversation.agent import Listen
from pipelines.engines.protocols import Stt, SttResult, SttStream

log = logging.getLogger(__name__)

PRE_ROLL_FRAMES = 22
"""440 ms kept from before an onset, so that the first word is not clipped."""
UTTERANCE_FRAMES = 800
"""16 s: what a new recogniser can be given again."""


class Listening:
    """`on_result` gets the epoch of an utterance and what was recognised of it."""

    def __init__(
        self, stt: Stt, on_result: Callable[[int, SttResult], None], failed: Callable[[str, str], None]
    ) -> None:
        self._stt = stt
        self._on_result = on_result
        self._failed = failed
        self._ring: deque[Frame] = deque(maxlen=PRE_ROLL_FRAMES)
        self._utterance: deque[Frame] | None = None
        self._stream: SttStream | None = None
        self.listen = Listen()
        """How the agent wants the next utterance to be heard."""
        self.began = 0
        """Position of the first audio of the present or last utterance."""

    def hear(self, frame: Frame) -> None:
        self._ring.append(frame)
        self._feed(frame)
        if self._utterance is not None:
            self._utterance.append(frame)

    def start(self, t: int, epoch: int, *, again: bool) -> None:
        """An utterance began shortly before `t`; or, with `again`, it goes on under a new epoch."""
        if again and self._stream is not None:
            self._stream.cancel()
        if not again or self._utterance is None:
            self._utterance = deque(self._ring, maxlen=UTTERANCE_FRAMES)
            self.began = max(0, t - len(self._ring) * FRAME_SAMPLES)
        try:
            self._stream = self._stt.open(lambda result: self._on_result(epoch, result), self.listen.grammar)
        except EngineError as error:
            log.warning("no recogniser: %s", error)
            self._stream = None
            self._failed("stt", str(error))
            return
        for frame in self._utterance:
            self._feed(frame)

    def finish(self) -> None:
        """The caller may have finished: a final is wanted."""
        if self._stream is not None:
            self._stream.finish()

    def close(self) -> None:
        """The utterance is over: forget its audio."""
        if self._stream is not None:
            self._stream.cancel()
            self._stream = None
        self._utterance = None
        self._ring.clear()

    def _feed(self, frame: Frame) -> None:
        if self._stream is not None:
            self._stream.feed(frame)
