"""A stand-in server of embeddings for load: OpenAI's interface, and vectors of words added up, which cost
little and lie closer the more words two texts share. Run in a process of its own; prints its port.

    python -m tests.load.bag_of_words_server DIMENSIONS
"""

from __future__ import annotations

import asyncio
import base64
import re
import sys
import zlib
from functools import cache

import numpy as np
import numpy.typing as npt
from aiohttp import web

COMMON = frozenset({"please", "know"})


def application(dimensions: int) -> web.Application:
    @cache
    def word_vector(word: str) -> npt.NDArray[np.float32]:
        made = np.random.default_rng(zlib.crc32(word.encode())).standard_normal(dimensions)
        return made.astype(np.float16).astype(np.float32)

    def embedded(text: str) -> str:
        words = set(re.findall(r"\w+", text.lower())) - COMMON
        made = np.sum([word_vector(word) for word in words or {""}], axis=0)
        made /= np.linalg.norm(made)
        return base64.b64encode(made.astype("<f4").tobytes()).decode()

    async def models(_: web.Request) -> web.Response:
        return web.json_response({"object": "list", "data": [{"id": f"bag-{dimensions}"}]})

    async def embeddings(request: web.Request) -> web.Response:
        body = await request.json()
        data = [
            {"object": "embedding", "index": at, "embedding": embedded(text)}
            for at, text in enumerate(body["input"])
        ]
        words = sum(len(text.split()) for text in body["input"])
        usage = {"prompt_tokens": words, "total_tokens": words}
        return web.json_response({"object": "list", "data": data, "model": body["model"], "usage": usage})

    app = web.Application(client_max_size=16 * 1024 * 1024)
    app.router.add_get("/v1/models", models)
    app.router.add_post("/v1/embeddings", embeddings)
    return app


async def main(dimensions: int) -> None:
    runner = web.AppRunner(application(dimensions), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    sys.stdout.write(f"{runner.addresses[0][1]}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)  # until whoever started it is gone


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
