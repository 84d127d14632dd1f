"""AssemblyAI's recogniser by its own client, in its own environment, against a stand-in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from pipelines.engines.cloud.provider_engine import ProviderStt
from pipelines.engines.protocols import Grammar
from pipelines.engines.stt.assemblyai.engine import ENGINE
from tests.pipelines.engines.cloud.listening import Caller, spoken
from tests.pipelines.engines.cloud.runs import Runs
from tests.standins.assemblyai import Assemblyai
from tests.standins.provider import Trouble

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
MakeStt: TypeAlias = Runs[ProviderStt, Assemblyai]


@pytest.fixture
def assemblyai(installed_environment: Callable[[str], Path], engines_home: Path, tmp_path: Path) -> MakeStt:
    installed_environment(ENGINE.recipe.lock)
    return Runs(ENGINE, Assemblyai, tmp_path, engines_home)


async def test_it_hears_words_while_they_are_spoken_and_their_times(assemblyai: MakeStt) -> None:
    async with assemblyai() as (stt, provider):
        caller = Caller(stt)
        caller.begin()
        caller.say(spoken("book a room"))
        await caller.until(lambda result: not result.final and "book" in result.text)
        result = await caller.final()
        assert (result.text, result.understood) == ("book a room", True)
        assert [word.text for word in result.words] == ["book", "a", "room"]
        second = await caller.says("for two")
        assert (second.text, second.words[0].start_ms < 50) == ("for two", True)
        assert provider.opened == 1
        assert provider.queries[0]["speech_model"] == "universal-streaming-english"
        assert provider.faults == []


async def test_finals_with_punctuation_where_they_are_wanted(assemblyai: MakeStt) -> None:
    async with assemblyai(format_turns=True) as (stt, _):
        assert (await Caller(stt).says("book a room")).text == "Book a room."


async def test_nothing_said_is_told_soon(assemblyai: MakeStt) -> None:
    async with assemblyai() as (stt, _):
        caller = Caller(stt)
        caller.begin()
        caller.say(spoken("")[:1600])
        result = await caller.final()
        assert (result.text, result.understood, result.failed) == ("", False, False)


async def test_a_word_that_was_not_told_when_its_end_was_asked_for_is_heard_all_the_same(
    assemblyai: MakeStt,
) -> None:
    """No turn was open that could have been ended: it was taken for silence."""
    async with assemblyai() as (stt, provider):
        caller = Caller(stt)
        caller.begin()
        caller.say(spoken("no")[:4480])
        result = await caller.final()
        assert (result.text, result.understood) == ("no", True)
        assert provider.controls == ["ForceEndpoint", "Terminate"]
        assert (await caller.says("one two")).text == "one two"


async def test_only_we_end_turns_unless_its_own_ends_are_wanted(assemblyai: MakeStt) -> None:
    async with assemblyai() as (stt, provider):
        await Caller(stt).says("one two")
        assert provider.queries[-1]["max_turn_silence"] == "5000"
    async with assemblyai(ends=True, min_turn_silence_ms=300) as (stt, provider):
        await Caller(stt).says("one two")
        assert "max_turn_silence" not in provider.queries[-1]
        assert provider.queries[-1]["min_turn_silence"] == "300"


async def test_a_connection_cut_in_the_middle_costs_no_word(assemblyai: MakeStt) -> None:
    async with assemblyai() as (stt, provider):
        provider.troubles.append(Trouble(cut_after=4))
        assert (await Caller(stt).says("a sentence with many words")).text == "a sentence with many words"
        assert provider.opened == 2


async def test_words_of_a_grammar_and_several_languages(assemblyai: MakeStt) -> None:
    async with assemblyai() as (stt, provider):
        grammar = Grammar("rooms", "#JSGF V1.0; grammar rooms; public <r> = mountain view | sea side;")
        result = await Caller(stt, "de", ("en",)).says("sea side", grammar)
        assert (result.text, result.language) == ("sea side", "en")
        assert provider.queries[-1]["keyterms_prompt"] == '["mountain view", "sea side"]'
        assert provider.queries[-1]["speech_model"] == "universal-streaming-multilingual"


async def test_sessions_are_ended_and_so_cost_nothing_more(assemblyai: MakeStt) -> None:
    async with assemblyai(keep_s=0) as (stt, provider):
        caller = Caller(stt)
        await caller.says("hello")
        await provider.until_closed()
        caller.begin()
        caller.say(spoken("never mind"))
        await caller.until(lambda result: "never" in result.text)
        caller.session.abandon()
        await provider.until_closed()
        assert provider.unterminated == 0


async def test_a_revoked_key_is_said(assemblyai: MakeStt) -> None:
    async with assemblyai() as (stt, provider):
        caller = Caller(stt)
        assert (await caller.says("one")).text == "one"
        await provider.revoke()
        assert (await caller.says("two")).failed
        assert "refuses the key in" in stt.trouble


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        (Trouble(429, {}, {"Retry-After": "17"}), "left alone for 17 s"),
        (Trouble(402, {}), "has nothing left"),
        (Trouble(503), "failed (503)"),
        (Trouble(close=(1008, "Too many concurrent sessions")), "asked too much at once"),
        (Trouble(close=(4002, "Insufficient funds")), "has nothing left"),
        (Trouble(nonsense_after=1), "failed"),
        (Trouble(silent=True), "failed"),
    ],
)
async def test_what_it_refuses_is_said(assemblyai: MakeStt, trouble: Trouble, said: str) -> None:
    async with assemblyai(connect_s=0.3) as (stt, provider):
        provider.troubles.extend([trouble] * 3)
        assert (await Caller(stt).says("one two three")).failed
        assert said in stt.trouble
        provider.troubles.clear()
        assert (await Caller(stt).says("one two three")).text == "one two three"


async def test_many_calls_are_heard_by_one_process(assemblyai: MakeStt) -> None:
    async with assemblyai(final_s=20) as (stt, _):
        callers = [Caller(stt) for _ in range(20)]
        results = await asyncio.gather(*(caller.says("hello") for caller in callers))
        assert [result.text for result in results] == ["hello"] * 20
