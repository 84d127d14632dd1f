"""The voices that are compared: our engines in their workers, flite's and festival's as programs."""

from __future__ import annotations

import asyncio
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from mediaserver.media.leg import Frame
from mediaserver.media.time import SAMPLE_RATE
from pipelines.engines.tts.espeak.engine import EspeakTts
from pipelines.engines.tts.in_worker import WorkerTts
from pipelines.engines.tts.pico.engine import PicoTts
from tests.recordings import read_wav

ROUNDS = 3
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(slots=True)
class Rendering:
    """What a voice made of the sentences, and what that took."""

    name: str
    licence: str
    package: str
    sounds: list[Frame] = field(default_factory=list)
    """16 kHz, one for each sentence."""
    first_ms: list[float] = field(default_factory=list)
    cpu_s: float = 0.0
    """For all of them, and as often as they were said."""
    said_s: float = 0.0

    @property
    def first(self) -> str:
        return f"{statistics.median(self.first_ms):.1f} ms" if self.first_ms else "not measured"

    @property
    def real_time(self) -> float:
        return self.cpu_s / self.said_s


async def by_engine(
    name: str, engine: WorkerTts, voice: str, package: str, sentences: tuple[str, ...]
) -> Rendering:
    """By one of ours: first audio is the first chunk that arrives here."""
    made = Rendering(f"{name} {voice}", engine.manifest.licence, package)
    await engine.start()
    try:
        await _said(engine, sentences[0], voice)
        before = _cpu(engine)
        for turn in range(ROUNDS):
            for sentence in sentences:
                began = time.perf_counter()
                sound, first = await _said(engine, sentence, voice)
                made.first_ms.append(1e3 * (first - began))
                made.said_s += len(sound) / SAMPLE_RATE
                if turn == 0:
                    made.sounds.append(sound)
                await asyncio.sleep(0.01)
        made.cpu_s = _cpu(engine) - before
    finally:
        await engine.stop()
    return made


async def _said(engine: WorkerTts, sentence: str, voice: str) -> tuple[Frame, float]:
    first, pieces = 0.0, []
    async for chunk in engine.speak(sentence, voice=voice):
        first = first or time.perf_counter()
        pieces.append(chunk.samples)
    return np.concatenate(pieces), first


def _cpu(engine: WorkerTts) -> float:
    """Seconds of processor that its worker has used."""
    pid = engine.pool.workers[0].pid
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def by_program(
    name: str,
    licence: str,
    package: str,
    command: Callable[[str, Path], list[str]],
    sentences: tuple[str, ...],
) -> Rendering | None:
    """By a program that makes a file; its start counts. None where it is not installed."""
    if shutil.which(command("", Path())[0]) is None:
        return None
    made = Rendering(name, licence, package)
    with tempfile.TemporaryDirectory() as folder:
        for sentence in sentences:
            file = Path(folder) / "said.wav"
            before = _children()
            told = command(sentence, file)
            done = subprocess.run(told, input=sentence.encode(), capture_output=True, check=False)
            if done.returncode or not file.exists():
                return None
            made.cpu_s += _children() - before
            made.sounds.append(read_wav(file))
            made.said_s += len(made.sounds[-1]) / SAMPLE_RATE
    return made


def _children() -> float:
    used = os.times()
    return used.children_user + used.children_system


async def renderings(sentences: tuple[str, ...]) -> list[Rendering]:
    """Of all voices that are here."""
    made = [
        await by_engine("espeak-ng", EspeakTts(1), "en-us", "espeakng-loader (PyPI)", sentences),
        await by_engine("espeak-ng", EspeakTts(1), "gmw/en", "espeakng-loader (PyPI)", sentences),
        await by_engine("pico", PicoTts(1), "en-US", "py-nanotts (PyPI)", sentences),
        await by_engine("pico", PicoTts(1), "en-GB", "py-nanotts (PyPI)", sentences),
    ]
    for voice in ("slt", "rms", "awb", "kal16"):

        def flite(text: str, file: Path, voice: str = voice) -> list[str]:
            return ["flite", "-voice", voice, "-t", text, "-o", str(file)]

        made += filter(None, [by_program(f"flite {voice}", "BSD-like", "flite (Debian)", flite, sentences)])
    for voice in ("cmu_us_slt_arctic_hts", "kal_diphone", "ked_diphone"):

        def festival(text: str, file: Path, voice: str = voice) -> list[str]:
            return ["text2wave", "-eval", f"(voice_{voice})", "-o", str(file)]

        made += filter(
            None, [by_program(f"festival {voice}", "BSD-like", "festival (Debian)", festival, sentences)]
        )
    return made
