"""How long a search takes by words alone, and by words and meaning, and how fast passages are embedded.

    python -m tests.load.knowledge_load [--passages 10000] [--searches 150] [--dimensions 384 1536]
                                        [--at-once 1] [--keep FOLDER]

Prints figures; asserts nothing. The text and the questions are those of tests/load/tools_load.py; the vectors
are of a stand-in server in a process of its own, asked over HTTP as a real one is. With --keep the database
stays in FOLDER, and a second run measures searches only.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import asyncpg

from mediaserver.storage.knowledge import add_document
from mediaserver.storage.migrations import migrate
from mediaserver.storage.postgres import EmbeddedPostgres, open_pool
from pipelines.engines.embedding.openai_embeddings.engine import make
from pipelines.engines.embedding.protocol import Embedder
from pipelines.engines.registry import EngineOptions
from pipelines.knowledge.documents import document
from pipelines.knowledge.embedding import embed_collection
from pipelines.knowledge.hybrid import find
from pipelines.knowledge.meaning import MeaningSearch
from tests.load.media_load import resident_kb
from tests.load.tools_load import PASSAGE, PER_DOCUMENT, WORDS, misheard, show, vocabulary

COLLECTION = "all"


def made_texts(passages: int) -> list[list[str]]:
    """The same in each run."""
    rng = random.Random(1)
    words = vocabulary(rng)
    rng.shuffle(words)
    weights = [1 / (rank + 3) for rank in range(WORDS)]
    return [rng.choices(words, weights, k=PASSAGE) for _ in range(passages)]


async def add(pool: asyncpg.Pool, texts: Sequence[Sequence[str]]) -> None:
    began = time.perf_counter()
    async with pool.acquire() as connection:
        for at in range(0, len(texts), PER_DOCUMENT):
            parts = [
                f"# N{at + n}\n{' '.join(text)}." for n, text in enumerate(texts[at : at + PER_DOCUMENT])
            ]
            name = f"{at}.md"
            new = await document("\n".join(parts).encode(), "Markdown", COLLECTION, "en", name)
            await add_document(connection, new)
        await connection.execute("analyze")
    sys.stdout.write(f"{len(texts)} passages added in {time.perf_counter() - began:.1f} s\n")


@asynccontextmanager
async def stand_in(dimensions: int) -> AsyncIterator[Embedder]:
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.load.bag_of_words_server", str(dimensions),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert server.stdout is not None and server.stdin is not None
    try:
        port = int(await server.stdout.readline())
        # Questions share few of a passage's words.
        given = {"base_url": f"http://127.0.0.1:{port}/v1", "least_similarity": 0.05}
        embedder = await asyncio.to_thread(make, EngineOptions(settings=given))
        await embedder.start()
        try:
            yield embedder
        finally:
            await embedder.stop()
    finally:
        server.stdin.close()
        await server.wait()


async def embed(pool: asyncpg.Pool, embedder: Embedder) -> None:
    began, before = time.perf_counter(), resident_kb()
    async with pool.acquire() as connection:
        run = await embed_collection(connection, COLLECTION, embedder)
        await connection.execute("vacuum analyze knowledge_vectors")
    took = time.perf_counter() - began
    size = await pool.fetchval("select pg_total_relation_size('knowledge_vectors')")
    if run.done:
        sys.stdout.write(
            f"{run.done} passages embedded in {run.dimensions} dimensions in {took:.1f} s "
            f"({run.done / took:.0f} a second), {resident_kb() - before:.0f} KB more resident; "
            f"all vectors take {size / 2**20:.0f} MiB{', with an index' if run.indexed else ''}\n"
        )


async def searches(
    pool: asyncpg.Pool,
    texts: Sequence[Sequence[str]],
    asked: int,
    at_once: int,
    what: str,
    meaning: MeaningSearch | None,
) -> None:
    rng = random.Random(2)
    taken: list[float] = []
    right = late = 0
    before = resident_kb()

    async def one(n: int) -> None:
        nonlocal right, late
        at = rng.randrange(len(texts))
        picked = rng.sample(texts[at], 6)
        if n % 2:
            picked[0] = misheard(picked[0], rng)
        question = " ".join(["please", "know", *picked])
        began = time.perf_counter()
        searched = await find(pool, COLLECTION, question, meaning=meaning)
        taken.append((time.perf_counter() - began) * 1e3)
        right += any(each.heading == f"N{at}" for each in searched.found)
        late += meaning is not None and searched.about["by"] == "words"

    for first in range(0, asked, at_once):
        await asyncio.gather(*(one(first + n) for n in range(at_once)))
    show(f"{what}, {at_once} at once", taken, "ms")
    sys.stdout.write(
        f"  the passage that was meant is among the four in {right / len(taken):.1%}; the vector was late in "
        f"{late}; {resident_kb() - before:.0f} KB more resident\n"
    )


async def main(
    passages: int, asked: int, dimensions: Sequence[int], at_once: Sequence[int], keep: Path | None
) -> None:
    sys.stdout.write(f"load of the machine: {os.getloadavg()[0]:.1f}\n")
    texts = made_texts(passages)
    async with AsyncExitStack() as undo:
        folder = keep or Path(undo.enter_context(tempfile.TemporaryDirectory(prefix="voiceforge-load-")))
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755)
        server = EmbeddedPostgres(folder / "data")
        pool = await open_pool(await server.start())
        undo.push_async_callback(server.stop)
        undo.push_async_callback(pool.close)
        async with pool.acquire() as connection:
            await migrate(connection)
        if not await pool.fetchval("select count(*) from knowledge_passages"):
            await add(pool, texts)
        await searches(pool, texts, 20, 1, "warming up, words", None)
        for each in at_once:
            await searches(pool, texts, asked, each, "words", None)
        for size in dimensions:
            async with stand_in(size) as embedder:
                await embed(pool, embedder)
                meaning = MeaningSearch(lambda embedder=embedder: embedder)  # type: ignore[misc]
                await searches(pool, texts, 20, 1, f"warming up, {size}", meaning)
                for each in at_once:
                    await searches(pool, texts, asked, each, f"words and {size} dimensions", meaning)
    sys.stdout.write(f"load of the machine: {os.getloadavg()[0]:.1f}\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, default=10_000)
    parser.add_argument("--searches", type=int, default=150)
    parser.add_argument("--dimensions", type=int, nargs="*", default=[384, 1536])
    parser.add_argument("--at-once", type=int, nargs="*", default=[1, 4])
    parser.add_argument("--keep", type=Path)
    given = parser.parse_args()
    asyncio.run(main(given.passages, given.searches, given.dimensions, given.at_once, given.keep))
