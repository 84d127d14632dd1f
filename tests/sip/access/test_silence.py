"""Who gets no answer at all, and who always gets one."""

from __future__ import annotations

import logging

import pytest

from sip.access.gate import Gate
from sip.access.silence import MOST_KEPT, NAMES, SILENT_S, StrangersSilence
from tests.sip.access.test_gate import STRANGER, Place, gate, invite, proof

__all__ = ["gate"]


@pytest.fixture
def silence(gate: Gate) -> StrangersSilence:
    return StrangersSilence(gate)


def ignored(silence: StrangersSilence, *, place: Place = Place(), now: float = 0.0, **request: str) -> bool:  # noqa: B008 - frozen
    return silence.ignores(invite(**request), place, now)


@pytest.mark.parametrize("method", ["INVITE", "REGISTER", "OPTIONS", "SUBSCRIBE", "MESSAGE", "NOTIFY"])
def test_a_stranger_who_names_nobody_of_ours_gets_nothing(silence: StrangersSilence, method: str) -> None:
    assert ignored(silence, method=method, to="nobody", caller="nobody")


def test_a_phone_that_names_itself_is_asked_who_it_is(silence: StrangersSilence) -> None:
    assert not ignored(silence, method="REGISTER", to="100", caller="100")
    assert not ignored(silence, to="nobody", caller="101")
    assert not ignored(silence, caller="acme"), "a trunk that has only a password"


def test_whom_it_dials_is_no_name_of_its_own(silence: StrangersSilence) -> None:
    assert ignored(silence, to="100", caller="nobody")
    assert ignored(silence, method="OPTIONS", to="100", caller="100")


@pytest.mark.parametrize("host", ["192.0.2.9", "127.0.0.1", "198.51.100.3", "::ffff:192.0.2.9"])
def test_trunks_and_networks_without_proof_are_always_answered(silence: StrangersSilence, host: str) -> None:
    for method in ("INVITE", "OPTIONS", "REGISTER"):
        assert not ignored(silence, place=Place(host), method=method, to="nobody", caller="nobody")
    assert not silence.mute(host, 0.0)


def test_a_trunk_is_answered_by_its_header(silence: StrangersSilence) -> None:
    assert not ignored(silence, caller="nobody", X_Key="open sesame")


def test_where_a_right_password_came_from_all_are_answered(silence: StrangersSilence, gate: Gate) -> None:
    assert silence.mute(STRANGER, 0.0)
    header = proof(gate, "100", "battery staple")
    gate.admit(invite(Authorization=header), Place(), 0.0)
    assert not silence.mute(STRANGER, 0.0)
    assert not ignored(silence, method="OPTIONS", caller="nobody", User_Agent="friendly-scanner")


def test_who_tries_names_gets_nothing_any_more_whomever_it_names_until_it_was_quiet(
    silence: StrangersSilence,
) -> None:
    for number in range(NAMES):
        assert ignored(silence, caller=f"{200 + number}")
    assert ignored(silence, caller="100") and ignored(silence, method="REGISTER", to="100", now=SILENT_S - 1)
    assert not ignored(silence, caller="100", place=Place("203.0.113.10"))
    assert not ignored(silence, caller="100", now=SILENT_S + 1)


def test_what_phones_send_before_they_register_is_no_try(silence: StrangersSilence) -> None:
    for _ in range(10):
        assert ignored(silence, method="OPTIONS", caller="100")
    assert not ignored(silence, method="REGISTER", to="100", caller="100")


@pytest.mark.parametrize("agent", ["friendly-scanner", "SIPVicious 0.3", "sipcli/v1.8", "VaxSIPUserAgent"])
def test_scanners_get_nothing_though_they_name_an_extension(silence: StrangersSilence, agent: str) -> None:
    assert ignored(silence, method="REGISTER", to="100", caller="100", User_Agent=agent)


def test_of_so_many_addresses_the_oldest_is_forgotten(silence: StrangersSilence) -> None:
    for number in range(MOST_KEPT + 5):
        host = f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"
        ignored(silence, place=Place(host), caller="nobody")
    assert len(silence._strays) == MOST_KEPT


def test_it_is_counted_and_said_now_and_then(gate: Gate, caplog: pytest.LogCaptureFixture) -> None:
    counted: list[int] = []
    silence = StrangersSilence(gate, lambda: counted.append(1))
    with caplog.at_level(logging.INFO):
        for now in (0.0, 1.0, 700.0):
            ignored(silence, caller="nobody", now=now)
    assert len(counted) == 3 and [STRANGER in each.message for each in caplog.records] == [True, True]
    assert "1 more such requests" in caplog.text
