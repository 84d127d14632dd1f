"""A real worker whose model hears window by window, from the calls' side."""

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

MANIFEST = Manifest("buzz-windows", Kind.STT, "a test's", ("*",), "none", final_within_s=20, detects=True)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stt() -> AsyncIterator[WorkerStt]:
    engine = WorkerStt(MANIFEST, WorkerSpec("buzz-windows", "tests.pipelines.engines.stt.buzz_worker"))
    await engine.start()
    yield engine
    await engine.stop()


pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_partials_are_beginnings_of_what_is_said_and_the_final_has_it_all(stt: WorkerStt) -> None:
    text = "book a room for two on monday"
    audio = say(text)
    caller = Caller(stt)
    caller.session.begin(1)
    for at in range(0, len(audio), 1_600):
        caller.say(audio[at : at + 1_600])
        await caller.told_within(0.03)  # about as fast as it is said
    caller.session.flush(2)
    final = await caller.final(2)
    partials = caller.results[:-1]
    assert final.text == text and final.understood and not final.doubtful
    assert partials and all(text.startswith(each.text) and not each.final for each in partials)
    assert [word.text for word in final.words] == text.split()
    assert final.words[-1].end_ms <= len(audio) // 16 and final.confidence == 0.9


async def test_calls_at_the_same_time_each_get_their_own(stt: WorkerStt) -> None:
    texts = ["one two", "three", "four five six", "seven", "eight nine"]
    finals = await asyncio.gather(*(Caller(stt).whole(say(text)) for text in texts))
    assert [final.text for final in finals] == texts


async def test_one_that_breaks_the_model_breaks_nobody_elses_call(stt: WorkerStt) -> None:
    broken, whole = await asyncio.gather(Caller(stt).whole(say("crash")), Caller(stt).whole(say("fine")))
    assert broken.failed and whole.text == "fine"
    assert (await Caller(stt).whole(say("nan"))).failed


async def test_a_whole_sentence_of_the_grammar_is_complete(stt: WorkerStt) -> None:
    grammar = Grammar("when", "#JSGF V1.0; grammar when; public <when> = two [thirty];")
    final = await Caller(stt).whole(say("two"), grammar)
    assert final.complete and final.extensible
    assert not (await Caller(stt).whole(say("monday"), grammar)).complete


async def test_the_language_is_told_by_one_call_of_several(stt: WorkerStt) -> None:
    final = await Caller(stt, among=("es",)).whole(say("hola"))
    assert (final.language, final.language_probability) == ("es", 0.8)
    assert (await Caller(stt).whole(say("hello"))).language == ""


async def test_silence_is_nothing_understood(stt: WorkerStt) -> None:
    final = await Caller(stt).whole(silence(900))
    assert (final.text, final.understood, final.failed) == ("", False, False)


async def test_an_utterance_longer_than_the_window_is_whole(stt: WorkerStt) -> None:
    text = "book a room for two on monday and another one for seven people on the day behind it please"
    audio = say(text)
    assert len(audio) > 4_000 * 16
    assert (await Caller(stt).whole(audio)).text == text


async def test_who_goes_on_after_a_flush_is_heard_to_the_end(stt: WorkerStt) -> None:
    caller = Caller(stt)
    assert (await caller.whole(say("at two"))).text == "at two"
    caller.session.resume(3)
    caller.say(silence(100))
    caller.say(say("thirty"))
    caller.session.flush(4)
    assert (await caller.final(4)).text == "at two thirty"
