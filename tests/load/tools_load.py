"""What a tool costs beyond its function, and how long a search in 10,000 passages takes.

    python -m tests.load.tools_load [--passages 10000] [--searches 500]

Prints percentiles; asserts nothing. The text is made: words by Zipf's law, so that common and rare ones are
as usual. Questions are six words of a passage, two of speech ("please", "know"), and in every second one a
letter of one word is another: misheard.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from mediaserver.storage.knowledge import add_document
from mediaserver.storage.migrations import migrate
from mediaserver.storage.postgres import EmbeddedPostgres, open_pool
from pipelines.knowledge.documents import document
from pipelines.knowledge.searching import search
from pipelines.tools.tool import Tool, tool
from tests.pipelines.tools.calling import called

CALLS = 2_000
WORDS, PASSAGE, PER_DOCUMENT = 30_000, 130, 200
LETTERS = "abcdefghijklmnopqrstuvwxyz"


@tool
async def on_loop(number: int, way: str = "post") -> str:
    """On the loop."""
    return "sent"


@tool
def on_thread(number: int, way: str = "post") -> str:
    """On a thread."""
    return "sent"


async def calls(name: str, made: Tool) -> None:
    taken = []
    for _ in range(CALLS):
        began = time.perf_counter()
        await called(made, {"number": 4711})
        taken.append((time.perf_counter() - began) * 1e6)
    show(f"call of a tool {name}", taken, "us")


def show(what: str, taken: list[float], unit: str) -> None:
    p50, p95, p99 = np.percentile(taken, (50, 95, 99))
    sys.stdout.write(f"{what}: p50 {p50:.1f}, p95 {p95:.1f}, p99 {p99:.1f} {unit}, n {len(taken)}\n")


def vocabulary(rng: random.Random) -> list[str]:
    made: set[str] = set()
    while len(made) < WORDS:
        made.add("".join(rng.choice(LETTERS) for _ in range(rng.randint(4, 10))))
    return sorted(made)


def misheard(word: str, rng: random.Random) -> str:
    at = rng.randrange(len(word))
    return word[:at] + rng.choice(LETTERS) + word[at + 1 :]


async def searches(passages: int, asked: int) -> None:
    rng = random.Random(1)
    words = vocabulary(rng)
    rng.shuffle(words)
    weights = [1 / (rank + 3) for rank in range(WORDS)]
    texts = [rng.choices(words, weights, k=PASSAGE) for _ in range(passages)]
    with tempfile.TemporaryDirectory(prefix="voiceforge-load-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # noqa: ASYNC240 - an instrument, with nothing else to do
        server = EmbeddedPostgres(folder / "data")
        pool = await open_pool(await server.start())
        try:
            async with pool.acquire() as connection:
                await migrate(connection)
                began = time.perf_counter()
                for at in range(0, passages, PER_DOCUMENT):
                    parts = [
                        f"# N{at + n}\n{' '.join(text)}."
                        for n, text in enumerate(texts[at : at + PER_DOCUMENT])
                    ]
                    await add_document(
                        connection,
                        await document("\n".join(parts).encode(), "Markdown", "all", "en", f"{at}.md"),
                    )
                stored = await pool.fetchval("select count(*) from knowledge_passages")
                sys.stdout.write(f"{stored} passages added in {time.perf_counter() - began:.1f} s\n")
                await connection.execute("analyze")
            taken, right = [], 0
            for n in range(asked):
                at = rng.randrange(passages)
                picked = rng.sample(texts[at], 6)
                if n % 2:
                    picked[0] = misheard(picked[0], rng)
                question = " ".join(["please", "know", *picked])
                began = time.perf_counter()
                found = await search(pool, "all", question)
                taken.append((time.perf_counter() - began) * 1e3)
                right += any(each.heading == f"N{at}" for each in found)
            show(f"search in {stored} passages", taken, "ms")
            sys.stdout.write(f"the passage that was meant is among the four in {right / asked:.1%}\n")
        finally:
            await pool.close()
            await server.stop()


async def main(passages: int, asked: int) -> None:
    began = statistics.median(_made() for _ in range(50))
    sys.stdout.write(f"making a tool: {began:.0f} us\n")
    await calls("on the loop", on_loop)
    await calls("on a thread", on_thread)
    await searches(passages, asked)


def _made() -> float:
    def plain(number: int, way: str = "post") -> str:
        """Plain."""
        return "sent"

    began = time.perf_counter()
    tool(plain)
    return (time.perf_counter() - began) * 1e6


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, default=10_000)
    parser.add_argument("--searches", type=int, default=500)
    given = parser.parse_args()
    asyncio.run(main(given.passages, given.searches))
