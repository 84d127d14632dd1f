"""One call's utterances on a recogniser's workers: what is fed is kept until it is understood or abandoned.

Must never wait for a worker. One that dies costs nothing but time: its utterance is played again to another,
or ends as failed. One that finds an end by itself has not failed: what follows is heard by a request of its
own, and the final of a flush has both.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace

from mediaserver.media.leg import Frame
from mediaserver.media.time import SAMPLE_RATE
from pipelines.engines.protocols import FAILED, FINAL_WITHIN_S, Grammar, SttResult, least_confidence
from pipelines.engines.stt.heard_language import in_common
from pipelines.engines.stt.utterance_request import UtteranceRequest
from pipelines.workers.pool import WorkerPool
from pipelines.workers.urgency import urgency

MAX_SECONDS = 60
"""Of one utterance; more audio is not listened to."""


class WorkerSttSession:
    """See pipelines.engines.protocols.SttSession."""

    def __init__(
        self,
        pool: WorkerPool,
        on_result: Callable[[SttResult], None],
        language: str = "en",
        final_within_s: float = FINAL_WITHIN_S,
        among: tuple[str, ...] = (),
    ) -> None:
        self._final_within_s = final_within_s
        self._pool = pool
        self._on_result = on_result
        self._language = language
        self._among = among
        self._urgency = urgency()
        """Of whoever opened it; what comes later may come from the media clock."""
        self._open = False
        """There is an utterance."""
        self._epoch = 0
        """Of the last `begin` or `resume`."""
        self._asked: int | None = None
        """Of a flush since then."""
        self._grammar: Grammar | None = None
        self._noise_db: float | None = None
        self._audio = bytearray()
        self._parts: list[SttResult] = []
        """What requests that ended unasked have heard of the utterance."""
        self._start = 0
        """Where the part after those begins, in bytes of the audio."""
        self._ends = 0
        self._request: UtteranceRequest | None = None
        """None: the next audio opens one."""

    def begin(self, epoch: int, grammar: Grammar | None = None, *, noise_db: float | None = None) -> None:
        self.abandon()
        self._open, self._epoch, self._grammar, self._noise_db = True, epoch, grammar, noise_db
        self._urgency = replace(self._urgency, patience_s=urgency().patience_s)
        self._listening()

    def feed(self, frame: Frame) -> None:
        if not self._open or len(self._audio) >= 2 * SAMPLE_RATE * MAX_SECONDS:
            return
        self._audio += frame.tobytes()
        self._listening().more()

    def flush(self, epoch: int) -> None:
        if not self._open:
            return
        self._asked = epoch
        request = self._listening()
        if request.over:  # it failed before anybody asked
            asyncio.get_running_loop().call_soon(self._repeat_failure, request)
        request.finish()

    def resume(self, epoch: int) -> None:
        if not self._open:
            return
        self._epoch, self._asked = epoch, None
        if self._request is not None and not self._request.listening:
            self._request.cancel()
            self._request = None
        self._listening()

    def abandon(self) -> None:
        request, self._request = self._request, None
        if request is not None:
            request.cancel()
        self._open, self._asked = False, None
        self._audio = bytearray()
        self._parts, self._start, self._ends = [], 0, 0

    def close(self) -> None:
        self.abandon()

    def _listening(self) -> UtteranceRequest:
        """The request that hears the utterance, or what is left of it."""
        if self._request is None:
            self._ends = len(self._parts)
            self._request = UtteranceRequest(
                self._pool,
                self._heard,
                self._grammar,
                self._audio,
                self._language,
                self._start,
                self._final_within_s,
                self._noise_db,
                self._among,
                self._urgency,
            )
        return self._request

    def _repeat_failure(self, request: UtteranceRequest) -> None:
        if self._request is request:
            self._heard(replace(FAILED, error=request.error))

    def _heard(self, result: SttResult) -> None:
        """What the present request tells."""
        request = self._request
        over = request is not None and request.over
        answer = result.failed or (over and request is not None and request.asked)
        if answer or not result.final:
            epoch = self._epoch if self._asked is None else self._asked
            self._on_result(replace(self._whole(result), epoch=epoch, segment=self._ends))
            return
        segment, self._ends = self._ends, self._ends + 1
        if over and request is not None:
            self._parts.append(result)
            self._start, self._request = request.ended_at, None
        self._on_result(replace(result, epoch=self._epoch, segment=segment))

    def _whole(self, result: SttResult) -> SttResult:
        return result if result.failed else joined([*self._parts, result])


def joined(parts: Sequence[SttResult]) -> SttResult:
    """What was said in all stretches of an utterance that were recognised one by one. Only one that stands
    alone is known to be a whole sentence of a grammar."""
    last = parts[-1]
    said = [part for part in parts if part.understood and part.text]
    if len(said) < 2:
        return replace(said[0] if said else last, final=last.final, stt_ms=last.stt_ms)
    whole = replace(
        last,
        text=" ".join(part.text for part in said),
        confidence=least_confidence(said),
        understood=True,
        complete=False,
        extensible=False,
        doubtful=any(part.doubtful for part in said),
        alternatives=(),
        hanging=last.hanging,
        words=tuple(word for part in said for word in part.words),
    )
    return in_common(whole, said)
