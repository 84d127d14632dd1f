"""The stand-in engines of the load tests keep to their protocols."""

from __future__ import annotations

import asyncio

import asyncpg

from mediaserver.storage import agents as tables
from pipelines.engines.protocols import Kind, SttResult
from pipelines.engines.registry import EngineOptions, EngineRegistry
from tests.load.assistant_calls import Desk
from tests.load.standin_engines import STT, TTS, engines


async def test_the_recogniser_hears_its_words_unless_the_caller_goes_on() -> None:
    heard: asyncio.Queue[SttResult] = asyncio.Queue()
    options = {f"{STT}:a": EngineOptions(settings={"text": "yes", "final_ms": 1})}
    stt = EngineRegistry(engines).make(Kind.STT, f"{STT}:a", options[f"{STT}:a"])
    session = stt.session(heard.put_nowait)
    session.begin(1)
    session.flush(2)
    session.resume(3)
    session.flush(4)
    result = await asyncio.wait_for(heard.get(), 5)
    assert (result.text, result.final, result.epoch) == ("yes", True, 4) and heard.empty()


async def test_the_voice_says_each_word_and_marks_it() -> None:
    settings = EngineOptions(settings={"first_ms": 0, "speed": 1000})
    tts = EngineRegistry(engines).make(Kind.TTS, TTS, settings)
    chunks = [chunk async for chunk in tts.speak("two words")]
    assert [(mark.text_start, mark.text_end) for chunk in chunks for mark in chunk.words] == [(0, 3), (4, 9)]
    assert chunks[1].words[0].sample == len(chunks[0].samples)


async def test_the_rows_of_the_load_tests_are_rows_of_the_table(pool: asyncpg.Pool) -> None:
    await tables.put_agent(pool, Desk("desk", "instant").row)
    assert "desk" in [row["name"] for row in await tables.all_agents(pool)]
