"""First tokens of a Llama of 8B's geometry on vLLM under many calls, through our engine, which starts the
server.

    python -m tests.load.gpu_llm_load [--calls 50] [--seconds 60] [--python PYTHON] [--small]

Each call has instructions of 600 tokens, which all calls share, and a conversation of its own that grows with
each turn; it asks, takes 40 tokens, and asks again four seconds later, as who listens and answers would.
Measured is the time from the question to the first word, and between words.

The same amount of work as with real weights: a token costs what it costs whatever is in the weights (vLLM
makes them up itself: `--load-format dummy`), each answer has 40 tokens (its end is not heeded), and each
character of a question is a token, as the tokenizer made for it knows no longer ones.

Needs vLLM (pipelines/engines/locks/vllm-cuda.lock); torch and transformers alone will not do.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
from contextlib import aclosing
from pathlib import Path
from typing import Any

from pipelines.engines.llm.served import ServedLlm
from pipelines.engines.llm.vllm import engine as vllm
from pipelines.engines.protocols import LlmMessage, LlmText, LlmUsage
from pipelines.engines.registry import EngineOptions
from pipelines.environments.places import weights
from pipelines.workers.limits import PoolLimits
from tests.load.gpu_figures import arguments, engines_home, skipped, spread, tell, why_not
from tests.models.llama import LLAMA_8B, SMALL, write_llama

MODEL = "tests/llama-8b"
TARGET_MS = 60.0
ANSWER_TOKENS, PAUSE_S = 40, 4.0
MOST_TURNS = 8
"""Then the caller hangs up, and another one calls: a conversation has 3,000 tokens then."""
INSTRUCTIONS = LlmMessage("system", "Be brief and kind to all who call the desk of the hotel. " * 11)


class Took:
    """Milliseconds."""

    def __init__(self) -> None:
        self.first: list[float] = []
        self.between: list[float] = []


async def calls(llm: ServedLlm, number: int, took: Took, until: float) -> None:
    """One line that is never free: call after call."""
    loop, chance = asyncio.get_running_loop(), random.Random(number)
    await asyncio.sleep(chance.random() * PAUSE_S)
    said: list[LlmMessage] = []
    while loop.time() < until:
        if len(said) >= 2 * MOST_TURNS:
            said.clear()
        said.append(LlmMessage("user", f"{chance.random()} have you a room for two on friday the ninth?"))
        answer = await asked(llm, [INSTRUCTIONS, *said], took)
        said.append(LlmMessage("assistant", answer))
        await asyncio.sleep(PAUSE_S * chance.uniform(0.75, 1.25))


async def asked(llm: ServedLlm, messages: list[LlmMessage], took: Took) -> str:
    loop = asyncio.get_running_loop()
    began = last = loop.time()
    words, tokens = list[str](), 0
    async with aclosing(llm.stream(messages, max_tokens=ANSWER_TOKENS)) as events:
        async for event in events:
            if isinstance(event, LlmText):
                now = loop.time()
                (took.between if words else took.first).append(1_000 * (now - last))
                words.append(event.text)
                last = now
            elif isinstance(event, LlmUsage):
                tokens = event.completion_tokens
    assert tokens == ANSWER_TOKENS, f"an answer of {tokens} tokens in {last - began:.1f} s"
    return "".join(words)


def options(given: argparse.Namespace, home: Path, cache: Path) -> EngineOptions:
    own = ["--enforce-eager"] if given.small else ["--load-format", "dummy"]
    settings: dict[str, Any] = {
        "model": MODEL,
        "preset": "llama-3",
        "context": 4_096 if given.small else 8_192,
        "start_s": 1_200,
        "arguments": own,
        "extra": {"ignore_eos": True, "min_tokens": ANSWER_TOKENS},
        "first_token_s": 60,
    }
    if given.small:
        settings["gpu_share"] = 0.08
    limits = PoolLimits(at_once=max(64, given.calls))
    return EngineOptions(1, cache, settings, f"vllm:{MODEL}", home=home, limits=limits)


async def measured(given: argparse.Namespace, home: Path, cache: Path) -> dict[str, Any]:
    size = SMALL if given.small else LLAMA_8B
    write_llama(weights(home, MODEL), size, weights=given.small)
    engine = await asyncio.to_thread(vllm.make, options(given, home, cache))
    loop, took = asyncio.get_running_loop(), Took()
    try:
        await engine.start()
        await asked(engine, [INSTRUCTIONS, LlmMessage("user", "hello")], Took())
        until = loop.time() + given.seconds
        await asyncio.gather(*(calls(engine, number, took, until) for number in range(given.calls)))
    finally:
        await engine.stop()
    first = spread(took.first)
    return {
        "model": f"llama, {size.layers} layers of {size.width}",
        "calls": given.calls,
        "first_token_ms": first,
        "between_tokens_ms": spread(took.between),
        "target": f"first token p50 at most {TARGET_MS:g} ms at 50 calls",
        "met": first["p50"] <= TARGET_MS,
    }


def main() -> int:
    parser = arguments(__doc__, "gpu_llm_load")
    parser.add_argument("--calls", type=int, default=50)
    given = parser.parse_args()
    if why := why_not(given, vllm.LOCK):
        return skipped("gpu_llm_load", why)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        home = engines_home(given, vllm.LOCK, folder / "home")
        tell(given, "gpu_llm_load", asyncio.run(measured(given, home, folder / "cache")))
    return 0


if __name__ == "__main__":
    sys.exit(main())
