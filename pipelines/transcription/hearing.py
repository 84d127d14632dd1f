"""Has a recording recognised piece by piece, in order, by a recogniser as calls use it.

Must never hold more of the recording than the pieces that are being heard, nor the loop for longer than it
takes to hand over a few frames.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mediaserver.errors import EngineError
from mediaserver.media.time import FRAME_SAMPLES, SAMPLES_PER_MS
from pipelines.engines.batch_work import as_batch_work
from pipelines.engines.protocols import Stt, SttResult
from pipelines.transcription.pieces import RecordingPiece
from pipelines.transcription.transcript import TranscribedSegment, TranscribedWord

PIECE_S = 240.0
"""A piece whose words are not there after so long is given up: a recogniser on a busy machine is slow, one
that is stuck says nothing at all."""
TRIES = 2
FRAMES_AT_ONCE = 25
"""Handed over before others have their turn."""
BEGIN, END = 1, 2
"""Epochs of an utterance and of its flush."""


async def heard(
    stt: Stt, raw: Path, pieces: Sequence[RecordingPiece], *, language: str, at_once: int = 1
) -> AsyncGenerator[TranscribedSegment, None]:
    """What each piece says, in their order. `raw`: int16, mono, 16 kHz. `at_once`: pieces that are heard side
    by side. Raises EngineError when one cannot be heard."""
    running: deque[asyncio.Task[TranscribedSegment]] = deque()
    waiting = deque(pieces)
    try:
        while waiting or running:
            while waiting and len(running) < at_once:
                running.append(asyncio.create_task(_piece(stt, raw, waiting.popleft(), language)))
            segment = await running[0]
            running.popleft()
            yield segment
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def _piece(stt: Stt, raw: Path, piece: RecordingPiece, language: str) -> TranscribedSegment:
    samples = await asyncio.to_thread(read_samples, raw, piece.start_ms, piece.end_ms)
    why: EngineError | None = None
    for _ in range(TRIES):
        result = await _result(stt, samples, language)
        if not result.failed:
            return _segment(piece, result)
        why = result.error
        if why is not None and why.warming:
            break  # it would say so again
    raise why or EngineError("the recogniser failed twice on the same piece; see the log")


async def _result(stt: Stt, samples: npt.NDArray[np.int16], language: str) -> SttResult:
    final: asyncio.Future[SttResult] = asyncio.get_running_loop().create_future()

    def on_result(result: SttResult) -> None:
        if result.final and (result.failed or result.epoch == END) and not final.done():
            final.set_result(result)

    with as_batch_work():
        session = stt.session(on_result, language=language)
    with contextlib.closing(session), as_batch_work():
        session.begin(BEGIN)
        for count, at in enumerate(range(0, len(samples), FRAME_SAMPLES), 1):
            session.feed(samples[at : at + FRAME_SAMPLES])
            if count % FRAMES_AT_ONCE == 0:
                await asyncio.sleep(0)
        session.flush(END)
        try:
            async with asyncio.timeout(PIECE_S):
                return await final
        except TimeoutError:
            raise EngineError(f"the recogniser said nothing within {PIECE_S:g} s") from None


def _segment(piece: RecordingPiece, result: SttResult) -> TranscribedSegment:
    at = piece.start_ms
    words = tuple(
        TranscribedWord(each.text, at + each.start_ms, min(at + each.end_ms, piece.end_ms), each.confidence)
        for each in result.words
    )
    return TranscribedSegment(
        words[0].start_ms if words else at,
        words[-1].end_ms if words else piece.end_ms,
        result.text,
        None if result.confidence is None else round(result.confidence, 3),
        piece.speech_probability,
        words,
        result.language,
    )


def read_samples(raw: Path, start_ms: int, end_ms: int) -> npt.NDArray[np.int16]:
    """A stretch of a file of samples, in whole frames; what is missing behind its end is silence.
    Blocking."""
    start, count = start_ms * SAMPLES_PER_MS, (end_ms - start_ms) * SAMPLES_PER_MS
    with raw.open("rb") as file:
        file.seek(2 * start)
        there = np.frombuffer(file.read(2 * count), np.int16)
    whole = np.zeros(-(-count // FRAME_SAMPLES) * FRAME_SAMPLES, np.int16)
    whole[: len(there)] = there
    return whole
