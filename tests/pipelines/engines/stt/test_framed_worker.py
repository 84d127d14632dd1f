"""A real worker whose model hears frame by frame, from the calls' side."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from pipelines.engines.protocols import Grammar, Kind, Manifest
from pipelines.engines.stt.in_worker import WorkerStt
from pipelines.workers.spec import WorkerSpec
from tests.pipelines.engines.stt.heard import silence
from tests.pipelines.engines.stt.utterances import Caller
from tests.plugins.acme_speech.buzz import say

pytestmark = pytest.mark.asyncio(loop_scope="module")
MANIFEST = Manifest("buzz-frames", Kind.STT, "a test's", ("*",), "none", final_within_s=20)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stt() -> AsyncIterator[WorkerStt]:
    engine = WorkerStt(MANIFEST, WorkerSpec("buzz-frames", "tests.pipelines.engines.stt.buzz_frames_worker"))
    await engine.start()
    yield engine
    await engine.stop()


async def test_the_last_word_comes_though_the_model_is_late(stt: WorkerStt) -> None:
    audio = say("book a room")
    caller = Caller(stt)
    final = await caller.whole(audio)
    assert (final.text, final.understood, final.confidence) == ("book a room", True, 0.9)
    assert [word.text for word in final.words] == ["book", "a", "room"]
    assert final.words[-1].end_ms <= len(audio) // 16


async def test_partials_come_frame_by_frame(stt: WorkerStt) -> None:
    caller = Caller(stt)
    caller.session.begin(1)
    caller.say(say("book a room for two"))
    while not caller.results or "room" not in caller.results[-1].text:
        await asyncio.wait_for(caller.told_within(5), 10)
    texts = [each.text for each in caller.results]
    assert all(after.startswith(before[:-1]) for before, after in zip(texts, texts[1:], strict=False))
    assert not any(each.final for each in caller.results)
    caller.session.close()


async def test_calls_take_turns_and_each_has_its_own_stream(stt: WorkerStt) -> None:
    texts = ["one two", "three", "four five six", "seven", "eight nine", "ten"]
    finals = await asyncio.gather(*(Caller(stt).whole(say(text)) for text in texts))
    assert [final.text for final in finals] == texts


async def test_one_stream_that_breaks_breaks_no_other(stt: WorkerStt) -> None:
    broken, whole = await asyncio.gather(Caller(stt).whole(say("nan")), Caller(stt).whole(say("fine")))
    assert broken.failed and whole.text == "fine"


async def test_grammars_and_silence(stt: WorkerStt) -> None:
    grammar = Grammar("when", "#JSGF V1.0; grammar when; public <when> = two [thirty];")
    final = await Caller(stt).whole(say("two thirty"), grammar)
    assert final.complete and not final.extensible
    assert not (await Caller(stt).whole(silence(500))).understood
