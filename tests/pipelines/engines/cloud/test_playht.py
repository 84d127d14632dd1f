"""PlayHT's voices by its own client, in their own environment, against a stand-in."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path
from typing import TypeAlias

import pytest

from mediaserver.errors import EngineMissingError, ProviderError
from pipelines.engines.cloud.provider_engine import ProviderTts
from pipelines.engines.registry import EngineOptions
from pipelines.engines.tts.playht.engine import ENGINE
from tests.pipelines.engines.cloud.listening import heard
from tests.pipelines.engines.cloud.runs import Runs
from tests.standins.playht import USER, Playht
from tests.standins.provider import Trouble

slow = pytest.mark.slow
MakeTts: TypeAlias = Runs[ProviderTts, Playht]


@pytest.fixture
def playht(installed_environment: Callable[[str], Path], engines_home: Path, tmp_path: Path) -> MakeTts:
    installed_environment(ENGINE.recipe.lock)
    return Runs(ENGINE, Playht, tmp_path, engines_home)


@slow
@pytest.mark.timeout(300)
async def test_it_speaks_and_stops(playht: MakeTts) -> None:
    async with playht(user_id=USER) as (tts, provider):
        assert (await heard(tts, "Your table, at eight."))[0] == "your table at eight"
        assert provider.asked[0]["language"] == "english"
        assert provider.asked[0]["sample_rate"] == 16_000
        provider.troubles.append(Trouble(endless=True))
        async with aclosing(tts.speak("one two three")) as stream:
            assert (await anext(stream)).samples.any()
        await provider.until_closed()
        with pytest.raises(EngineMissingError, match="does not speak sa"):
            await heard(tts, "hello", language="sa")
        assert provider.faults == []


@slow
@pytest.mark.timeout(300)
async def test_whatever_it_does_ends_in_one_line(playht: MakeTts) -> None:
    async with playht(user_id=USER) as (tts, provider):
        for trouble, said in (
            (Trouble(429, {"error_message": "slow down"}), "asked too much at once"),
            (Trouble(503, {"error_message": "no"}), "failed .503."),
            (Trouble(402, {"error_message": "no"}), "top it up"),
            (Trouble(empty=True), "it gave no sound"),
            (Trouble(endless=True), "without an end"),
            (Trouble(cut_after=1), "failed"),
            (Trouble(silent=True), "does not answer"),
        ):
            provider.troubles.append(trouble)
            with pytest.raises(ProviderError, match=said):
                await heard(tts, "hello world")
        with pytest.raises(EngineMissingError, match="refuses the request"):
            await heard(tts, "hello", voice="nobody")
        await provider.revoke()
        with pytest.raises(ProviderError, match="refuses the key in"):
            await heard(tts, "hello")
    async with playht(user_id="nobody") as (tts, _):
        with pytest.raises(ProviderError, match="refuses the key in"):
            await heard(tts, "hello")


def test_it_wants_an_account_beside_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PLAYHT_USER_ID", raising=False)
    assert "set PLAYHT_USER_ID" in ENGINE.check(EngineOptions()).lacks
