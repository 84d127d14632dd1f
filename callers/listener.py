"""Our own ears, for far ends that offer no transcript: voice detection and free speech recognition.

It only listens to what the measuring stream already keeps; it must never delay or change a packet.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

import numpy as np

from callers.rtp import MeasuringStream
from callers.sound import Doubler, decode
from callers.transcript import ServerEvent
from mediaserver.media.leg import Frame
from mediaserver.media.time import FRAME_MS, FRAME_SAMPLES
from pipelines.engines.builtin import STT, VAD, registry
from pipelines.engines.protocols import Kind, Stt, SttResult

POLL_S = 0.05
VOICE, NO_VOICE = 0.5, 0.35
"""Silero's probabilities at which an utterance begins, and under which it may end."""
PRE_ROLL = 300 // FRAME_MS
"""Frames before the detection that still belong to the utterance: the detector is late."""
END_AFTER = 600 // FRAME_MS
"""Frames without voice that end it."""
LAST_WORDS_S = 3.0


async def listen(stream: MeasuringStream, is_up: Callable[[], bool]) -> AsyncIterator[ServerEvent]:
    """'far_partial' and 'far_final' events of what the far end says, until the call ends."""
    stt = registry().make(Kind.STT, STT)
    await stt.start()
    try:
        ears = _Ears(stt)
        heard = 0
        while True:
            up = is_up()
            arrivals = stream.arrivals[heard:]
            heard += len(arrivals)
            for arrival in arrivals:
                ears.take(decode(arrival.payload, arrival.payload_type))
            while ears.results:
                yield ears.results.popleft()
            if not up:
                break
            await asyncio.sleep(POLL_S)
        ears.finish()
        with suppress(TimeoutError):
            await asyncio.wait_for(ears.idle.wait(), LAST_WORDS_S)
        for event in ears.results:
            yield event
    finally:
        await stt.stop()


class _Ears:
    """Cuts the far end's speech into utterances and has each recognised."""

    def __init__(self, stt: Stt) -> None:
        self.results: deque[ServerEvent] = deque()
        self.idle = asyncio.Event()
        """No utterance waits for its final result."""
        self.idle.set()
        self._waiting = 0
        self._stt = stt
        self._vad = registry().make(Kind.VAD, VAD)
        self._slot = self._vad.open()
        self._wide = Doubler()
        self._rest: Frame = np.zeros(0, np.int16)
        self._past: deque[Frame] = deque(maxlen=PRE_ROLL)
        self._utterance: Stretch | None = None
        self._quiet = 0

    def take(self, narrow: Frame) -> None:
        """Audio of one packet at 8 kHz."""
        self._rest = np.concatenate([self._rest, self._wide.process(narrow)])
        while len(self._rest) >= FRAME_SAMPLES:
            frame, self._rest = self._rest[:FRAME_SAMPLES], self._rest[FRAME_SAMPLES:]
            self._frame(frame)

    def _frame(self, frame: Frame) -> None:
        _, scores = self._vad.process([self._slot], frame[None, :])
        voice = scores[0] if scores else None
        if self._utterance is None:
            self._past.append(frame)
            if voice is not None and voice >= VOICE:
                self._begin()
            return
        self._utterance.feed(frame)
        if voice is not None:
            self._quiet = 0 if voice >= NO_VOICE else self._quiet
        self._quiet += 1
        if self._quiet > END_AFTER:
            self.finish()

    def _begin(self) -> None:
        self._utterance = Stretch(self._stt, self._result)
        self._waiting += 1
        self.idle.clear()
        self._quiet = 0
        while self._past:
            self._utterance.feed(self._past.popleft())

    def finish(self) -> None:
        """No more of this utterance."""
        if self._utterance is not None:
            self._utterance.finish()
            self._utterance = None
            self._vad.reset(self._slot)

    def _result(self, result: SttResult, over: bool) -> None:
        if over:
            self._waiting -= 1
            if not self._waiting:
                self.idle.set()
        if result.text:
            kind = "far_final" if over else "far_partial"
            data = {"text": result.text, "confidence": result.confidence, "understood": result.understood}
            self.results.append(ServerEvent(kind, data))


class Stretch:
    """A stretch of speech with a session of its own: the next begins while its final is still being made.

    `on_result` gets each result, and whether it is the last.
    """

    def __init__(self, stt: Stt, on_result: Callable[[SttResult, bool], None]) -> None:
        self._on_result = on_result
        self._finished = False
        self._session = stt.session(self._result)
        self._session.begin(0)

    def feed(self, frame: Frame) -> None:
        self._session.feed(frame)

    def finish(self) -> None:
        self._finished = True
        self._session.flush(0)

    def _result(self, result: SttResult) -> None:
        # One that finds ends by itself gives finals unasked; the final of the flush says all again.
        over = result.final and self._finished
        if over:
            self._session.close()
        self._on_result(result, over)
