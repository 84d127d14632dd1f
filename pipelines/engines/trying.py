"""Something small asked of an engine that failed, to see whether it works again; calls come before it.

A word is said, a moment of silence listened to, a model asked for one token. With an engine that costs, so
does this; it happens after a failure alone, and at most a few times an hour while it goes on failing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from contextlib import aclosing
from typing import Any

import numpy as np

from mediaserver.errors import EngineError
from mediaserver.media.time import FRAME_SAMPLES
from pipelines.engines.protocols import Kind, LlmMessage, LlmUsage, SttResult
from pipelines.workers.urgency import as_batch_work

WITHIN_S = 15.0
WORD = "one"
FRAMES = 25
"""Half a second."""


async def attempt(engine: Any) -> None:
    """Raises anything when the engine does not work."""
    asked: dict[Kind, Any] = {Kind.TTS: _speak, Kind.STT: _listen, Kind.LLM: _think}
    tried: Awaitable[None] | None = None
    with as_batch_work():
        async with asyncio.timeout(WITHIN_S):
            if not engine.ready:
                raise EngineError(getattr(engine, "trouble", "") or "it is not ready")
            if (ask := asked.get(engine.manifest.kind)) is not None:
                tried = ask(engine)
                await tried


async def _speak(tts: Any) -> None:
    async with aclosing(tts.speak(WORD, language=tts.manifest.nearest("en"))) as chunks:
        async for chunk in chunks:
            if chunk.samples.any():
                return
    raise EngineError("it made no sound")


async def _listen(stt: Any) -> None:
    final: asyncio.Future[SttResult] = asyncio.get_running_loop().create_future()

    def told(result: SttResult) -> None:
        if result.final and not final.done():
            final.set_result(result)

    session = stt.session(told, language=stt.manifest.nearest("en"))
    try:
        session.begin(1)
        for _ in range(FRAMES):
            session.feed(np.zeros(FRAME_SAMPLES, np.int16))
        session.flush(2)
        result = await final
    finally:
        session.close()
    if result.failed:
        raise result.error or EngineError("it could not listen")


async def _think(llm: Any) -> None:
    question = [LlmMessage("user", f"Say the word {WORD}.")]
    async with aclosing(llm.stream(question, max_tokens=8)) as events:
        async for event in events:
            if not isinstance(event, LlmUsage):
                return
    raise EngineError("it said nothing")
