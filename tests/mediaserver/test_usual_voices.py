"""Which voices speak where nobody names any, on machines that lack some of their packages."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable

import pytest

from mediaserver.config import load
from mediaserver.settings import engines as settings_of_engines
from mediaserver.settings.engines import USUAL_VOICES, EnginesSettings

Without = Callable[..., None]
SAID = {"engines": {"language": "en"}}
"""The defaults of a table that nobody has written are read once, with the module."""


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> Without:
    def installed_but(*packages: str) -> None:
        monkeypatch.setattr(
            settings_of_engines,
            "find_spec",
            lambda name: None if name in packages else importlib.util.find_spec("json"),
        )

    return installed_but


def test_all_of_them_where_nothing_is_missing(without: Without) -> None:
    without()
    assert EnginesSettings().tts == USUAL_VOICES and not EnginesSettings().absent_voices
    assert not load(overrides=SAID).notices


@pytest.mark.parametrize("package", ["hibari", "onnxruntime"])
def test_pico_speaks_where_hibari_or_what_runs_it_is_missing(without: Without, package: str) -> None:
    without(package)
    assert EnginesSettings().tts == ("pico", "espeak-ng") and EnginesSettings().absent_voices == ("hibari",)
    (notice,) = load(overrides=SAID).notices
    assert notice.startswith("the usual voice hibari is not installed, pico speaks in its place")


def test_whoever_names_voices_is_not_told_of_others(without: Without) -> None:
    without("hibari", "py_nanotts")
    assert EnginesSettings().tts == ("espeak-ng",) and len(load(overrides=SAID).notices) == 1
    assert load(overrides={"engines": {"tts": ["pico"]}}).notices == ()
    assert load(overrides={"engines": {"mode": "self-hosted"}}).notices == ()
