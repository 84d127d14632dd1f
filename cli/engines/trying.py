"""An engine at work once, with the times: how each kind is tried. Times are milliseconds here and now."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mediaserver.errors import EngineError
from mediaserver.media.time import FRAME_MS, FRAME_SAMPLES, SAMPLE_RATE
from pipelines.engines.protocols import LlmMessage, LlmText, LlmUsage, SttResult

SENTENCE = "Good morning. Your room is booked for Tuesday at ten."
QUESTION = "Answer with one short sentence: what is a telephone for?"
LEAD_S, TAIL_S = 0.3, 0.2
"""Silence around what a recogniser hears."""
FINAL_SPARE_S = 15.0
"""Waited for beyond what the recogniser's manifest promises: a late final is shown with its time."""
_SILENCE_DB = -60.0

Samples = npt.NDArray[np.int16]


@asynccontextmanager
async def running(make: Callable[[], Any]) -> AsyncIterator[tuple[Any, float]]:
    """An engine that has started, and after how many milliseconds."""
    began = time.perf_counter()
    engine = await asyncio.to_thread(make)
    try:
        await engine.start()
        yield engine, _ms_since(began)
    finally:
        await engine.stop()


async def spoken(make: Callable[[], Any], text: str, voice: str, language: str) -> dict[str, Any]:
    """`samples` has what was spoken."""
    async with running(make) as (engine, start_ms):
        began, first_ms, pieces = time.perf_counter(), None, []
        async for chunk in engine.speak(text, voice=voice, language=language):
            if first_ms is None and len(chunk.samples):
                first_ms = _ms_since(began)
            pieces.append(chunk.samples)
        total_ms = _ms_since(began)
    samples: Samples = np.concatenate([np.zeros(0, np.int16), *pieces])
    if first_ms is None:
        raise EngineError(f"{engine.manifest.name} gave no audio for {text!r}")
    level = 20 * np.log10(max(1e-9, float(np.sqrt(np.mean((samples / 32768.0) ** 2)))))
    if level < _SILENCE_DB:
        raise EngineError(f"{engine.manifest.name} gave {len(samples) / SAMPLE_RATE:.1f} s of silence")
    seconds = len(samples) / SAMPLE_RATE
    return {
        "samples": samples,
        "start_ms": start_ms,
        "first_audio_ms": first_ms,
        "total_ms": total_ms,
        "audio_s": round(seconds, 3),
        "real_time_factor": round(total_ms / 1e3 / seconds, 4),
        "level_dbfs": round(level, 1),
    }


async def transcribed(
    make: Callable[[], Any], heard: Samples, language: str, said: str = ""
) -> dict[str, Any]:
    """What a recogniser hears at the pace of a call. `said`: what it should understand, where that is
    known."""
    results: list[tuple[float, SttResult]] = []
    final = asyncio.Event()
    flushed = 2

    def on_result(result: SttResult) -> None:
        results.append((time.perf_counter(), result))
        if result.final and (result.epoch == flushed or result.failed):
            final.set()

    async with running(make) as (engine, start_ms):
        session = engine.session(on_result, language=language)
        began = time.perf_counter()
        session.begin(1)
        for at, frame in enumerate(_frames(heard)):
            await asyncio.sleep(max(0.0, began + at * FRAME_MS / 1e3 - time.perf_counter()))
            session.feed(frame)
        ended = time.perf_counter()
        session.flush(flushed)
        try:
            await asyncio.wait_for(final.wait(), engine.manifest.final_within_s + FINAL_SPARE_S)
        except TimeoutError:
            raise EngineError(f"{engine.manifest.name} gave no final for what it heard") from None
        finally:
            session.close()
    at_final, last = results[-1]
    if last.failed:
        gone = f"{engine.manifest.name} could not hear: its worker or its line is gone"
        raise last.error or EngineError(gone)
    partials = [at for at, result in results if result.text and not result.final]
    tried: dict[str, Any] = {
        "start_ms": start_ms,
        "first_partial_ms": round((partials[0] - began) * 1e3, 1) if partials else None,
        "final_ms": round((at_final - ended) * 1e3, 1),
        "audio_s": round(len(heard) / SAMPLE_RATE, 3),
        "text": last.text,
    }
    if said:
        wanted = _words(said)
        tried |= {"words": len(wanted), "word_errors": _distance(wanted, _words(last.text))}
    return tried


async def answered(make: Callable[[], Any], question: str) -> dict[str, Any]:
    async with running(make) as (engine, start_ms):
        began, first_ms, text, usage = time.perf_counter(), None, "", None
        async for event in engine.stream([LlmMessage("user", question)], max_tokens=60):
            match event:
                case LlmText(piece):
                    first_ms = _ms_since(began) if first_ms is None else first_ms
                    text += piece
                case LlmUsage():
                    usage = event
                case _:  # it calls no tools, as it was given none
                    pass
        total_ms = _ms_since(began)
    if first_ms is None:
        raise EngineError(f"{engine.manifest.name} gave no answer")
    tried: dict[str, Any] = {
        "start_ms": start_ms,
        "first_token_ms": first_ms,
        "total_ms": total_ms,
        "text": " ".join(text.split()),
    }
    if usage is not None:
        tried |= {"completion_tokens": usage.completion_tokens, "cost": usage.cost}
    return tried


async def embedded(make: Callable[[], Any], text: str) -> dict[str, Any]:
    async with running(make) as (engine, start_ms):
        began = time.perf_counter()
        await engine.embed([text])
        return {"start_ms": start_ms, "total_ms": _ms_since(began)}


async def started(make: Callable[[], Any]) -> dict[str, Any]:
    """One that has no sentence to say: that it can be loaded is what is shown."""
    began = time.perf_counter()
    engine = await asyncio.to_thread(make)
    if hasattr(engine, "start"):
        await engine.start()
        await engine.stop()
    return {"start_ms": _ms_since(began)}


def recorded(path: Path) -> Samples:
    """A WAV file as a recogniser hears it. Raises VoiceForgeError."""
    from callers.sound import load_wav

    return load_wav(path, SAMPLE_RATE)


def _frames(heard: Samples) -> list[Samples]:
    lead, tail = (np.zeros(int(seconds * SAMPLE_RATE), np.int16) for seconds in (LEAD_S, TAIL_S))
    whole = np.concatenate([lead, heard, tail])
    whole = np.pad(whole, (0, -len(whole) % FRAME_SAMPLES))
    return list(whole.reshape(-1, FRAME_SAMPLES))


def _ms_since(began: float) -> float:
    return round((time.perf_counter() - began) * 1e3, 1)


def _words(text: str) -> list[str]:
    kept = "".join(c if c.isalnum() or c in "' " else " " for c in text.lower())
    return kept.split()


def _distance(wanted: list[str], heard: list[str]) -> int:
    """Words to change, add or take away (Levenshtein)."""
    row = list(range(len(heard) + 1))
    for at, word in enumerate(wanted, 1):
        before, row[0] = row[0], at
        for place, other in enumerate(heard, 1):
            before, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, before + (word != other))
    return row[-1]
