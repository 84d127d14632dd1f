from __future__ import annotations

import pytest

from mediaserver.config import load
from mediaserver.diagnosis import realtime


def test_what_the_system_permits_is_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(realtime, "permitted", lambda: "")
    assert realtime.realtime(load(None, {})).ok


def test_what_it_refuses_is_told_with_how_to_mend_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(realtime, "permitted", lambda: "Operation not permitted")
    finding = realtime.realtime(load(None, {}))
    assert not finding.ok and not finding.fatal
    assert "Operation not permitted" in finding.detail and "LimitRTPRIO" in finding.mend


def test_who_does_not_want_it_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(realtime, "permitted", lambda: pytest.fail("it was tried"))
    assert realtime.realtime(load(None, {"media": {"realtime": "off"}})).ok
