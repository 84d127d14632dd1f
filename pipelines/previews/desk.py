"""The voices of a running server: how they stand, and what each sounds like.

A preview is made once and kept; whoever asks for one that is being made waits for that.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mediaserver.calls.wave_file import wav_header
from mediaserver.errors import CapacityError, EngineError, EngineMissingError
from mediaserver.media.time import SAMPLE_RATE
from pipelines.engines.batch_work import as_batch_work
from pipelines.engines.finish.kept_files import KeptFiles
from pipelines.engines.protocols import Kind, TtsChunk
from pipelines.engines.registry import EngineOptions, EngineRegistry
from pipelines.engines.running import Engines
from pipelines.previews.standing import (
    EnginesForVoices,
    VoiceStanding,
    look_at_engines,
    standings,
)
from pipelines.voices.catalogue import Catalogue, CatalogueVoice, catalogue
from pipelines.voices.routing import VoiceRoute

log = logging.getLogger(__name__)

LOOK_AGAIN_S = 5.0
"""So long what was found of the engines is taken to be true."""
KEPT_BYTES = 64 << 20
LONGEST_SAMPLES = 30 * SAMPLE_RATE
"""A voice that goes on for longer than this is out of its mind; it is cut."""
START_S = 20.0
"""So long an engine that was never asked for may take to start."""
MAKE_S = 60.0
AT_ONCE = 2
WAITING = 20
"""Previews that are being made, or waiting for it; one more is refused."""


@dataclass(frozen=True, slots=True)
class VoicePreview:
    wav: bytes
    """16-bit PCM, mono, 16 kHz."""
    way: VoiceRoute
    """Who spoke it."""


class VoiceDesk:
    def __init__(
        self,
        known: EngineRegistry,
        engines: Engines,
        options: Callable[[Kind, str], EngineOptions],
        preferred: Sequence[str],
        folder: Path,
        voices: Catalogue | None = None,
        fingerprint: Callable[[str], str] = str,
    ) -> None:
        """`preferred`: the settings' engines for speech, best first. `folder`: for previews, which may
        vanish. `fingerprint`: of an engine by its name: another as soon as its weights or settings are."""
        self._fingerprint = fingerprint
        self.catalogue = voices or catalogue()
        self._known = known
        self._engines = engines
        self._options = options
        self._preferred = tuple(preferred)
        self._kept = KeptFiles(folder, KEPT_BYTES)
        self._making: dict[str, asyncio.Task[bytes]] = {}
        self._room = asyncio.Semaphore(AT_ONCE)
        self._found: EnginesForVoices | None = None
        self._found_at = 0.0
        self._looking: asyncio.Task[EnginesForVoices] | None = None
        self._stand: tuple[EnginesForVoices, dict[str, VoiceStanding]] | None = None

    async def engines(self) -> EnginesForVoices:
        """Who can speak now."""
        now = asyncio.get_running_loop().time()
        if self._found is not None and now - self._found_at < LOOK_AGAIN_S:
            return self._found
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(
                asyncio.to_thread(look_at_engines, self._known, self._options, self._preferred)
            )
        found = await asyncio.shield(self._looking)
        if found != self._found:  # else what was made of it still holds
            self._found = found
        self._found_at = now
        return self._found

    async def standings(self) -> Mapping[str, VoiceStanding]:
        """Of all voices by their ids, in the order of `standings`. Made anew only when an engine has come or
        gone."""
        engines = await self.engines()
        if self._stand is None or self._stand[0] is not engines:
            self._stand = engines, {each.voice.id: each for each in standings(self.catalogue, engines)}
        return self._stand[1]

    async def standing(self, id: str) -> VoiceStanding:
        """Of one. Raises EngineMissingError when there is no such voice."""
        voice = self.catalogue.voice(id)
        return (await self.standings())[voice.id]

    async def preview(self, id: str) -> VoicePreview:
        """A sentence in the voice's own language. Raises EngineMissingError when nobody can speak it,
        EngineError when its engine fails, CapacityError while too many are being made."""
        stands = await self.standing(id)
        voice, way = stands.voice, stands.way
        if way is None:
            raise EngineMissingError(
                f"the voice {voice.id} cannot speak: {voice.engine} lacks {stands.lacks}"
            )
        name = _name(voice, way, self._fingerprint(way.engine))
        if (making := self._making.get(name)) is None:
            if (kept := await asyncio.to_thread(self._kept.read, name)) is not None:
                return VoicePreview(kept, way)
            making = self._making.get(name) or self._begin(name, voice, way)
        return VoicePreview(await asyncio.shield(making), way)

    async def close(self) -> None:
        """Give up what is being made."""
        tasks = [*self._making.values(), *([self._looking] if self._looking is not None else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _begin(self, name: str, voice: CatalogueVoice, way: VoiceRoute) -> asyncio.Task[bytes]:
        if len(self._making) >= WAITING:
            raise CapacityError("too many previews are being made at once: try again in a moment")
        task = self._making[name] = asyncio.create_task(self._made(name, voice, way))

        def over(task: asyncio.Task[bytes]) -> None:
            del self._making[name]
            if not task.cancelled():
                task.exception()  # whoever waited has been told

        task.add_done_callback(over)
        return task

    async def _made(self, name: str, voice: CatalogueVoice, way: VoiceRoute) -> bytes:
        async with self._room:
            try:
                async with asyncio.timeout(MAKE_S):
                    samples = await self._spoken(voice, way)
            except TimeoutError:
                raise EngineError(f"{way.engine} did not finish within {MAKE_S:.0f} s; try again") from None
        wav = wav_header(2 * len(samples), channels=1) + samples.tobytes()
        try:
            await asyncio.to_thread(self._kept.write, name, wav)
        except OSError as error:
            log.warning("a preview cannot be kept: %s", error)
        return wav

    async def _spoken(self, voice: CatalogueVoice, way: VoiceRoute) -> npt.NDArray[np.int16]:
        tts = self._engines.tts((way.engine,))
        await self._engines.started(Kind.TTS, (way.engine,), START_S)
        stream = tts.speak(voice.sample, voice=way.engine_voice, language=way.language)
        with as_batch_work():
            return await self._whole(stream, way, voice)

    async def _whole(
        self, stream: AsyncGenerator[TtsChunk, None], way: VoiceRoute, voice: CatalogueVoice
    ) -> npt.NDArray[np.int16]:
        pieces, count = list[npt.NDArray[np.int16]](), 0
        async with aclosing(stream) as chunks:
            async for chunk in chunks:
                pieces.append(chunk.samples)
                count += len(chunk.samples)
                if count >= LONGEST_SAMPLES:
                    break
        if not count:
            raise EngineError(f"{way.engine} gave no sound for {voice.id}")
        return np.concatenate(pieces)[:LONGEST_SAMPLES]


def _name(voice: CatalogueVoice, way: VoiceRoute, engine: str) -> str:
    """Of the file that keeps this: another as soon as anything that can be heard is another."""
    made_of = "\0".join((way.engine, engine, way.engine_voice, way.language, voice.id, voice.sample))
    return f"{hashlib.sha256(made_of.encode()).hexdigest()}.wav"
