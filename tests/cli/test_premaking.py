"""Greetings that are made before anybody calls: by a real worker, and never in a call's way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cli.serving import premaking
from cli.serving.finishing import open_finishing
from cli.serving.premaking import FixedSentence, Premaking
from cli.serving.speech import Speech
from mediaserver.calls.routes import RouteTable
from mediaserver.config import load
from mediaserver.errors import EngineError
from mediaserver.settings.engines import EnginesSettings
from pipelines.engines.finish.finishing import Finishing
from pipelines.engines.protocols import Kind, Manifest, TtsChunk
from pipelines.engines.running import Engines
from pipelines.engines.tts.failover import PreferredTts
from pipelines.engines.tts.neural.engine import NeuralTts
from pipelines.spoken.pronunciation import NONE
from pipelines.workers.spec import WorkerSpec
from tests.mediaserver.calls.rows import agent, route
from tests.speech import shelf

MANIFEST = Manifest("tones", Kind.TTS, "tones", ("en",), "none", sample_rate=24_000)
GREETINGS = ("Good morning, room 12.", "How can I help?", "One moment, please.")


@pytest.fixture
async def finishing(tmp_path: Path) -> AsyncIterator[Finishing]:
    settings = load(overrides={"data": tmp_path, "engines": {"home": str(tmp_path / "engines")}})
    async with AsyncExitStack() as undo:
        made = open_finishing(settings, undo)
        assert made.kept is not None
        made.kept.fix(GREETINGS)
        yield made


@pytest.fixture
async def engine() -> AsyncIterator[NeuralTts]:
    tts = NeuralTts(MANIFEST, WorkerSpec("tones", "tests.pipelines.engines.tts.tone_worker"))
    await tts.start()
    yield tts
    await tts.stop()


def sentences(engine: object, finishing: Finishing) -> Callable[[], list[FixedSentence]]:
    tts = PreferredTts(lambda: [engine], finishing=finishing)  # type: ignore[list-item]
    return lambda: [FixedSentence(each, "", "en", ("tones",), tts, NONE) for each in GREETINGS]


def made(finishing: Finishing) -> tuple[int, int]:
    assert finishing.kept is not None
    return finishing.kept.misses, finishing.kept.hits


async def test_the_first_caller_hears_what_is_there_already(engine: NeuralTts, finishing: Finishing) -> None:
    """As turn-taking asks for it: by the words as they are spoken, for the sentence as it is written."""
    fixed = sentences(engine, finishing)
    work = Premaking(fixed, lambda: True, 10, 60.0)
    assert await work.make() and made(finishing) == (3, 0) and work.made_s > 0.5
    tts = PreferredTts(lambda: [engine], finishing=finishing)
    said = tts.kept_for(GREETINGS[0]).speak("Good morning, room twelve.")
    assert np.concatenate([chunk.samples async for chunk in said]).any()
    assert made(finishing) == (3, 1)
    assert await work.make() and made(finishing) == (3, 1), "it is made once"


async def test_a_large_flow_is_cut_as_it_is_made() -> None:
    """All of it at once held up every call for a second, twice a minute."""
    speech = Speech(Engines(shelf({}, {}, {})), EnginesSettings(), lambda: None)
    rows = RouteTable([agent("demo", kind="flow", flow="large")], [route("demo", "demo")])
    speech.follow(rows.agents.values())
    cut = list[int]()

    def prompts(_flow: str) -> Iterator[str]:
        for n in range(100):
            cut.append(n)
            yield f"This is number {n}."

    fixed = speech.fixed(prompts)
    first = next(each for each in fixed if each.written.startswith("This is"))
    assert first.written == "This is number 0." and cut == [0]


@pytest.mark.parametrize(("most", "most_s", "times"), [(2, 60.0, 2), (10, 0.01, 1)])
async def test_no_more_is_made_than_is_allowed(
    engine: NeuralTts, finishing: Finishing, most: int, most_s: float, times: int
) -> None:
    work = Premaking(sentences(engine, finishing), lambda: True, most, most_s)
    assert not await work.make() and made(finishing)[0] == times


async def test_a_call_is_left_alone_and_what_was_begun_is_given_up(
    finishing: Finishing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An engine that never ends while a call waits for it: it is closed, and asked again after the call."""
    monkeypatch.setattr(premaking, "WATCH_S", 0.001)
    up, begun, closed = [False], asyncio.Event(), asyncio.Event()

    class Slow:
        manifest = MANIFEST
        ready = True
        asked = 0

        async def speak(
            self, text: str, *, voice: str = "", language: str = "en", rate: float = 1.0
        ) -> AsyncGenerator[TtsChunk, None]:
            self.asked += 1
            try:
                begun.set()
                if self.asked == 1:
                    await asyncio.Event().wait()
                yield TtsChunk(np.ones(1_600, np.int16))
            finally:
                closed.set()

    slow = Slow()
    work = asyncio.create_task(Premaking(sentences(slow, finishing), lambda: not up[0], 1, 60.0).make())
    await asyncio.wait_for(begun.wait(), 10)
    up[0] = True
    await asyncio.wait_for(closed.wait(), 10)
    assert slow.asked == 1
    up[0] = False
    assert not await asyncio.wait_for(work, 10)
    assert slow.asked == 2 and made(finishing) == (2, 0)


async def test_a_voice_that_takes_money_is_not_asked(finishing: Finishing) -> None:
    class Paid:
        manifest = replace(MANIFEST, needs=("key",))
        ready = True

        def speak(self, text: str, **more: object) -> AsyncGenerator[TtsChunk, None]:
            raise AssertionError("it is not to speak")

    assert await Premaking(sentences(Paid(), finishing), lambda: True, 10, 60.0).make()
    assert made(finishing) == (0, 0)


async def test_nor_where_it_speaks_in_the_place_of_one_that_costs_nothing(
    engine: NeuralTts, finishing: Finishing
) -> None:
    """The first of the list does not speak the language, or fails."""
    asked = list[str]()

    class Paid:
        manifest = replace(MANIFEST, name="paid", languages=("de", "en"), needs=("key",))
        ready = True

        async def speak(self, text: str, **more: object) -> AsyncGenerator[TtsChunk, None]:
            asked.append(text)
            yield TtsChunk(np.ones(1_600, np.int16))

    class Broken(Paid):
        manifest = replace(MANIFEST, name="broken")

        async def speak(self, text: str, **more: object) -> AsyncGenerator[TtsChunk, None]:
            if text:
                raise EngineError("it is broken")
            yield TtsChunk(np.ones(1, np.int16))

    for first, language in ((engine, "de"), (Broken(), "en")):
        tts = PreferredTts(lambda first=first: [first, Paid()], finishing=finishing)  # type: ignore[misc]
        fixed = [FixedSentence(each, "", language, ("x",), tts, NONE) for each in GREETINGS]
        assert await Premaking(lambda fixed=fixed: fixed, lambda: True, 10, 60.0).make()  # type: ignore[misc]
    assert asked == []
