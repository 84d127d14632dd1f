"""Deepgram's voices by its own client, in their own environment, against a stand-in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path
from typing import TypeAlias

import pytest

from mediaserver.errors import ProviderError
from pipelines.engines.cloud.kept import MOST
from pipelines.engines.cloud.provider_engine import ProviderTts
from pipelines.engines.tts.deepgram_aura.engine import ENGINE
from tests.pipelines.engines.cloud.listening import heard
from tests.pipelines.engines.cloud.runs import Runs
from tests.standins.deepgram import Deepgram
from tests.standins.provider import Trouble

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
MakeTts: TypeAlias = Runs[ProviderTts, Deepgram]


@pytest.fixture
def aura(installed_environment: Callable[[str], Path], engines_home: Path, tmp_path: Path) -> MakeTts:
    installed_environment(ENGINE.recipe.lock)
    return Runs(ENGINE, Deepgram, tmp_path, engines_home)


async def test_it_speaks_text_after_text_over_one_connection(aura: MakeTts) -> None:
    async with aura() as (tts, provider):
        assert (await heard(tts, "Your table, at eight."))[0] == "your table at eight"
        assert (await heard(tts, f"One.{' ' * 1990} Two."))[0] == "one two"
        assert provider.opened == 1
        assert provider.faults == []


async def test_connections_of_voices_that_users_name_are_few(aura: MakeTts) -> None:
    async with aura() as (tts, provider):
        for number in range(MOST + 3):
            await heard(tts, "a", voice=f"aura-2-voice{number}-en")
        async with asyncio.timeout(10):
            while provider.open > MOST:
                await provider.changed()


async def test_who_is_interrupted_closes_the_connection(aura: MakeTts) -> None:
    async with aura() as (tts, provider):
        provider.troubles.append(Trouble(endless=True))
        async with aclosing(tts.speak("one two three")) as stream:
            assert (await anext(stream)).samples.any()
        await provider.until_closed()
        assert (await heard(tts, "next"))[0] == "next"


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        (Trouble(429, {}, {"Retry-After": "17"}), "left alone for 17 s"),
        (Trouble(503), "failed .503."),
        (Trouble(silent=True), "does not answer"),
        (Trouble(empty=True), "it gave no sound"),
        (Trouble(endless=True), "without an end"),
        (Trouble(nonsense_after=0), "cannot be read"),
        (Trouble(cut_after=1), "failed"),
        (Trouble(close=(1008, "DATA-0000")), "refuses the request"),
    ],
)
async def test_whatever_it_does_ends_in_one_line(aura: MakeTts, trouble: Trouble, said: str) -> None:
    async with aura(connect_s=0.3) as (tts, provider):
        provider.troubles.extend([trouble] * 2)
        with pytest.raises(ProviderError, match=said):
            await heard(tts, "hello world")


async def test_a_revoked_key_is_said(aura: MakeTts) -> None:
    async with aura() as (tts, provider):
        await heard(tts, "one")
        await provider.revoke()
        with pytest.raises(ProviderError, match="refuses the key in"):
            await heard(tts, "two")
