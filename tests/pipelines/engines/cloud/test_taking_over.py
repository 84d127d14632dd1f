"""A provider that refuses in the middle of a call: the next of the list takes over, and it is said why."""

from __future__ import annotations

from contextlib import aclosing
from pathlib import Path

import pytest

from pipelines.engines.cloud.provider_engine import ProviderStt, ProviderTts
from pipelines.engines.protocols import Kind
from pipelines.engines.registry import EngineEntry, EngineOptions, EngineRegistry
from pipelines.engines.running import Engines
from pipelines.engines.stt.failover import PreferredStt
from pipelines.engines.stt.openai_transcribe.engine import ENGINE as TRANSCRIBE
from pipelines.engines.tts.failover import PreferredTts
from pipelines.engines.tts.openai_speech.engine import ENGINE as SPEECH
from tests.fakes import FakeTts
from tests.pipelines.engines.cloud.listening import Caller
from tests.pipelines.engines.cloud.runs import Runs
from tests.standins.openai_speech import OpenaiAudio
from tests.standins.provider import KEY, Trouble, serving


async def test_a_voice_whose_key_is_revoked_is_followed_by_the_next(tmp_path: Path) -> None:
    async with Runs[ProviderTts, OpenaiAudio](SPEECH, OpenaiAudio, tmp_path)() as (tts, provider):
        other = FakeTts()
        preferred = PreferredTts(lambda: [tts, other])
        async with aclosing(preferred.speak("one")) as stream:
            assert (await anext(stream)).instead_of == ""
        await provider.revoke()
        async with aclosing(preferred.speak("two")) as stream:
            told = (await anext(stream)).instead_of
        assert f"refuses the key in {tmp_path / 'key'}; put a valid one there" in told
        assert len(other.spoken) == 1


@pytest.mark.slow
async def test_an_utterance_is_heard_by_the_next_of_the_list_and_nothing_is_lost(tmp_path: Path) -> None:
    (tmp_path / "second").mkdir()
    first = Runs[ProviderStt, OpenaiAudio](TRANSCRIBE, OpenaiAudio, tmp_path)
    second = Runs[ProviderStt, OpenaiAudio](TRANSCRIBE, OpenaiAudio, tmp_path / "second")
    async with first() as (one, provider), second() as (two, next_provider):
        caller = Caller(PreferredStt(lambda: [one, two]))
        assert (await caller.says("hello")).text == "hello"
        await provider.revoke()
        result = await caller.says("book a room")
        assert (result.text, result.failed) == ("book a room", False)
        assert len(next_provider.asked) == 1
        assert not one.ready


async def test_health_shows_a_provider_that_is_left_alone(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text(KEY)
    async with serving(OpenaiAudio()) as provider:
        told = EngineOptions(settings={"base_url": provider.url, "api_key_file": str(key)})
        entry = EngineEntry(TRANSCRIBE.manifest, lambda: TRANSCRIBE.check(told), TRANSCRIBE.make)
        engines = Engines(EngineRegistry([entry]), lambda kind, name: told)
        stt = engines.stt(["openai-transcribe"])
        await engines.started(Kind.STT, ["openai-transcribe"])
        try:
            provider.troubles.append(Trouble(429, None, {"Retry-After": "90"}))
            assert (await Caller(stt).says("hello")).failed
            state = engines.states[0]
            assert not state.ready
            assert "left alone for 90 s" in state.fault
        finally:
            await engines.stop()
