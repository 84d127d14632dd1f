"""ElevenLabs' voices by its own client, in their own environment, against a stand-in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path
from typing import TypeAlias

import pytest

from mediaserver.errors import EngineMissingError, ProviderError
from pipelines.engines.cloud.provider_engine import ProviderTts
from pipelines.engines.tts.elevenlabs.engine import ENGINE
from tests.pipelines.engines.cloud.listening import heard
from tests.pipelines.engines.cloud.runs import Runs
from tests.standins.elevenlabs import Elevenlabs
from tests.standins.provider import Trouble

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
MakeTts: TypeAlias = Runs[ProviderTts, Elevenlabs]


@pytest.fixture
def elevenlabs(installed_environment: Callable[[str], Path], engines_home: Path, tmp_path: Path) -> MakeTts:
    installed_environment(ENGINE.recipe.lock)
    return Runs(ENGINE, Elevenlabs, tmp_path, engines_home)


async def test_it_speaks_and_tells_when_each_word_begins(elevenlabs: MakeTts) -> None:
    async with elevenlabs() as (tts, provider):
        text = "Your table, at eight."
        said, marks = await heard(tts, text)
        assert said == "your table at eight"
        assert [text[mark.text_start : mark.text_end] for mark in marks] == ["Your", "table,", "at", "eight."]
        samples = [mark.sample for mark in marks]
        assert samples == sorted(samples)
        assert samples[0] == 0
        assert samples[1] > 5000
        again, _ = await heard(tts, "Thank you")
        assert again == "thank you"
        assert provider.opened == 1
        assert provider.faults == []
        assert provider.queries[0]["language_code"] == "en"


async def test_without_times_of_characters_it_is_heard_to_its_end_all_the_same(elevenlabs: MakeTts) -> None:
    async with elevenlabs() as (tts, provider):
        provider.aligns = False
        assert await heard(tts, "no times here") == ("no times here", [])


async def test_who_is_interrupted_is_not_made_to_the_end(elevenlabs: MakeTts) -> None:
    async with elevenlabs() as (tts, provider):
        provider.pace_s = 0.05
        async with aclosing(tts.speak("a long text of very many words " * 10)) as stream:
            await anext(stream)
        async with asyncio.timeout(10):
            await provider.stopped.wait()
        assert provider.unsaid > 0
        assert len(provider.closed_contexts) == 1
        assert provider.open == 1  # others may use the connection
        assert (await heard(tts, "next"))[0] == "next"
        assert provider.opened == 1


async def test_a_voice_without_an_end_is_stopped_though_nobody_listens_to_it(elevenlabs: MakeTts) -> None:
    """It filled the worker's memory for as long as its listener took nothing."""
    async with elevenlabs() as (tts, provider):
        provider.aligns = False
        provider.troubles.append(Trouble(endless=True))
        async with aclosing(tts.speak("hello")) as stream:
            await anext(stream)
            async with asyncio.timeout(20):
                while not provider.closed_contexts:  # noqa: ASYNC110 - it tells nobody
                    await asyncio.sleep(0.01)
            with pytest.raises(ProviderError, match="without an end"):
                async for _ in stream:
                    pass


async def test_more_texts_at_once_than_a_connection_takes(elevenlabs: MakeTts) -> None:
    async with elevenlabs() as (tts, provider):
        provider.pace_s = 0.02
        said = await asyncio.gather(*(heard(tts, f"text number {n}") for n in range(12)))
        assert [each for each, _ in said] == [f"text number {n}" for n in range(12)]
        assert provider.most_contexts <= 5
        assert provider.faults == []


async def test_connections_of_languages_and_voices_that_users_name_are_few(elevenlabs: MakeTts) -> None:
    async with elevenlabs() as (tts, provider):
        for language in "ar bg cs da de el en es fi fr hi hu".split():
            await heard(tts, "a", language=language)
        async with asyncio.timeout(10):
            while provider.open > 9:  # that of the last text, too
                await provider.changed()


async def test_a_cut_before_the_first_sound_is_not_heard_and_one_behind_it_is_said(
    elevenlabs: MakeTts,
) -> None:
    async with elevenlabs() as (tts, provider):
        provider.troubles.append(Trouble(cut_after=0))
        assert (await heard(tts, "two words"))[0] == "two words"
        assert provider.opened == 2
    async with elevenlabs() as (tts, provider):
        provider.troubles.append(Trouble(cut_after=1))
        with pytest.raises(ProviderError, match="the connection was cut"):
            await heard(tts, "two words")


async def test_markup_is_read_as_text(elevenlabs: MakeTts) -> None:
    async with elevenlabs() as (tts, provider):
        await heard(tts, 'wait <break time="9s"/> now\x00')
        assert "<" not in provider.said[0]


async def test_a_revoked_key_is_said_and_mended(elevenlabs: MakeTts) -> None:
    async with elevenlabs() as (tts, provider):
        await heard(tts, "one")
        await provider.revoke()
        with pytest.raises(ProviderError, match="refuses the key in .*key; put a valid one there"):
            await heard(tts, "two")
        assert not tts.ready
        provider.keys.add("new")
        elevenlabs.key_file.write_text("new")
        assert (await heard(tts, "three"))[0] == "three"
        assert tts.ready


async def test_an_unknown_voice_or_language_is_the_texts_fault(elevenlabs: MakeTts) -> None:
    async with elevenlabs() as (tts, _):
        with pytest.raises(EngineMissingError, match="voice"):
            await heard(tts, "hello", voice="nobody")
        assert tts.ready
        with pytest.raises(EngineMissingError, match="does not speak sa"):
            await heard(tts, "hello", language="sa")


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        (Trouble(429, {"detail": {"status": "too_many_concurrent_requests"}}, {"Retry-After": "17"}), "17 s"),
        (Trouble(401, {"detail": {"status": "quota_exceeded", "message": "0 left"}}), "top it up"),
        (Trouble(503), "failed .503."),
        (Trouble(silent=True), "does not answer"),
        (Trouble(empty=True), "it gave no sound"),
        (Trouble(endless=True), "without an end"),
        (Trouble(nonsense_after=0), "cannot be read"),
        (Trouble(close=(1008, "quota exceeded")), "top it up"),
    ],
)
async def test_whatever_it_does_ends_in_one_line(elevenlabs: MakeTts, trouble: Trouble, said: str) -> None:
    async with elevenlabs(connect_s=0.3) as (tts, provider):
        provider.troubles.extend([trouble] * 2)
        provider.aligns = not trouble.endless  # else it would be known where the text ends
        with pytest.raises(ProviderError, match=said):
            await heard(tts, "hello")
