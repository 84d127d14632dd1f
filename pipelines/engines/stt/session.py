"""One call's utterances on a recogniser's workers: what is fed is kept until it is understood or abandoned.

Must never wait for a worker. One that dies costs nothing but time: its utterance is played again to another,
or ends as failed.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import replace

from mediaserver.media.leg import Frame
from mediaserver.media.time import FRAME_SAMPLES, SAMPLE_RATE
from pipelines.engines.protocols import FAILED, FINAL_WITHIN_S, Grammar, SttResult, WordTime
from pipelines.workers.pool import Ticket, WorkerPool
from pipelines.workers.protocol import Msg, WorkerMessage, pack

log = logging.getLogger(__name__)

BATCH_BYTES = 3 * FRAME_SAMPLES * 2
"""60 ms: sent to the worker in one message."""
MAX_SECONDS = 60
"""Of one utterance; more audio is not listened to."""
RETRIES = 1
"""How often an utterance is played to another worker after its own died."""


class WorkerSttSession:
    """See pipelines.engines.protocols.SttSession."""

    def __init__(
        self, pool: WorkerPool, on_result: Callable[[SttResult], None], language: str = "en"
    ) -> None:
        self._pool = pool
        self._on_result = on_result
        self._language = language
        self._epoch = 0
        self._grammar: Grammar | None = None
        self._audio = bytearray()
        self._utterance: UtteranceRequest | None = None

    def begin(self, epoch: int, grammar: Grammar | None = None) -> None:
        self.abandon()
        self._grammar = grammar
        self._listen(epoch)

    def feed(self, frame: Frame) -> None:
        if self._utterance is None or len(self._audio) >= 2 * SAMPLE_RATE * MAX_SECONDS:
            return
        self._audio += frame.tobytes()
        self._utterance.more()

    def flush(self, epoch: int) -> None:
        self._epoch = epoch
        if self._utterance is None:
            return
        if self._utterance.over:  # it failed before anybody asked
            asyncio.get_running_loop().call_soon(self._repeat_failure, self._utterance)
        self._utterance.finish()

    def resume(self, epoch: int) -> None:
        if self._utterance is None:
            return
        if self._utterance.listening:
            self._epoch = epoch
            return
        self._utterance.cancel()
        self._listen(epoch)

    def abandon(self) -> None:
        utterance, self._utterance = self._utterance, None
        if utterance is not None:
            utterance.cancel()
        self._audio = bytearray()

    def close(self) -> None:
        self.abandon()

    def _listen(self, epoch: int) -> None:
        """Hear all audio since `begin`, from its start."""
        self._epoch = epoch
        self._utterance = UtteranceRequest(
            self._pool, self._label, self._grammar, self._audio, self._language
        )

    def _repeat_failure(self, utterance: UtteranceRequest) -> None:
        if self._utterance is utterance:
            self._label(FAILED)

    def _label(self, result: SttResult) -> None:
        self._on_result(replace(result, epoch=self._epoch))


class UtteranceRequest:
    """A stretch of audio on a worker, or on another when that one dies. See
    pipelines.workers.supervisor.Requester.

    `audio` (int16, 16 kHz) is the owner's and only grows; `more` says that it has grown.
    """

    def __init__(
        self,
        pool: WorkerPool,
        on_result: Callable[[SttResult], None],
        grammar: Grammar | None,
        audio: bytearray,
        language: str = "en",
    ) -> None:
        self._pool = pool
        self._on_result = on_result
        self._grammar = grammar
        self._language = language
        self._audio = audio
        self._sent = 0
        self._end: int | None = None
        """Where the audio that belongs to a finished utterance ends, in bytes."""
        self._ticket: Ticket | None = None
        self._tries = 0
        self._finished_at = 0.0
        self.over = False
        """It has had its final, or will have none."""
        self._waiting: asyncio.Task[None] | None = None
        self._deadline: asyncio.TimerHandle | None = None
        self._connect()

    @property
    def listening(self) -> bool:
        """More audio is welcome: neither finished nor over."""
        return not self.over and self._end is None

    def more(self) -> None:
        if self.listening and len(self._audio) - self._sent >= BATCH_BYTES:
            self._send()

    def finish(self) -> None:
        """No more audio: the final follows; without a worker it fails after FINAL_WITHIN_S."""
        if not self.listening:
            return
        self._end = len(self._audio)
        self._finished_at = time.perf_counter()
        self._deadline = asyncio.get_running_loop().call_later(FINAL_WITHIN_S, self._expire)
        if self._ticket is not None:
            self._send()
            self._ticket.send(pack(Msg.FINISH, self._ticket.id))

    def cancel(self) -> None:
        """No more results."""
        if self._ticket is not None and not self.over:
            self._ticket.send(pack(Msg.CANCEL, self._ticket.id))
        self._close()

    # -- Requester -------------------------------------------------------------------------------------

    def on_message(self, message: WorkerMessage) -> None:
        if self.over:
            return
        try:
            result = self._result(message)
        except (KeyError, TypeError, ValueError) as error:  # a worker may be anybody's
            result, why = None, f"the {self._pool.spec.name} worker sent nonsense ({error!r})"
        else:
            why = "" if result is not None else str(message.json().get("error", "no reason given"))
        if result is None:
            log.error("an utterance failed: %s", why)
            self._give_up()
            return
        if result.final:
            self._close()
        self._on_result(result)

    def on_lost(self, why: str) -> None:
        self._ticket = None
        if self.over:
            return
        self._tries += 1
        if self._tries > RETRIES or (self._end is not None and self._deadline is None):
            log.error("an utterance failed: the %s worker %s", self._pool.spec.name, why)
            self._give_up()
        else:
            self._connect()

    def _result(self, message: WorkerMessage) -> SttResult | None:
        """What RESULT or DONE says; None for FAILED. Raises KeyError, TypeError and ValueError."""
        fields = message.json()
        if message.kind is Msg.FAILED:
            return None
        final = message.kind is Msg.DONE
        return SttResult(
            text=str(fields["text"]),
            final=final,
            confidence=float(fields.get("confidence", 0.0)),
            understood=bool(fields.get("understood", True)),
            complete=bool(fields.get("complete")),
            extensible=bool(fields.get("extensible")),
            stt_ms=self._since_finish() if final else 0.0,
            words=tuple(WordTime(str(text), int(a), int(b)) for text, a, b in fields.get("words", ())),
        )

    # -- inside ----------------------------------------------------------------------------------------

    def _connect(self) -> None:
        """Open on a ready worker and send what there is, or wait for one."""
        grammar = self._grammar
        fields = {"name": grammar.name, "jsgf": grammar.jsgf} if grammar is not None else None
        self._ticket = self._pool.open(self, grammar=fields, language=self._language)
        if self._ticket is None:
            if self._waiting is None:
                self._waiting = asyncio.get_running_loop().create_task(self._wait())
            return
        self._sent = 0
        if self._audio:
            self._send()
        if self._end is not None:
            self._ticket.send(pack(Msg.FINISH, self._ticket.id))

    async def _wait(self) -> None:
        """Until a worker has room."""
        while not await self._pool.wait_room(FINAL_WITHIN_S):
            pass
        self._waiting = None
        self._connect()

    def _send(self) -> None:
        if self._ticket is not None:
            end = len(self._audio) if self._end is None else self._end
            piece = bytes(memoryview(self._audio)[self._sent : end])
            self._sent = end
            self._ticket.send(pack(Msg.AUDIO, self._ticket.id, piece))

    def _since_finish(self) -> float:
        """Milliseconds; 0 before."""
        return 0.0 if self._end is None else (time.perf_counter() - self._finished_at) * 1000.0

    def _expire(self) -> None:
        """A worker that is slow may still answer; one that is not there will not."""
        self._deadline = None
        if self._ticket is None:
            self._give_up()

    def _give_up(self) -> None:
        """The clear result of an utterance that no worker could hear in time."""
        if not self.over:
            waited = self._since_finish()
            self.cancel()
            self._on_result(replace(FAILED, stt_ms=waited))

    def _close(self) -> None:
        self.over = True
        if self._ticket is not None:
            self._ticket.close()
            self._ticket = None
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
