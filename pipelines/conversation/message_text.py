"""Writes down a message while it is left: gives the recogniser one stretch of speech after the other.

What was said while the final of a stretch is due waits, and is the next one. It costs a recogniser that fails
nothing but text.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable

from mediaserver.media.leg import Frame
from mediaserver.media.time import FRAME_SAMPLES, SAMPLES_PER_MS
from pipelines.engines.protocols import Stt, SttResult

log = logging.getLogger(__name__)

LEAD_FRAMES = 22
"""440 ms from before a voice, so that the first word is not clipped."""
PAUSE = 700 * SAMPLES_PER_MS
"""Silence that ends a stretch."""
LONGEST_FRAMES = 700
"""14 s: what is longer is cut where it is."""
MOST_WAITING = 3_000
"""Frames (a minute) that wait for a recogniser that is late; more is not written down."""


class MessageText:
    """Of one message."""

    def __init__(self, stt: Stt, language: str) -> None:
        self._session = stt.session(self._result, language=language)
        self._then: Callable[[str], None] | None = None
        self.complete = False
        """All that was understood of it is known."""
        self._pieces: list[str] = []
        self._lead: deque[Frame] = deque(maxlen=LEAD_FRAMES)
        self._waiting: list[Frame] = []
        """Heard while a final is due."""
        self._fed = 0
        """Frames of the present stretch; 0: there is none."""
        self._epoch = 0
        self._asked = False
        self._over = False

    @property
    def text(self) -> str:
        """What was understood by now."""
        return " ".join(self._pieces)

    def hear(self, frame: Frame, silence: int) -> None:
        """One frame of the message; `silence`: samples since the last voice."""
        speaks = silence < PAUSE
        if self._asked:
            if len(self._waiting) < MOST_WAITING and (speaks or self._waiting):
                self._waiting.append(frame)
        elif self._fed:
            self._feed(frame)
            if not speaks or self._fed >= LONGEST_FRAMES:
                self._ask()
        elif silence < FRAME_SAMPLES:
            self._begin([*self._lead, frame])
        self._lead.append(frame)

    def finish(self) -> None:
        """The message is over; idempotent."""
        self._over = True
        if self._fed and not self._asked:
            self._ask()
        self._go_on()

    def then(self, told: Callable[[str], None]) -> None:
        """Tell the text once it is complete; now, if it is."""
        self._then = told
        if self.complete:
            self._tell()

    def close(self) -> None:
        """Nobody waits for it any more: what was understood by now is all of it. Idempotent."""
        if not self.complete:
            self.complete = True
            self._session.close()
            self._tell()

    def _tell(self) -> None:
        then, self._then = self._then, None
        if then is not None:
            then(self.text)

    def _begin(self, frames: list[Frame]) -> None:
        self._epoch += 1
        self._session.begin(self._epoch)
        for frame in frames:
            self._feed(frame)

    def _feed(self, frame: Frame) -> None:
        self._fed += 1
        self._session.feed(frame)

    def _ask(self) -> None:
        self._epoch += 1
        self._asked = True
        self._session.flush(self._epoch)

    def _result(self, result: SttResult) -> None:
        if not result.final or not (result.failed or (self._asked and result.epoch == self._epoch)):
            return
        if result.failed:
            log.warning("the recogniser failed in a message; what was said there is not written down")
        elif result.understood and result.text:
            self._pieces.append(result.text)
        self._asked, self._fed = False, 0
        waiting, self._waiting = self._waiting, []
        if waiting:
            self._begin(waiting[:LONGEST_FRAMES])
            self._waiting = waiting[LONGEST_FRAMES:]
            if self._waiting or self._over:
                self._ask()
        self._go_on()

    def _go_on(self) -> None:
        if self._over and not self._asked and not self._fed:
            self.close()
