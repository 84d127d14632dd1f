"""A stretch of a call's audio on a recogniser's worker, from OPEN to its final, or its failure.

Must never wait for a worker: `pipelines.engines.stt.session` calls it from the media clock.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from mediaserver.errors import EngineBusyError, EngineError, EngineLostError, EngineMemoryError
from mediaserver.media.time import FRAME_SAMPLES, SAMPLES_PER_MS
from pipelines.engines.in_worker import failure
from pipelines.engines.protocols import FAILED, FINAL_WITHIN_S, Grammar, SttResult, WordTime
from pipelines.workers.pool import Ticket, WorkerPool
from pipelines.workers.protocol import Msg, WorkerMessage, pack
from pipelines.workers.urgency import Priority, Urgency, as_urgent

log = logging.getLogger(__name__)

BATCH_BYTES = 3 * FRAME_SAMPLES * 2
"""60 ms: sent to the worker in one message."""
BYTES_PER_MS = 2 * SAMPLES_PER_MS
ROOM_LOOK_S = 0.1
"""Pause before room is looked for again where too many look for it already, and nobody else can hear."""
RETRIES = 1
"""How often an utterance is played to another worker after its own died."""


class UtteranceRequest:
    """A stretch of audio on a worker, or on another when that one dies. See
    pipelines.workers.supervisor.Requester.

    `audio` (int16, 16 kHz) is the owner's and only grows; `more` says that it has grown. What comes before
    byte `start` is not this request's.
    """

    def __init__(
        self,
        pool: WorkerPool,
        on_result: Callable[[SttResult], None],
        grammar: Grammar | None,
        audio: bytearray,
        language: str = "en",
        start: int = 0,
        final_within_s: float = FINAL_WITHIN_S,
        noise_db: float | None = None,
        among: tuple[str, ...] = (),
        urgent: Urgency | None = None,
    ) -> None:
        self._final_within_s = final_within_s
        self._noise_db = noise_db
        self._among = among
        self._pool = pool
        self._on_result = on_result
        self._start = start
        self._grammar = grammar
        self._language = language
        self._audio = audio
        self._sent = start
        self._end: int | None = None
        """Where the audio that belongs to a finished utterance ends, in bytes."""
        self._ticket: Ticket | None = None
        self._tries = 0
        self._relieved = False
        """Room was made for it on the device."""
        self._urgency = urgent or Urgency()
        self._finished_at = 0.0
        self.ended_at = start
        """Once a worker has ended it: what lies behind this byte of the audio it has not heard."""
        self.over = False
        """It has had its final, or will have none."""
        self.error: EngineError | None = None
        """Why it will have none."""
        self._waiting: asyncio.Task[None] | None = None
        self._deadline: asyncio.TimerHandle | None = None
        self._connect()

    @property
    def listening(self) -> bool:
        """More audio is welcome: neither finished nor over."""
        return not self.over and self._end is None

    @property
    def asked(self) -> bool:
        """The final was asked for."""
        return self._end is not None

    def more(self) -> None:
        if self.listening and len(self._audio) - self._sent >= BATCH_BYTES:
            self._send()

    def finish(self) -> None:
        """No more audio: the final follows; without a worker it fails after `final_within_s`."""
        if not self.listening:
            return
        self._end = len(self._audio)
        self._finished_at = time.perf_counter()
        self._deadline = asyncio.get_running_loop().call_later(self._final_within_s, self._expire)
        if self._ticket is not None:
            self._send()
            self._finish(self._ticket)

    def cancel(self) -> None:
        """No more results."""
        if self._ticket is not None and not self.over:
            self._ticket.send(pack(Msg.CANCEL, self._ticket.id))
        self._close()

    def _finish(self, ticket: Ticket) -> None:
        ticket.send(pack(Msg.FINISH, ticket.id))
        self._awaits(ticket)

    def _awaits(self, ticket: Ticket) -> None:
        """The final is waited for; a recording's long piece may take its time."""
        if self._urgency.priority is Priority.CALL:
            ticket.awaits()

    # -- Requester -------------------------------------------------------------------------------------

    def on_message(self, message: WorkerMessage) -> None:
        if self.over:
            return
        try:
            result = self._result(message)
        except EngineError as error:
            if isinstance(error, EngineMemoryError) and not self._relieved:
                self._relieve(error)
            else:
                self._fail(error)
            return
        except Exception as error:  # a worker may be anybody's
            self._fail(EngineError(f"the {self._pool.spec.name} worker sent nonsense ({error!r})"))
            return
        if message.kind is Msg.DONE:
            self._close()
        elif self._end is not None and self._ticket is not None:  # a partial that came late is no final
            self._awaits(self._ticket)
        self._on_result(result)

    def on_lost(self, why: str) -> None:
        self._ticket = None
        if self.over:
            return
        self._tries += 1
        if self._tries > RETRIES or (self._end is not None and self._deadline is None):
            self._fail(EngineLostError(f"the {self._pool.spec.name} worker {why} while it listened"))
        else:
            self._connect()

    def _result(self, message: WorkerMessage) -> SttResult:
        """What RESULT or DONE says. Raises EngineError for FAILED, and anything else for nonsense."""
        fields = message.json()
        if message.kind is Msg.FAILED:
            raise failure(fields)
        done = message.kind is Msg.DONE
        if done:
            end_ms = fields.get("end_ms")
            upto = self._sent if end_ms is None else self._start + int(end_ms) * BYTES_PER_MS
            self.ended_at = min(max(upto, self._start), self._sent)
        before_ms = self._start // BYTES_PER_MS
        return SttResult(
            text=str(fields["text"]),
            final=done or bool(fields.get("end")),
            confidence=_share(fields.get("confidence")),
            understood=bool(fields.get("understood", True)),
            complete=bool(fields.get("complete")),
            extensible=bool(fields.get("extensible")),
            hanging=bool(fields.get("hanging")),
            doubtful=bool(fields.get("doubtful")),
            alternatives=tuple(str(text) for text in fields.get("alternatives", ())),
            language=str(fields.get("language") or ""),
            language_probability=float(fields.get("language_probability", 0.0)),
            stt_ms=self._since_finish() if done else 0.0,
            words=tuple(_word(each, before_ms) for each in fields.get("words", ())),
        )

    # -- inside ----------------------------------------------------------------------------------------

    def _connect(self) -> None:
        """Open on a ready worker and send what there is, or wait for one."""
        grammar = self._grammar
        fields: dict[str, Any] | None = None
        if grammar is not None:
            fields = {"name": grammar.name, "jsgf": grammar.jsgf, "choice": grammar.choice}
        told = {"language": self._language, "among": self._among, "noise_db": self._noise_db}
        with as_urgent(self._urgency):
            self._ticket = self._pool.open(self, grammar=fields, **told)
            if self._ticket is None and self._waiting is None:
                waiting = self._wait(grammar=fields, **told)
                self._waiting = asyncio.get_running_loop().create_task(waiting)
        if self._ticket is not None:
            self._begin(self._ticket)

    def _begin(self, ticket: Ticket) -> None:
        """A worker listens: it is sent what there is."""
        self._sent = self._start
        if len(self._audio) > self._start:
            self._send()
        if self._end is not None:
            self._finish(ticket)

    async def _wait(self, **told: Any) -> None:
        """Until a worker has room, or none will in time and others may."""
        while self._ticket is None:
            try:
                self._ticket = await self._pool.opened(self, within_s=self._final_within_s, **told)
            except EngineError as error:
                if self._urgency.patience_s is not None or not isinstance(error, EngineBusyError):
                    log.warning("an utterance is left to another recogniser: %s", error)
                    self._waiting = None
                    self._give_up(error)
                    return
                await asyncio.sleep(ROOM_LOOK_S)
        self._waiting = None
        self._begin(self._ticket)

    def _relieve(self, error: EngineError) -> None:
        """Try once more when room has been made on the device."""
        self._relieved, self._ticket = True, None

        async def again() -> None:
            relieved = await self._pool.relieved()
            self._waiting = None
            if relieved and not self.over:
                self._connect()
            else:
                self._fail(error)

        self._waiting = asyncio.get_running_loop().create_task(again())

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
            self._give_up(EngineBusyError(f"no {self._pool.spec.name} worker was there in time"))

    def _fail(self, error: EngineError) -> None:
        log.error("an utterance failed: %s", error)
        self._give_up(error)

    def _give_up(self, error: EngineError | None = None) -> None:
        """The clear result of an utterance that no worker could hear in time."""
        if not self.over:
            waited, self.error = self._since_finish(), error
            self.cancel()
            self._on_result(replace(FAILED, stt_ms=waited, error=error))

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


def _share(told: Any) -> float | None:
    """0 to 1; None where the worker does not tell."""
    return None if told is None else float(told)


def _word(told: Sequence[Any], before_ms: int) -> WordTime:
    text, begin, end, *sure = told
    return WordTime(
        str(text), before_ms + int(begin), before_ms + int(end), _share(sure[0] if sure else None)
    )
