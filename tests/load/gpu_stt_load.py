"""Final transcripts of a Whisper of large-v3-turbo's geometry under many streams, through our pool and
engine.

    python -m tests.load.gpu_stt_load [--streams 25,50,100] [--seconds 60] [--python PYTHON] [--small]

Each stream is a call that speaks for four seconds, waits for its final, and speaks again a second later; its
frames of 20 ms come from one clock, as in the server. All of them are looked at twice a second for partials,
as the engine does. Measured is the time from the end of an utterance to its final. `streams_per_gpu` is the
highest level whose p95 is at most 150 ms.

The same amount of work as with real weights: each look encodes the whole window, whatever is in it, and the
decoder's weights are made so that it writes the same eight words (twelve tokens) and ends, whatever it hears.

Needs the packages of pipelines/engines/locks/faster-whisper-cuda.lock (faster-whisper, ctranslate2,
tokenizers, onnxruntime, av, nvidia-cublas and nvidia-cudnn); about 6 GB of memory while it makes the model.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from mediaserver.media.time import FRAME_MS, FRAME_SAMPLES
from pipelines.engines.protocols import Stt, SttResult
from pipelines.engines.registry import EngineOptions
from pipelines.engines.stt.faster_whisper import engine as faster_whisper
from pipelines.environments.places import interpreter
from tests.load.gpu_figures import arguments, engines_home, skipped, spread, tell, why_not
from tests.pipelines.engines.stt.heard import speech

LOCK = "faster-whisper"
MAKER = Path(__file__).parents[1] / "models" / "whisper.py"
TARGET_MS = 150.0
UTTERANCE_S, PAUSE_S, FRAME_S = 4.0, 1.0, FRAME_MS / 1_000
FRAMES = speech(round(1_000 * UTTERANCE_S)).reshape(-1, FRAME_SAMPLES)


class Stream:
    """One call."""

    def __init__(self, stt: Stt, finals: list[float]) -> None:
        self._finals = finals
        self._session = stt.session(self._hear)
        self._epoch = 0
        self._at = -random.randrange(round((UTTERANCE_S + PAUSE_S) / FRAME_S))
        """The next frame; below 0: so many ticks of silence before the first."""
        self._flushed = 0.0
        self.words = 0

    def tick(self) -> None:
        """20 ms of the call."""
        if self._flushed:
            return  # nothing is said before it was understood
        if self._at == 0:
            self._epoch += 2
            self._session.begin(self._epoch, noise_db=-60.0)
        if 0 <= self._at < len(FRAMES):
            self._session.feed(FRAMES[self._at])
        self._at += 1
        if self._at == len(FRAMES):
            self._flushed = asyncio.get_running_loop().time()
            self._session.flush(self._epoch + 1)

    def _hear(self, result: SttResult) -> None:
        if result.final and self._flushed:
            self._finals.append(1_000 * (asyncio.get_running_loop().time() - self._flushed))
            self.words += len(result.text.split())
            self._flushed, self._at = 0.0, -round(PAUSE_S / FRAME_S)

    def close(self) -> None:
        self._session.close()


async def level(stt: Stt, count: int, seconds: float) -> dict[str, Any]:
    """So many streams at once."""
    finals: list[float] = []
    streams = [Stream(stt, finals) for _ in range(count)]
    loop = asyncio.get_running_loop()
    due, late = loop.time(), 0.0
    until = due + seconds
    while due < until:
        for stream in streams:
            stream.tick()
        due += FRAME_S
        late = max(late, loop.time() - due)
        await asyncio.sleep(max(0.0, due - loop.time()))
    for stream in streams:
        stream.close()
    words = sum(stream.words for stream in streams) / max(1, len(finals))
    return {
        "streams": count,
        "final_ms": spread(finals),
        "words_each": round(words, 1),
        "clock_late_ms": round(1_000 * late),
    }


async def measured(given: argparse.Namespace, folder: Path) -> dict[str, Any]:
    home = engines_home(given, LOCK, folder / "home")
    python = interpreter(home, LOCK)
    size = "small" if given.small else "large-v3-turbo"
    weights = folder / "weights"
    subprocess.run([str(python), str(MAKER), str(weights), "whole", size], check=True)  # noqa: ASYNC221
    settings = {"weights": str(weights), "device": "cpu" if given.small else "cuda", "start_s": 600}
    if given.small:
        settings |= {"threads": 1, "final_s": 30, "limit_s": 60}
    engine = faster_whisper.ENGINE.make(EngineOptions(settings=settings, home=home))
    await engine.start()
    try:
        await level(engine, 1, min(given.seconds, 10.0))  # what is done at the first request alone
        levels = [await level(engine, count, given.seconds) for count in given.streams]
    finally:
        await engine.stop()
    met = [each["streams"] for each in levels if each["final_ms"].get("p95", np.inf) <= TARGET_MS]
    return {
        "model": f"whisper, {size}",
        "levels": levels,
        "target": f"final p95 at most {TARGET_MS:g} ms at 100 streams",
        "streams_per_gpu": max(met, default=0),
    }


def main() -> int:
    parser = arguments(__doc__, "gpu_stt_load")
    parser.add_argument("--streams", type=levels_of, default=[25, 50, 100], help="levels, like 25,50,100")
    given = parser.parse_args()
    if why := why_not(given, LOCK):
        return skipped("gpu_stt_load", why)
    with tempfile.TemporaryDirectory() as folder:
        tell(given, "gpu_stt_load", asyncio.run(measured(given, Path(folder))))
    return 0


def levels_of(text: str) -> list[int]:
    return sorted(int(each) for each in text.split(","))


if __name__ == "__main__":
    sys.exit(main())
