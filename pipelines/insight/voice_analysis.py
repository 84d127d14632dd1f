"""Has callers' voices looked at in a worker process, one for all calls of the server. It is there from the
first call on whose agent wants it; until then, and when it is down, nothing is known of a voice.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from mediaserver.errors import EngineError
from pipelines.insight.voice_figures import VoiceFigures, VoiceWishes
from pipelines.workers.pool import Ticket, WorkerPool
from pipelines.workers.protocol import Msg, WorkerMessage, pack
from pipelines.workers.spec import WorkerSpec

log = logging.getLogger(__name__)

PENDING = 16
"""Utterances that may wait for it; an answer that comes later is of no use."""
SPEC = WorkerSpec("voice figures", "pipelines.insight.voice_worker", at_once=PENDING)
AGAIN_S = 60.0
"""After a start that failed."""

Answer: TypeAlias = Callable[[VoiceFigures | None], None]


class LooksAtVoices(Protocol):
    """See VoiceAnalysis."""

    def begin(self) -> None: ...

    def ask(self, samples: npt.NDArray[np.int16], wishes: VoiceWishes, answer: Answer) -> None: ...


class VoiceAnalysis:
    """One for a server."""

    def __init__(self) -> None:
        self._pool = WorkerPool(SPEC, 1)
        self._starting: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Somebody will ask: have it started, unless it is. Returns at once."""
        if self._starting is None:
            self._starting = asyncio.create_task(self._start(), name="voice-figures")

    def ask(self, samples: npt.NDArray[np.int16], wishes: VoiceWishes, answer: Answer) -> None:
        """Returns at once; `answer` is called on the loop's thread, with None when there is none."""
        question = _Question(answer)
        ticket = self._pool.open(question, mood=wishes.mood, speakers=wishes.speakers)
        if ticket is None:
            asyncio.get_running_loop().call_soon(answer, None)
            return
        question.ticket = ticket
        ticket.send(
            pack(Msg.AUDIO, ticket.id, samples.astype("<i2", copy=False).tobytes())
            + pack(Msg.FINISH, ticket.id)
        )

    async def close(self) -> None:
        task, self._starting = self._starting, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        self._pool.stop()

    async def _start(self) -> None:
        while True:
            try:
                await self._pool.start()
                return
            except EngineError as error:
                log.error("%s; nothing is known of callers' voices", error)
            await asyncio.sleep(AGAIN_S)


class _Question:
    """A Requester of one answer."""

    def __init__(self, answer: Answer) -> None:
        self._answer: Answer | None = answer
        self.ticket: Ticket | None = None

    def on_message(self, message: WorkerMessage) -> None:
        figures = None
        try:
            told = message.json()
            if message.kind is Msg.DONE:
                figures = VoiceFigures.of_json(told)
            else:
                log.error("an utterance's voice could not be looked at: %s", told.get("error"))
        except (LookupError, TypeError, ValueError) as error:
            log.error("an utterance's figures cannot be read: %r", error)
        self._over(figures)

    def on_lost(self, why: str) -> None:
        self._over(None)

    def _over(self, figures: VoiceFigures | None) -> None:
        answer, self._answer = self._answer, None
        ticket, self.ticket = self.ticket, None
        if ticket is not None:
            ticket.close()
        if answer is not None:
            answer(figures)
