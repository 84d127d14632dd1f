"""Which failures lead to the next trunk, and what they mean for the one that failed."""

from __future__ import annotations

import pytest

from sip.trunks.failover import FailedAttempt, consequence, line_about, retry_after


@pytest.mark.parametrize("code", [486, 600, 603, 404, 480, 403, 484, 487, 488, 604, 606, 302, 400])
def test_what_somebody_decided_is_final(code: int) -> None:
    found = consequence(FailedAttempt(code))
    assert not found.next_trunk and not found.fault and not found.doubt_s


@pytest.mark.parametrize("code", [500, 502, 503, 504, 580, 401, 407, 408])
def test_what_the_trunk_cannot_do_another_may(code: int) -> None:
    found = consequence(FailedAttempt(code))
    assert found.next_trunk and found.fault


def test_a_silent_trunk_is_doubted() -> None:
    for attempt in (FailedAttempt(None), FailedAttempt(487, silent=True), FailedAttempt(408, silent=True)):
        found = consequence(attempt)
        assert found.next_trunk and found.fault and found.doubt_s > 0


def test_who_was_rung_and_did_not_answer_is_not_rung_again() -> None:
    assert not consequence(FailedAttempt(408, rang=True)).next_trunk
    assert consequence(FailedAttempt(503, rang=True)).next_trunk


def test_nobody_who_is_called_takes_a_trunk_from_the_others() -> None:
    found = consequence(FailedAttempt(503, rang=True, headers=(("Retry-After", "300"),)))
    assert found.next_trunk and not (found.rest_s or found.doubt_s or found.fault)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("5", 5.0),
        ("18;duration=3600", 18.0),
        ("120 (in a meeting)", 120.0),
        ("99999999", 300.0),
        ("soon", 0.0),
    ],
)
def test_a_trunk_that_asks_for_rest_gets_it_within_reason(value: str, seconds: float) -> None:
    headers = (("Server", "x"), ("retry-after", value))
    assert retry_after(headers) == seconds
    assert consequence(FailedAttempt(503, headers=headers)).rest_s == seconds
    assert consequence(FailedAttempt(486, headers=headers)).rest_s == 0


def test_what_can_be_mended_is_told_in_one_line() -> None:
    assert "password" in line_about(401, "acme") and "trunks check acme" in line_about(407, "acme")
    assert "caller.number" in line_about(403, "acme") and "codecs" in line_about(488, "acme")
    assert line_about(486, "acme") == ""
