"""Recognisers and voices of realistic delay that cost nearly no processor, so that a load measures the server
and not the engines. A server process finds them as an installed package's (`installed`).

They tell when they were asked what, by the clock that all processes share, in a file of lines of JSON.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import numpy as np

from mediaserver.media.leg import Frame
from mediaserver.media.time import SAMPLES_PER_MS
from pipelines.engines.protocols import (
    Grammar,
    Kind,
    Manifest,
    Readiness,
    Stt,
    SttResult,
    Tts,
    TtsChunk,
    WordMark,
)
from pipelines.engines.registry import EngineEntry, EngineOptions

STT, TTS = "standin-stt", "standin-tts"
WORD_MS = 240
"""A word of the voice; people say some four a second."""


def installed(folder: Path) -> str:
    """PYTHONPATH under which a process has these engines."""
    info = folder / "standins-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: standins\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[voiceforge.engines]\nstandins = tests.load.standin_engines:engines\n"
    )
    return os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH")]))


class _Engine:
    """What both have in common."""

    ready = True
    restarts = 0
    load = 0

    def __init__(self, manifest: Manifest, options: EngineOptions) -> None:
        self.manifest = manifest
        self.settings = options.settings
        log = self.settings.get("log")
        self._log = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT) if log else None

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    def tell(self, what: str, text: str = "") -> None:
        if self._log is not None:
            line = json.dumps({"what": what, "text": text, "at": time.perf_counter()})
            os.write(self._log, f"{line}\n".encode())


class StandinStt(_Engine):
    """Hears the same words (`text`) in whatever is said, `final_ms` after it is asked."""

    def session(
        self, on_result: Callable[[SttResult], None], *, language: str = "en", among: tuple[str, ...] = ()
    ) -> _Session:
        return _Session(on_result, str(self.settings["text"]), float(self.settings["final_ms"]) / 1000)


class _Session:
    def __init__(self, on_result: Callable[[SttResult], None], text: str, final_s: float) -> None:
        self._on_result = on_result
        self._text = text
        self._final_s = final_s
        self._due: asyncio.TimerHandle | None = None

    def begin(self, epoch: int, grammar: Grammar | None = None, *, noise_db: float | None = None) -> None:
        self.abandon()

    def feed(self, frame: Frame) -> None: ...

    def flush(self, epoch: int) -> None:
        result = SttResult(self._text, True, 0.95, stt_ms=1000 * self._final_s, epoch=epoch)
        self._due = asyncio.get_running_loop().call_later(self._final_s, self._on_result, result)

    def resume(self, epoch: int) -> None:
        self.abandon()

    def abandon(self) -> None:
        if self._due is not None:
            self._due.cancel()
            self._due = None

    def close(self) -> None:
        self.abandon()


class StandinTts(_Engine):
    """A tone for each word, `speed` times as fast as it is heard, the first after `first_ms`."""

    async def speak(
        self, text: str, *, voice: str = "", language: str = "en", rate: float = 1.0
    ) -> AsyncGenerator[TtsChunk, None]:
        self.tell("speak", text)
        whole = False
        try:
            await asyncio.sleep(float(self.settings["first_ms"]) / 1000)
            at = 0
            for index, word in enumerate(text.split()):
                if index:
                    await asyncio.sleep(WORD_MS / 1000 / float(self.settings["speed"]))
                yield TtsChunk(_WORD, (WordMark(at, at + len(word), index * len(_WORD)),))
                at += len(word) + 1
            whole = True
        finally:
            if not whole:
                self.tell("stopped", text)


def _tone() -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    """200 Hz that swells and fades, as words do, with 20 ms between two."""
    voiced = np.arange((WORD_MS - 20) * SAMPLES_PER_MS)
    wave = np.sin(voiced * (2 * np.pi * 200 / 16_000)) * 8_000
    wave *= np.minimum(1, np.minimum(voiced, voiced[::-1]) / (5 * SAMPLES_PER_MS))
    return np.concatenate([wave, np.zeros(20 * SAMPLES_PER_MS)]).astype(np.int16)


_WORD = _tone()


def _entry(kind: Kind, name: str, make: Callable[[Manifest, EngineOptions], Stt | Tts]) -> EngineEntry:
    manifest = Manifest(name, kind, "of a load test", ("*",), "none")
    return EngineEntry(
        manifest, lambda: Readiness(True), lambda options: make(manifest, options), several=True
    )


engines = (_entry(Kind.STT, STT, StandinStt), _entry(Kind.TTS, TTS, StandinTts))
