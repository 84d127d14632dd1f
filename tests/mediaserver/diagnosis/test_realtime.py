from __future__ import annotations

from pathlib import Path

import pytest

from mediaserver.config import load
from mediaserver.diagnosis import realtime
from mediaserver.media.realtime import HELPER_NICENESS, PRIORITY


def test_what_the_system_permits_is_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(realtime, "permitted", lambda: "")
    assert realtime.realtime(load(None, {})).ok


def test_what_it_refuses_is_told_with_how_to_mend_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(realtime, "permitted", lambda: "Operation not permitted")
    finding = realtime.realtime(load(None, {}))
    assert not finding.ok and not finding.fatal
    assert "Operation not permitted" in finding.detail and "LimitRTPRIO" in finding.mend


@pytest.mark.parametrize(
    ("media", "detector", "said"), [("", "", [True]), ("", "no", [False]), ("no", "no", [])]
)
def test_the_detector_may_come_right_behind_or_the_doctor_says_how(
    monkeypatch: pytest.MonkeyPatch, media: str, detector: str, said: list[bool]
) -> None:
    monkeypatch.setattr(realtime, "permitted", lambda: media)
    monkeypatch.setattr(realtime, "helper_permitted", lambda: detector)
    found = realtime.helper(load(None, {}))
    assert [finding.ok for finding in found] == said
    assert all(finding.ok or "LimitNICE" in finding.mend for finding in found)
    assert realtime.helper(load(None, {"media": {"realtime": "off"}})) == []


def test_the_unit_permits_what_the_server_asks_for() -> None:
    unit = (Path(__file__).parents[3] / "deploy/voiceforge.service").read_text(encoding="utf-8")
    assert f"LimitRTPRIO={PRIORITY}\n" in unit and f"LimitNICE={HELPER_NICENESS}\n" in unit


def test_who_does_not_want_it_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(realtime, "permitted", lambda: pytest.fail("it was tried"))
    assert realtime.realtime(load(None, {"media": {"realtime": "off"}})).ok
