"""A caller in front of a recogniser, and a listener in front of a voice, who speak and know Buzz."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from pipelines.engines.protocols import Grammar, Stt, SttResult, Tts, WordMark
from tests.plugins.acme_speech import buzz

Pcm = npt.NDArray[np.int16]
FRAME = 320


def frames(audio: Pcm) -> Iterator[Pcm]:
    for start in range(0, len(audio) - FRAME + 1, FRAME):
        yield audio[start : start + FRAME]


def spoken(text: str) -> Pcm:
    """With a little silence behind it, in whole frames."""
    audio = np.concatenate([buzz.say(text), np.zeros(3200, np.int16)])
    return audio[: len(audio) // FRAME * FRAME]


class Caller:
    """One call's utterances."""

    def __init__(self, stt: Stt, language: str = "en", among: tuple[str, ...] = ()) -> None:
        self.results: list[SttResult] = []
        self._changed = asyncio.Event()
        self.session = stt.session(self._take, language=language, among=among)
        self._epoch = 0

    def _take(self, result: SttResult) -> None:
        self.results.append(result)
        self._changed.set()

    async def until(self, enough: Callable[[SttResult], bool]) -> SttResult:
        """The first result so far that is enough, waited for."""
        async with asyncio.timeout(15):
            while not (found := [each for each in self.results if enough(each)]):
                self._changed.clear()
                await self._changed.wait()
        return found[0]

    def begin(self, grammar: Grammar | None = None) -> None:
        self._epoch += 1
        self.results.clear()
        self.session.begin(self._epoch, grammar)

    def say(self, audio: Pcm) -> None:
        for frame in frames(audio):
            self.session.feed(frame)

    async def final(self) -> SttResult:
        self._epoch += 1
        asked = self._epoch
        self.session.flush(asked)
        return await self.until(lambda result: result.final and result.epoch == asked)

    async def says(self, text: str, grammar: Grammar | None = None) -> SttResult:
        """A whole utterance, faster than it would be spoken."""
        self.begin(grammar)
        self.say(spoken(text))
        return await self.final()


async def heard(tts: Tts, text: str, voice: str = "", language: str = "en") -> tuple[str, list[WordMark]]:
    """What a listener makes of a text, and the marks of its words. Raises EngineError."""
    audio, marks = [np.zeros(0, np.int16)], list[WordMark]()
    async for chunk in tts.speak(text, voice=voice, language=language):
        audio.append(chunk.samples)
        marks += chunk.words
    return " ".join(word.text for word in buzz.read(np.concatenate(audio))), marks
