"""First audio of a Chatterbox of the published geometry under several streams, through our pool and engine.

    python -m tests.load.gpu_tts_load [--streams 1,2,4,8] [--seconds 60] [--python PYTHON] [--small]

Each stream is a caller to whom one sentence of three seconds after the other is spoken, and who listens to
each as long as it lasts. Measured is the time from the sentence to its first audio, and whether any audio
came later than the one before had been played. `streams_per_gpu` is the highest level at which at most one
sentence in a hundred was interrupted so; `first_audio_met` the highest at which the first audio came within
120 ms (p50).

The same amount of work as with real weights: each sentence has 75 speech tokens of 40 ms, after which the
weights are made to say that it is over; the flow and the vocoder do the same for each token, whatever it is.

Needs the packages of pipelines/engines/locks/chatterbox.lock, its layer torch included.
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
import tempfile
from contextlib import aclosing
from pathlib import Path
from typing import Any

from mediaserver.media.time import SAMPLE_RATE
from pipelines.engines.protocols import Tts
from pipelines.engines.registry import EngineOptions
from pipelines.engines.tts.chatterbox import engine as chatterbox
from pipelines.environments.places import interpreter
from pipelines.workers.limits import PoolLimits
from tests.load.gpu_figures import arguments, engines_home, skipped, spread, tell, why_not
from tests.load.gpu_stt_load import levels_of

LOCK = chatterbox.RECIPE.lock
MAKER = Path(__file__).parents[1] / "pipelines" / "engines" / "tts" / "random_chatterbox.py"
TARGET_MS = 120.0
TOKENS, SMALL_TOKENS = 75, 24
TEXT = "I have two free tables on Friday evening at seven."
"""One clause: its tokens are all that there are."""
INTERRUPTED = 0.01
"""Part of the sentences that may be."""


class Took:
    """Of one level."""

    def __init__(self) -> None:
        self.first: list[float] = []
        self.seconds: list[float] = []
        """Of audio, of each sentence."""
        self.interrupted = 0


async def listens(tts: Tts, took: Took, until: float) -> None:
    loop = asyncio.get_running_loop()
    while loop.time() < until:
        asked = loop.time()
        played = heard = 0.0
        interrupted = False
        async with aclosing(tts.speak(TEXT)) as chunks:
            async for chunk in chunks:
                now, sound = loop.time(), len(chunk.samples) / SAMPLE_RATE
                if not heard:
                    took.first.append(1_000 * (now - asked))
                    played = now
                interrupted |= now > played
                played = max(played, now) + sound
                heard += sound
                await asyncio.sleep(max(0.0, played - sound - loop.time()))  # takes the next as this begins
        took.seconds.append(heard)
        took.interrupted += interrupted
        await asyncio.sleep(max(0.0, played - loop.time()))


async def level(tts: Tts, count: int, seconds: float) -> dict[str, Any]:
    """So many streams at once."""
    took, loop = Took(), asyncio.get_running_loop()
    until = loop.time() + seconds
    await asyncio.gather(*(listens(tts, took, until) for _ in range(count)))
    sentences = len(took.seconds)
    return {
        "streams": count,
        "first_audio_ms": spread(took.first),
        "interrupted": took.interrupted,
        "sentences": sentences,
        "seconds_each": round(sum(took.seconds) / max(1, sentences), 2),
    }


async def measured(given: argparse.Namespace, folder: Path) -> dict[str, Any]:
    home = engines_home(given, LOCK, folder / "home")
    weights, tokens = folder / "weights", SMALL_TOKENS if given.small else TOKENS
    layers = "2" if given.small else "0"
    made = [str(interpreter(home, LOCK)), str(MAKER), str(weights), str(tokens), layers]
    subprocess.run(made, check=True)  # noqa: ASYNC221 - nothing else runs yet
    limits = PoolLimits(at_once=max(given.streams))
    settings: dict[str, Any] = {"weights": str(weights), "device": "cuda", "start_s": 900}
    if given.small:
        settings |= {"device": "cpu", "flow_steps": 1, "step_s": 600, "threads": 1}
    engine = chatterbox.make(EngineOptions(settings=settings, home=home, limits=limits))
    engine.pool.limit(limits)
    await engine.start()
    try:
        await level(engine, 1, 0.1)  # what is done for the first sentence alone
        levels = [await level(engine, count, given.seconds) for count in given.streams]
    finally:
        await engine.stop()
    whole = [each for each in levels if each["interrupted"] <= INTERRUPTED * each["sentences"]]
    soon = [each for each in levels if each["first_audio_ms"]["p50"] <= TARGET_MS]
    return {
        "model": "chatterbox, 2 layers" if given.small else "chatterbox",
        "levels": levels,
        "target": f"first audio p50 at most {TARGET_MS:g} ms",
        "first_audio_met": max((each["streams"] for each in soon), default=0),
        "streams_per_gpu": max((each["streams"] for each in whole), default=0),
    }


def main() -> int:
    parser = arguments(__doc__, "gpu_tts_load")
    parser.add_argument("--streams", type=levels_of, default=[1, 2, 4, 8], help="levels, like 1,2,4,8")
    given = parser.parse_args()
    if why := why_not(given, LOCK):
        return skipped("gpu_tts_load", why)
    with tempfile.TemporaryDirectory() as folder:
        tell(given, "gpu_tts_load", asyncio.run(measured(given, Path(folder))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
