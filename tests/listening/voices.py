"""The voices that are compared: our engines in their workers, festival in a process of its own, flite as a
program."""

from __future__ import annotations

import asyncio
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from mediaserver.media.leg import Frame
from mediaserver.media.time import SAMPLE_RATE
from pipelines.engines.tts.espeak.engine import EspeakTts
from pipelines.engines.tts.hibari.engine import HibariTts
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
        return f"{statistics.median(self.first_ms):.1f} ms"

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
        pid = engine.pool.workers[0].pid
        before = _cpu(pid)
        for turn in range(ROUNDS):
            for sentence in sentences:
                began = time.perf_counter()
                sound, first = await _said(engine, sentence, voice)
                made.first_ms.append(1e3 * (first - began))
                made.said_s += len(sound) / SAMPLE_RATE
                if turn == 0:
                    made.sounds.append(sound)
                await asyncio.sleep(0.01)
        made.cpu_s = _cpu(pid) - before
    finally:
        await engine.stop()
    return made


async def _said(engine: WorkerTts, sentence: str, voice: str) -> tuple[Frame, float]:
    first, pieces = 0.0, []
    async for chunk in engine.speak(sentence, voice=voice):
        first = first or time.perf_counter()
        pieces.append(chunk.samples)
    return np.concatenate(pieces), first


def _cpu(pid: int | None) -> float:
    """Seconds of processor that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def by_flite(voice: str, sentences: tuple[str, ...]) -> Rendering | None:
    """By the program, which gives nothing before its end: that is its first audio, and its start counts.
    None where it is not installed."""
    if shutil.which("flite") is None:
        return None
    made = Rendering(f"flite {voice}", "BSD-like", "flite (Debian)")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "said.wav"
        for sentence in sentences:
            before, began = _children(), time.perf_counter()
            subprocess.run(["flite", "-voice", voice, "-t", sentence, "-o", file], check=True)
            made.first_ms.append(1e3 * (time.perf_counter() - began))
            made.cpu_s += _children() - before
            made.sounds.append(read_wav(file))
            made.said_s += len(made.sounds[-1]) / SAMPLE_RATE
    return made


def by_festival(voice: str, sentences: tuple[str, ...]) -> Rendering | None:
    """By one process that reads its commands, as a worker of ours would: it gives nothing of a text before
    all of it is made. None where the program or its voice is not installed."""
    if shutil.which("festival") is None:
        return None
    made = Rendering(f"festival {voice}", "BSD-like", "festival (Debian)")
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(
            ["festival", "--pipe"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as program,
    ):
        file = Path(folder) / "said.wav"

        def told(command: str) -> None:
            assert program.stdin is not None and program.stdout is not None
            program.stdin.write(f'(begin {command} (format t "said\\n") (fflush nil))\n')
            program.stdin.flush()
            while "said" not in (line := program.stdout.readline()):
                if not line:
                    raise FileNotFoundError(voice)

        def say(sentence: str) -> None:
            told(f'(utt.save.wave (utt.synth (Utterance Text "{sentence}")) "{file}" "riff")')

        try:
            told(f"(voice_{voice})")
            say("Ready.")
            before = _cpu(program.pid)
            for sentence in sentences:
                began = time.perf_counter()
                say(sentence)
                made.first_ms.append(1e3 * (time.perf_counter() - began))
                made.sounds.append(read_wav(file))
                made.said_s += len(made.sounds[-1]) / SAMPLE_RATE
            made.cpu_s = _cpu(program.pid) - before
        except FileNotFoundError:
            return None
        finally:
            program.kill()
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
        await by_engine("hibari", HibariTts(1), "heart", "hibari-tts (PyPI)", sentences),
    ]
    for voice in ("slt", "rms", "awb", "kal16"):
        made += filter(None, [by_flite(voice, sentences)])
    for voice in ("cmu_us_slt_arctic_hts", "kal_diphone", "ked_diphone"):
        made += filter(None, [by_festival(voice, sentences)])
    return made
