"""The settings of cleaning reach the calls, the metrics and whoever looks for what is missing."""

from __future__ import annotations

from contextlib import AsyncExitStack

import pytest

from cli.serving import cleaning
from cli.serving.cleaning import findings_of, open_cleaning, uncleaned
from mediaserver.media.cleaning.line_cleaner import LineCleaner
from mediaserver.metrics import Metrics
from mediaserver.settings.media import MediaSettings


async def test_each_call_has_a_cleaner_of_its_own_and_the_metrics_count_them() -> None:
    metrics = Metrics()
    async with AsyncExitStack() as undo:
        make = open_cleaning(MediaSettings(echo_cancellers=7), metrics, undo)
        first, second = make(), make()
        assert isinstance(first, LineCleaner) and first is not second
        assert b"voiceforge_echo_cancellers 0.0" in metrics.render()
        assert b"voiceforge_echo_cancellers_limit 7.0" in metrics.render()
        assert b"voiceforge_echo_muted_total 0.0" in metrics.render()


async def test_switched_off_there_is_none() -> None:
    off = MediaSettings(echo_guard=False, noise_suppression="off")
    async with AsyncExitStack() as undo:
        assert open_cleaning(off, Metrics(), undo) is uncleaned
        assert open_cleaning(MediaSettings(echo_guard=False), Metrics(), undo) is not uncleaned
    assert uncleaned() is None  # type: ignore[func-returns-value]


def test_only_a_library_that_is_wanted_and_missing_is_spoken_of(monkeypatch: pytest.MonkeyPatch) -> None:
    assert findings_of(MediaSettings()) == []
    monkeypatch.setattr(cleaning, "available", lambda: False)
    (finding,) = findings_of(MediaSettings())
    assert not finding.ok and not finding.fatal and "pywebrtc-audio" in finding.detail and finding.mend
    assert findings_of(MediaSettings(echo_guard=False, noise_suppression="off")) == []
    assert findings_of(MediaSettings(echo_cancellers=0, noise_suppression="off")) == []
    assert findings_of(MediaSettings(echo_cancellers=0)) == [finding]
