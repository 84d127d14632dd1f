"""A voice whose work is done in worker processes: all of it that is the same for every such engine.

Must never synthesise in this process. A text is plain text: nothing in it is read as markup or as phonemes.
The worker gets OPEN {"text", "voice", "language", "rate"}, with "pitch" and "phonemes" where somebody asks
for them and its manifest says that it can (protocols.SpeechManner); CREDIT for each stretch of audio that was
taken, and CANCEL in the end. It answers with AUDIO (int16, 16 kHz, no leading silence), before each any
RESULT {"words": [[text_start, text_end, sample], ...]} that belongs to it, then DONE; or with FAILED
{"error", "missing": true when it has no such voice or language, "kind": pipelines.workers.faults}. It should
not make much more than has been taken.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncGenerator
from copy import copy
from dataclasses import asdict
from typing import Self

import numpy as np

from mediaserver.errors import EngineError, EngineLostError, EngineMemoryError, EngineRequestError
from mediaserver.media.time import SAMPLE_RATE
from pipelines.engines.in_worker import WorkerEngine, failure
from pipelines.engines.protocols import AS_USUAL, SpeechManner, TtsChunk, WordMark
from pipelines.workers.pool import Ticket
from pipelines.workers.protocol import Msg, WorkerMessage, pack
from pipelines.workers.urgency import urgency

MAX_CHARS = 4_000
"""Of one text: more than four minutes of speech, which no caller listens to."""
AGAIN_WITHIN_S = 0.5
"""Where there is another engine: a text whose worker died must sound from a second one within this, once that
has room; the caller has waited already."""
READY_WAIT_S = 3.0
"""How long a text waits for a worker that is being started again, or for room on one."""
MOST_AHEAD = 300 * SAMPLE_RATE
"""Samples that may wait for a listener, of the slowest speech, too: a worker that sends more heeds no CREDIT,
and would fill the memory."""
# Control characters, lone surrogates and the byte order mark become spaces: one for one, so positions hold.
_CONTROL = {code: " " for code in (*range(0x20), *range(0x7F, 0xA0), *range(0xD800, 0xE000), 0xFEFF)}


class WorkerTts(WorkerEngine):
    """See pipelines.engines.protocols.Tts."""

    _manner = AS_USUAL

    def in_manner(self, manner: SpeechManner) -> Self:
        """The same workers."""
        same = copy(self)
        same._manner = manner.within(self.manifest)
        return same

    async def speak(
        self, text: str, *, voice: str = "", language: str = "en", rate: float = 1.0
    ) -> AsyncGenerator[TtsChunk, None]:
        """Stream the audio of a text. A text without anything to say gives no chunk.

        Raises EngineError when the text is too long, when the voice is unknown, or when the worker died
        after the first chunk (before it, another one takes over); EngineBusyError at once where no worker
        has room, or is there, in time.
        """
        if len(text) > MAX_CHARS:
            raise EngineRequestError(
                f"a text of {len(text)} characters is too long to speak; split it to at most {MAX_CHARS}"
            )
        plain = text.translate(_CONTROL)
        if not plain.strip():
            return
        name = self.pool.spec.name
        more = asdict(self._manner) if self._manner != AS_USUAL else {}
        first_s: float | None = None
        for last_try in (False, True):
            speech = SpeechRequest(name)
            ticket = await self.pool.opened(
                speech, within_s=READY_WAIT_S, text=plain, voice=voice, language=language, rate=rate, **more
            )
            spoken = False
            try:
                while (item := await speech.next(ticket, None if spoken else first_s)) is not None:
                    if isinstance(item, EngineError):
                        raise item
                    spoken = True
                    yield item
                    # Only now has the listener come back for more.
                    ticket.send(pack(Msg.CREDIT, ticket.id, struct.pack("<I", len(item.samples))))
                return
            except EngineLostError:
                if spoken or last_try:
                    raise
                if urgency().patience_s is not None:
                    first_s = AGAIN_WITHIN_S
            except EngineMemoryError:
                if spoken or last_try or not await self.pool.relieved():
                    raise
            finally:
                ticket.drop()


class SpeechRequest:
    """Turns a worker's messages into chunks; see pipelines.workers.supervisor.Requester."""

    def __init__(self, name: str) -> None:
        self.queue: asyncio.Queue[TtsChunk | EngineError | None] = asyncio.Queue()
        self._name = name
        self._words: tuple[WordMark, ...] = ()
        self._ahead = 0

    async def next(self, ticket: Ticket, within_s: float | None = None) -> TtsChunk | EngineError | None:
        """What comes next; a worker that lets its listener wait for ever is started again. `within_s`: what
        comes later is left to another engine."""
        if self.queue.empty():
            ticket.awaits()
        try:
            async with asyncio.timeout(within_s):
                item = await self.queue.get()
        except TimeoutError:
            raise EngineLostError(
                f"the {self._name} worker died, and no other spoke within {within_s} s"
            ) from None
        if isinstance(item, TtsChunk):
            self._ahead -= len(item.samples)
        return item

    def on_message(self, message: WorkerMessage) -> None:
        try:
            self._take(message)
        except Exception as error:  # a worker may be anybody's
            self.queue.put_nowait(EngineError(f"the {self._name} worker sent nonsense ({error!r})"))

    def _take(self, message: WorkerMessage) -> None:
        match message.kind:
            case Msg.RESULT:
                words = message.json()["words"]
                self._words += tuple(WordMark(int(a), int(b), int(sample)) for a, b, sample in words)
            case Msg.AUDIO:
                samples = np.frombuffer(message.payload, np.int16)
                if self._ahead > MOST_AHEAD:
                    return
                self._ahead += len(samples)
                if self._ahead > MOST_AHEAD:
                    ahead_s = self._ahead // SAMPLE_RATE
                    why = f"the {self._name} worker sends speech that nobody takes ({ahead_s} s of it)"
                    self.queue.put_nowait(EngineError(why))
                    return
                self.queue.put_nowait(TtsChunk(samples, self._words))
                self._words = ()
            case Msg.DONE:
                self.queue.put_nowait(None)
            case Msg.FAILED:
                self.queue.put_nowait(failure(message.json()))
            case _:
                pass

    def on_lost(self, why: str) -> None:
        self.queue.put_nowait(EngineLostError(f"the {self._name} worker {why} while it spoke; try again"))
