"""espeak-ng as a Tts engine: texts go to worker processes, audio comes back as it is made.

Never loads the library in this process (it is not thread-safe and would stop the loop). A text is plain text:
nothing in it is read as markup or as phonemes.
"""

from __future__ import annotations

import asyncio
import importlib.util
import struct
from collections.abc import AsyncGenerator
from pathlib import Path

import numpy as np

from mediaserver.errors import EngineError, EngineMissingError
from pipelines.engines.protocols import Kind, Manifest, Readiness, TtsChunk, WordMark
from pipelines.workers.pool import WorkerPool
from pipelines.workers.protocol import Message, Msg, pack
from pipelines.workers.spec import WorkerSpec

MAX_CHARS = 4_000
"""Of one text: more than four minutes of speech, which no caller listens to."""
READY_WAIT_S = 3.0
"""How long a text waits for a worker that is being started again."""

MANIFEST = Manifest(
    name="espeak-ng",
    kind=Kind.TTS,
    summary="eSpeak NG, 141 voices, first sound within milliseconds",
    languages=tuple(
        "af am an ar as az ba be bg bn bpy bs ca chr cmn cs cv cy da de el en eo es et eu fa fi fr ga gd gn "
        "grc gu hak haw he hi hr ht hu hy ia id io is it ja jbo ka kk kl kn ko kok ku ky la lb lfn lt ltg lv "
        "mi mk ml mr ms mt mto my nb nci ne nl nog om or pa pap piqd pl pt py qdb qu quc qya ro ru sd shn si "
        "sjn sk sl smj sq sr sv sw ta te th tk tn tr tt ug uk ur uz vi yue zh".split()
    ),
    licence="GPL-3.0-or-later",
    sample_rate=22_050,
)

_LANGUAGES = {"": "en-us", "en": "en-us", "zh": "cmn"}
"""Where a language's usual voice has another name."""
# Control characters, lone surrogates and the byte order mark become spaces: one for one, so positions hold.
_CONTROL = {code: " " for code in (*range(0x20), *range(0x7F, 0xA0), *range(0xD800, 0xE000), 0xFEFF)}


def check() -> Readiness:
    """Whether the library and its data are there."""
    spec = importlib.util.find_spec("espeakng_loader")
    if spec is None or not spec.submodule_search_locations:
        return Readiness(False, "the espeakng-loader package; run `pip install espeakng-loader==0.2.4`")
    root = Path(next(iter(spec.submodule_search_locations)))
    for name in ("libespeak-ng.so", "espeak-ng-data/phontab"):
        if not (root / name).exists():
            return Readiness(
                False, f"its file {name}; run `pip install --force-reinstall espeakng-loader==0.2.4`"
            )
    return Readiness(True)


class EspeakTts:
    """See pipelines.engines.protocols.Tts."""

    manifest = MANIFEST

    def __init__(self, workers: int | None = None) -> None:
        self.pool = WorkerPool(WorkerSpec("espeak-ng", "pipelines.engines.tts.espeak.worker"), workers or 1)

    async def start(self) -> None:
        """Start the workers and wait until each can speak. Raises EngineError."""
        await self.pool.start()

    async def stop(self) -> None:
        self.pool.stop()

    @property
    def ready(self) -> bool:
        """At least one worker can speak."""
        return self.pool.ready

    @property
    def restarts(self) -> int:
        """How often a worker was started again since the start."""
        return self.pool.restarts

    @property
    def load(self) -> int:
        """Texts that are being spoken."""
        return self.pool.load

    @property
    def voices(self) -> list[tuple[str, str, str]]:
        """(identifier, language, name) of every voice; empty before the start."""
        for worker in self.pool.workers:
            if "voices" in worker.facts:
                return [(v[0], v[1], v[2]) for v in worker.facts["voices"]]
        return []

    async def speak(
        self, text: str, *, voice: str = "", language: str = "en", rate: float = 1.0
    ) -> AsyncGenerator[TtsChunk, None]:
        """Stream the audio of a text; `voice` is an identifier or name of `voices`, else `language` decides.

        A text without anything to say gives no chunk. Raises EngineError when the text is too long, when
        the voice is unknown, or when the worker died after the first chunk (before it, another one takes
        over).
        """
        if len(text) > MAX_CHARS:
            raise EngineError(
                f"a text of {len(text)} characters is too long to speak; split it to at most {MAX_CHARS}"
            )
        plain = text.translate(_CONTROL)
        if not plain.strip():
            return
        chosen = voice or _LANGUAGES.get(language.lower(), language.lower())
        for last_try in (False, True):
            speech = _Speech()
            ticket = self.pool.open(speech, text=plain, voice=chosen, rate=rate)
            if ticket is None:
                if not await self.pool.wait_room(READY_WAIT_S):
                    raise EngineError("no espeak-ng worker is running; it is being started again, try later")
                ticket = self.pool.open(speech, text=plain, voice=chosen, rate=rate)
                if ticket is None:
                    continue
            spoken = False
            try:
                while (item := await speech.queue.get()) is not None:
                    if isinstance(item, EngineError):
                        raise item
                    spoken = True
                    yield item
                    # Only now has the listener come back for more.
                    ticket.send(pack(Msg.CREDIT, ticket.id, struct.pack("<I", len(item.samples))))
                return
            except _LostError:
                if spoken or last_try:
                    raise
            finally:
                ticket.send(pack(Msg.CANCEL, ticket.id))
                ticket.close()
        raise EngineError("no espeak-ng worker stays alive; run `voiceforge doctor`")


class _LostError(EngineError):
    """The worker died while it spoke."""


class _Speech:
    """Turns a worker's messages into chunks; see pipelines.workers.supervisor.Requester."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[TtsChunk | EngineError | None] = asyncio.Queue()
        self._words: tuple[WordMark, ...] = ()

    def on_message(self, message: Message) -> None:
        match message.kind:
            case Msg.RESULT:
                words = message.json()["words"]
                self._words += tuple(WordMark(start, end, sample) for start, end, sample in words)
            case Msg.AUDIO:
                samples = np.frombuffer(message.payload, np.int16)
                self.queue.put_nowait(TtsChunk(samples, self._words))
                self._words = ()
            case Msg.DONE:
                self.queue.put_nowait(None)
            case Msg.FAILED:
                self.queue.put_nowait(EngineMissingError(str(message.json().get("error", "no reason given"))))
            case _:
                pass

    def on_lost(self, why: str) -> None:
        self.queue.put_nowait(_LostError(f"the espeak-ng worker {why} while it spoke; try again"))
