"""What is said in every call, made before the first of them: greetings, fillers and prompts of flows.

Batch work while no call is up: whatever is in the making is given up when one begins. Never by a voice that
takes money for what it says.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterable
from contextlib import aclosing
from typing import NamedTuple

from mediaserver.errors import EngineError
from mediaserver.media.time import SAMPLE_RATE
from pipelines.engines.batch_work import as_batch_work
from pipelines.engines.tts.failover import PreferredTts
from pipelines.spoken.forms import spoken
from pipelines.spoken.pronunciation import Pronunciations

log = logging.getLogger(__name__)

SETTLED_S = 15.0
"""So long after its start a server is left alone: callers who waited for it ring now."""
LOOK_S = 30.0
"""How often it is looked what agents and flows say by now."""
WATCH_S = 0.05
"""How soon it is noticed that a call has begun."""


class FixedSentence(NamedTuple):
    """One sentence that an operator has written, and who says it."""

    written: str
    voice: str
    language: str
    engines: tuple[str, ...]
    tts: PreferredTts
    pronunciations: Pronunciations


class Premaking:
    """`sentences`: all that are said in every call, by now. `idle`: no call is up. At most `most` sentences,
    and `most_s` seconds of speech, are made in the life of a server."""

    def __init__(
        self,
        sentences: Callable[[], Iterable[FixedSentence]],
        idle: Callable[[], bool],
        most: int,
        most_s: float,
    ) -> None:
        self.made_s = 0.0
        self._sentences = sentences
        self._idle = idle
        self._most = most
        self._most_s = most_s
        self._done: set[tuple[object, ...]] = set()

    async def run(self) -> None:
        """Until it is cancelled, or nothing more may be made."""
        await asyncio.sleep(SETTLED_S)
        while await self.make():  # noqa: ASYNC110  # rows and flows change when they like
            await asyncio.sleep(LOOK_S)

    async def make(self) -> bool:
        """What is missing by now; False when no more may be made."""
        for sentence in self._sentences():
            if len(self._done) >= self._most or self.made_s >= self._most_s:
                return False
            key = sentence[:4]
            tts: PreferredTts | None = None
            if key not in self._done and "<" not in sentence.written:
                tts = sentence.tts.unpaid(sentence.voice, sentence.language)
            if tts is None or not tts.ready:
                await asyncio.sleep(0)  # there may be thousands, and calls want the loop
                continue
            while not await self._made(sentence._replace(tts=tts)):
                pass
            self._done.add(key)
        return True

    async def _made(self, sentence: FixedSentence) -> bool:
        """False when a call came between."""
        while not self._idle():  # noqa: ASYNC110  # nothing tells of the last call's end
            await asyncio.sleep(WATCH_S)
        making = asyncio.create_task(self._say(sentence))
        try:
            while not making.done():
                await asyncio.wait((making,), timeout=WATCH_S)
                if not making.done() and not self._idle():
                    return False
            making.result()
        except EngineError as error:  # a call will try it again
            log.info("a sentence cannot be made beforehand: %s", error)
        finally:
            making.cancel()
            with contextlib.suppress(asyncio.CancelledError, EngineError):
                await making
        return True

    async def _say(self, sentence: FixedSentence) -> None:
        form = spoken(sentence.written, sentence.language, sentence.pronunciations)
        tts = sentence.tts.kept_for(form.written)
        with as_batch_work():
            stream = tts.speak(form.spoken, voice=sentence.voice, language=sentence.language)
            async with aclosing(stream) as chunks:
                async for chunk in chunks:
                    self.made_s += len(chunk.samples) / SAMPLE_RATE
