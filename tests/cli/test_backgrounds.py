"""Which sounds the server has ready for its agents' calls."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType
from typing import Any
from uuid import UUID

import numpy as np
import pytest

from cli.makers import fault
from cli.serving.backgrounds import Backgrounds
from mediaserver.calls.background import loops
from mediaserver.calls.routes import AgentSpec
from mediaserver.calls.sounds import Sounds
from mediaserver.errors import ConfigError
from mediaserver.settings.background import BackgroundSettings
from tests.fakes import FakeCall
from tests.mediaserver.calls.test_backgrounds import written


def spec(name: str, **background: Any) -> AgentSpec:
    return AgentSpec(UUID(int=1), name, 1, "flow", "booking", background=MappingProxyType(background))


def heard(backgrounds: Backgrounds, agent: AgentSpec) -> bool:
    call: Any = FakeCall()
    return backgrounds.begin(agent, call) is not None


async def test_without_a_word_of_it_nothing_is_made_and_nothing_heard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loops, "levelled", None)  # would fail
    backgrounds = Backgrounds(BackgroundSettings(), Sounds(tmp_path))
    backgrounds.follow([agent := spec("desk")])
    await backgrounds.settle()
    assert not heard(backgrounds, agent) and backgrounds.findings() == []


async def test_the_settings_count_where_the_row_says_nothing_and_a_loop_is_there_once_for_all(
    tmp_path: Path,
) -> None:
    backgrounds = Backgrounds(BackgroundSettings(sound="room"), Sounds(tmp_path))
    desk, night, mute = spec("desk"), spec("night", level_db=-48), spec("mute", sound="none")
    backgrounds.follow([desk, night, mute])
    assert not heard(backgrounds, desk), "a call does not wait for it"
    await backgrounds.settle()
    assert [heard(backgrounds, each) for each in (desk, night, mute)] == [True, True, False]
    assert len(backgrounds._loops) == 1
    backgrounds.follow([mute])
    await backgrounds.settle()
    assert not backgrounds._loops, "what nobody is heard with any more is forgotten"


async def test_a_file_that_is_not_there_is_a_finding_and_the_call_goes_on_without(tmp_path: Path) -> None:
    backgrounds = Backgrounds(BackgroundSettings(), Sounds(tmp_path))
    agent = spec("desk", sound="shop.wav", thinking="typing")
    backgrounds.follow([agent])
    await backgrounds.settle()
    (finding,) = backgrounds.findings()
    assert (finding.name, finding.ok, finding.required) == ("agent desk", False, False)
    assert "there is no sound shop.wav in the folder of sounds" in finding.detail
    assert heard(backgrounds, agent), "what is there is heard"
    written(tmp_path, np.full(32_000, 500, np.int16))
    backgrounds.follow([agent])
    await backgrounds.settle()
    assert backgrounds.findings() == []


def test_settings_and_rows_that_name_no_sound_are_told_of(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="background.sound is one of"):
        Backgrounds(BackgroundSettings(sound="ofice"), Sounds(tmp_path))
    assert "background.sound is one of" in fault(spec("desk", sound="ofice"))
    assert fault(spec("desk", sound="office")) == ""
