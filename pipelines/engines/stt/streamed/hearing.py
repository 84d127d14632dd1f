"""A worker's utterances on a provider's connections: partial results as they come, the final as soon as it
can be had, and a connection that is cut in the middle replaced, with what it has not answered sent once more.

Read by workers: standard library alone, Python 3.10.
"""

from __future__ import annotations

import asyncio
import contextlib
import enum
import hashlib
from collections.abc import Awaitable, Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any

from mediaserver.errors import ProviderFault
from pipelines.engines.cloud.faults import Provider
from pipelines.engines.cloud.kept import KeptConnections
from pipelines.engines.stt.streamed.ears import EarEvent, ProviderEar
from pipelines.engines.stt.streamed.transcript import Flushed, HeardStretch, StreamedTranscript
from pipelines.workers.async_entry import AsyncRequest, RequestError

BYTES_PER_MS = 32
PIECE_BYTES = 100 * BYTES_PER_MS
"""Sent at once."""
CUT_S = 0.1
"""So long is looked for what a connection told before it was cut."""
RECONNECTS = 2
REMEMBERED_S = 15.0
"""So long an utterance may be gone on with."""
BEGINNING_BYTES = 200 * BYTES_PER_MS
"""Of audio, by which one utterance is told from another at first."""


@dataclass(frozen=True)
class Opening:
    """How to get a connection for one utterance."""

    key: Hashable
    """Those with the same can be used for each other."""
    open: Callable[[], Awaitable[ProviderEar]]
    """Raises RequestError."""


class _Outcome(enum.Enum):
    """Of one connection for one utterance."""

    WHOLE = "heard to its end"
    LATE = "not told that all was heard, in the time there is"
    CUT = "cut"


@dataclass(frozen=True)
class _Answered:
    """An utterance that may be gone on with."""

    length: int
    """Bytes of its audio."""
    digest: bytes
    transcript: StreamedTranscript


@dataclass
class _Utterance:
    """What was sent and heard of one."""

    audio: bytearray
    transcript: StreamedTranscript
    finished: bool = False


class ProviderHearing:
    """See `pipelines.workers.async_entry.AsyncService`."""

    def __init__(
        self,
        provider: Provider,
        opening: Callable[[Mapping[str, Any]], Opening],
        *,
        keep_s: float,
        flush_s: float,
        ends: bool = False,
    ) -> None:
        """`opening`: of a request's fields. `flush_s`: after a flush the provider has so long, with what is
        insisted on (`telling`); then what was heard so far is the answer. `ends`: the provider's own ends of
        utterances are told."""
        self._flush_s = flush_s
        self._provider = provider
        self._opening = opening
        self._ears = KeptConnections[ProviderEar](keep_s)
        self._ends = ends
        self._heard: dict[bytes, _Answered] = {}
        """What was answered, by its beginning: a caller who goes on after a pause is heard by a new request,
        which brings all audio again."""

    async def serve(self, request: AsyncRequest) -> dict[str, Any]:
        opening = self._opening(request.fields)
        utterance = await self._begun(request)
        for tries in range(RECONNECTS + 1):
            ear = await self._opened(opening, last=tries == RECONNECTS)
            if ear is None:
                continue
            outcome = _Outcome.CUT
            try:
                ear.begin()
                outcome = await self._heard_by(ear, request, utterance)
            finally:  # also where nobody wants the answer any more: then the connection is closed
                if outcome is _Outcome.WHOLE:
                    self._ears.give(opening.key, ear)
                else:
                    self._ears.end(ear)
            if outcome is not _Outcome.CUT:
                self._remember(utterance)
                fields = utterance.transcript.fields()
                # words that were not final may be the half of what was said
                late = outcome is _Outcome.LATE and not utterance.transcript.settled
                return {**fields, "doubtful": True} if late and fields["text"] else fields
        raise self._provider.fault(ProviderFault.DOWN, "the connection was cut again and again")

    async def close(self) -> None:
        await self._ears.close()

    async def _begun(self, request: AsyncRequest) -> _Utterance:
        """A new utterance, or one that was answered and goes on."""
        audio = await request.audio()
        known = self._heard.get(_digest(audio[:BEGINNING_BYTES]))
        if known is not None and _digest(audio[: known.length]) == known.digest:
            return _Utterance(bytearray(audio), known.transcript.copy(), finished=not audio)
        return _Utterance(bytearray(audio), StreamedTranscript(), finished=not audio)

    def _remember(self, utterance: _Utterance) -> None:
        """Nothing of its audio is kept."""
        audio = bytes(utterance.audio)
        if len(audio) < BEGINNING_BYTES:
            return
        beginning = _digest(audio[:BEGINNING_BYTES])
        answered = self._heard[beginning] = _Answered(len(audio), _digest(audio), utterance.transcript)
        asyncio.get_running_loop().call_later(REMEMBERED_S, self._forget, beginning, answered)

    def _forget(self, beginning: bytes, answered: _Answered) -> None:
        if self._heard.get(beginning) is answered:
            del self._heard[beginning]

    async def _opened(self, opening: Opening, *, last: bool) -> ProviderEar | None:
        """None when it could not be had, which may be tried again."""
        try:
            return await self._ears.taken(opening.key, opening.open)
        except RequestError as error:
            if last or error.fields.get("kind") != ProviderFault.DOWN.value:
                raise
        except (OSError, asyncio.TimeoutError) as error:  # noqa: UP041 - not the same in Python 3.10
            if last:
                why = str(error) or "it does not answer"
                raise self._provider.fault(ProviderFault.DOWN, why) from None
        return None

    async def _heard_by(self, ear: ProviderEar, request: AsyncRequest, utterance: _Utterance) -> _Outcome:
        """Raises RequestError when the provider refuses, or does not answer at all."""
        start = utterance.transcript.reconnected() * BYTES_PER_MS
        loop = asyncio.get_running_loop()
        sending = loop.create_task(_sent(ear, request, utterance, min(start, len(utterance.audio))))
        flushed_at: float | None = None
        cut = False
        telling: asyncio.Task[EarEvent] = loop.create_task(ear.event())
        try:
            while True:
                waiting = {telling} if flushed_at is not None else {telling, sending}
                left = None if flushed_at is None else max(0.0, flushed_at + self._flush_s - loop.time())
                done, _ = await asyncio.wait(waiting, timeout=left, return_when=asyncio.FIRST_COMPLETED)
                if telling in done:
                    event = telling.result()
                    if event is None:
                        return _Outcome.CUT
                    if isinstance(event, Flushed):
                        return _Outcome.WHOLE
                    await self._take(event, request, utterance)
                    telling = loop.create_task(ear.event())
                elif not done:
                    if cut:
                        return _Outcome.CUT
                    if not utterance.transcript.fields()["text"]:
                        raise self._provider.fault(ProviderFault.DOWN, "it does not answer in time")
                    return _Outcome.LATE
                if sending in done:
                    cut = not sending.result()  # what it has told until then counts
                    flushed_at = loop.time() - (self._flush_s - CUT_S if cut else 0.0)
        finally:
            for task in (sending, telling):
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError, Exception):
                    await task

    async def _take(self, heard: HeardStretch, request: AsyncRequest, utterance: _Utterance) -> None:
        utterance.transcript.take(heard)
        fields = utterance.transcript.fields()
        if fields["text"]:
            ended = {"end": True} if heard.ended and self._ends and not request.finished else {}
            await request.result(**fields, **ended)


def _digest(audio: bytes) -> bytes:
    return hashlib.sha256(audio).digest()


async def _sent(ear: ProviderEar, request: AsyncRequest, utterance: _Utterance, position: int) -> bool:
    """All audio from `position` on, as it comes, and the flush behind it; False when it is cut."""
    audio = utterance.audio
    while True:
        if position < len(audio):
            piece = bytes(audio[position : position + PIECE_BYTES])
            try:
                await ear.send(piece)
            except RequestError:
                raise
            except Exception:  # as each client library says that a connection is cut
                return False
            position += len(piece)
        elif utterance.finished:
            try:
                await ear.flush()
            except RequestError:
                raise
            except Exception:
                return False
            return True
        elif more := await request.audio():
            audio += more
        else:
            utterance.finished = True
