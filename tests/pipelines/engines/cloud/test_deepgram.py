"""Deepgram's recogniser by its own client, in its own environment, against a stand-in."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pytest

from pipelines.engines.cloud.provider_engine import ProviderStt
from pipelines.engines.protocols import Grammar
from pipelines.engines.stt.deepgram.engine import ENGINE
from pipelines.engines.trying import attempt
from tests.pipelines.engines.cloud.listening import Caller, spoken
from tests.pipelines.engines.cloud.runs import Runs
from tests.standins.deepgram import Deepgram
from tests.standins.provider import KEY, Trouble

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
MakeStt: TypeAlias = Runs[ProviderStt, Deepgram]


@pytest.fixture
def deepgram(installed_environment: Callable[[str], Path], engines_home: Path, tmp_path: Path) -> MakeStt:
    installed_environment(ENGINE.recipe.lock)
    return Runs(ENGINE, Deepgram, tmp_path, engines_home)


async def test_it_hears_words_while_they_are_spoken_and_their_times(deepgram: MakeStt) -> None:
    async with deepgram() as (stt, provider):
        caller = Caller(stt)
        caller.begin()
        caller.say(spoken("book a room"))
        partial = await caller.until(lambda result: not result.final and "book" in result.text)
        assert partial.epoch == 1
        result = await caller.final()
        assert (result.text, result.understood, result.language) == ("book a room", True, "")
        assert [word.text for word in result.words] == ["book", "a", "room"]
        assert result.words[0].start_ms < 50 < result.words[1].start_ms < result.words[2].start_ms
        assert result.confidence == pytest.approx(0.97)
        assert provider.faults == []


async def test_the_next_utterance_goes_over_the_same_connection_and_has_its_own_times(
    deepgram: MakeStt,
) -> None:
    async with deepgram() as (stt, provider):
        caller = Caller(stt)
        first = await caller.says("one two")
        second = await caller.says("three")
        assert (first.text, second.text) == ("one two", "three")
        assert second.words[0].start_ms < 50
        assert provider.opened == 1


async def test_who_goes_on_after_a_pause_is_not_heard_twice(deepgram: MakeStt) -> None:
    async with deepgram() as (stt, provider):
        caller = Caller(stt)
        caller.begin()
        caller.say(spoken("to the"))
        assert (await caller.final()).text == "to the"
        before = provider.heard_s
        caller.session.resume(9)
        caller.say(spoken("station"))
        result = await caller.final()
        assert result.text == "to the station"
        assert provider.heard_s - before == pytest.approx(len(spoken("station")) / 16_000)


@pytest.mark.parametrize("marks", [True, False])
async def test_what_answers_a_flush_need_not_say_so(deepgram: MakeStt, marks: bool) -> None:
    async with deepgram() as (stt, provider):
        provider.marks = marks
        result = await Caller(stt).says("book a room")
        assert (result.text, result.doubtful) == ("book a room", False)
        assert provider.controls == ["Finalize"]


async def test_a_short_word_is_heard_though_its_flush_is_not_answered_and_the_way_is_long(
    deepgram: MakeStt,
) -> None:
    """After 0.3 s it was taken for silence."""
    async with deepgram() as (stt, provider):
        provider.away_s = 0.4
        caller = Caller(stt)
        caller.begin()
        caller.say(spoken("no")[:7360])
        result = await caller.final()
        assert (result.text, result.understood, result.doubtful) == ("no", True, False)
        assert provider.controls == ["Finalize", "CloseStream"]
        provider.away_s = 0.0
        assert (await caller.says("one two")).text == "one two"
        assert provider.opened == 2


async def test_silence_is_nothing_said_and_no_fault(deepgram: MakeStt) -> None:
    """Else one that failed once, and is tried with half a second of silence, would never be asked again."""
    async with deepgram() as (stt, _):
        caller = Caller(stt)
        caller.begin()
        caller.say(np.zeros(7680, np.int16))
        result = await caller.final()
        assert (result.text, result.understood, result.failed) == ("", False, False)
        await attempt(stt)


async def test_a_connection_cut_in_the_middle_costs_no_word(deepgram: MakeStt) -> None:
    async with deepgram() as (stt, provider):
        provider.troubles.append(Trouble(cut_after=3))
        result = await Caller(stt).says("a long sentence with many words of which some were final by then")
        assert result.text == "a long sentence with many words of which some were final by then"
        assert provider.opened == 2
        starts = [word.start_ms for word in result.words]
        assert starts == sorted(starts)


async def test_a_grammar_gives_its_words_as_key_terms(deepgram: MakeStt) -> None:
    async with deepgram(keyterms=["Voiceforge"]) as (stt, provider):
        grammar = Grammar("rooms", "#JSGF V1.0; grammar rooms; public <r> = mountain view | sea side;")
        assert (await Caller(stt).says("sea side", grammar)).text == "sea side"
        assert provider.queries[-1]["keyterm"] == ["Voiceforge", "mountain view", "sea side"]


async def test_a_grammar_of_long_sentences_is_heard_too(deepgram: MakeStt) -> None:
    async with deepgram(keyterms=[f"Voiceforge Aktiengesellschaft {each}" for each in range(50)]) as (stt, _):
        sentences = " | ".join(
            f"i would like the {'very ' * 5}big room {'o' * each}" for each in range(3, 15)
        )
        grammar = Grammar("rooms", f"#JSGF V1.0; grammar rooms; public <r> = sea side | {sentences};")
        assert (await Caller(stt).says("sea side", grammar)).text == "sea side"


async def test_several_languages_are_told_apart(deepgram: MakeStt) -> None:
    async with deepgram() as (stt, provider):
        result = await Caller(stt, "de", ("en",)).says("hello")
        assert provider.queries[-1]["language"] == ["multi"]
        assert (result.language, result.language_probability) == ("en", 1.0)


async def test_a_key_that_is_revoked_in_a_call_is_said_and_mended(
    deepgram: MakeStt, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with deepgram() as (stt, provider):
        caller = Caller(stt)
        assert (await caller.says("one")).text == "one"
        await provider.revoke()
        with caplog.at_level(logging.WARNING):
            assert (await caller.says("two")).failed
        assert "refuses the key in" in stt.trouble
        assert str(tmp_path / "key") in stt.trouble
        assert not stt.ready
        assert KEY not in caplog.text
        provider.keys.add("another-key-of-the-operator")
        (tmp_path / "key").write_text("another-key-of-the-operator")
        assert (await caller.says("three")).text == "three"
        assert stt.ready


async def test_a_provider_that_has_too_much_to_do_is_left_alone_as_long_as_it_wants(
    deepgram: MakeStt,
) -> None:
    async with deepgram() as (stt, provider):
        provider.troubles.append(Trouble(429, {"err_msg": "Too Many Requests"}, {"Retry-After": "17"}))
        assert (await Caller(stt).says("one")).failed
        assert "left alone for 17 s" in stt.trouble


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        (Trouble(402, {"err_msg": "Insufficient funds"}), "top it up"),
        (Trouble(503), "failed (503)"),
        (Trouble(silent=True), "it does not answer"),
        (Trouble(nonsense_after=0), "cannot be read"),
        (Trouble(close=(1008, "DATA-0000")), "refuses the request: DATA-0000"),
    ],
    ids=["quota", "down", "silent", "nonsense", "data"],
)
async def test_whatever_else_it_does_is_a_failed_final(
    deepgram: MakeStt, trouble: Trouble, said: str
) -> None:
    async with deepgram(connect_s=0.3) as (stt, provider):
        provider.troubles.extend([trouble] * 3)
        result = await Caller(stt).says("one two three")
        assert result.failed and said in str(result.error)
        provider.troubles.clear()
        assert (await Caller(stt).says("one two three")).text == "one two three"


async def test_what_is_abandoned_closes_its_connection(deepgram: MakeStt) -> None:
    async with deepgram() as (stt, provider):
        caller = Caller(stt)
        caller.begin()
        caller.say(spoken("never mind"))
        await caller.until(lambda result: "never" in result.text)
        caller.session.abandon()
        await provider.until_closed()
        assert "CloseStream" in provider.controls


async def test_many_calls_are_heard_by_one_process(deepgram: MakeStt) -> None:
    async with deepgram(final_s=20) as (stt, provider):
        callers = [Caller(stt) for _ in range(30)]
        results = await asyncio.gather(*(caller.says("hello") for caller in callers))
        assert [result.text for result in results] == ["hello"] * 30
        assert len(stt.pool.workers) == 1
