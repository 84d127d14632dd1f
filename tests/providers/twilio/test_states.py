"""Twilio's words, and ours."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from mediaserver.errors import ProviderFault
from providers.call_state import CallState, after
from providers.provider import AnsweredBy
from providers.twilio import faults, states


def test_every_order_of_reports_ends_in_the_end_that_was_told() -> None:
    words = ["queued", "initiated", "ringing", "in-progress", "completed"]
    for order in itertools.permutations(words + ["ringing"]):
        state = CallState.QUEUED
        for word in order:
            told = states.state_of(word)
            assert told is not None
            state = after(state, told)
        assert state is CallState.COMPLETED


def test_words_that_nobody_knows_are_no_state() -> None:
    assert states.state_of("teleported") is None and states.state_of("") is None
    assert (
        states.state_of("canceled") is CallState.CANCELED
        and states.state_of("no-answer") is CallState.NO_ANSWER
    )


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("human", AnsweredBy.HUMAN), ("machine_start", AnsweredBy.MACHINE), ("fax", AnsweredBy.FAX),
        ("machine_end_beep", AnsweredBy.MACHINE_END), ("machine_end_silence", AnsweredBy.MACHINE_END),
        ("machine_end_other", AnsweredBy.MACHINE_END), ("unknown", AnsweredBy.UNKNOWN),
        ("new", AnsweredBy.UNKNOWN),
    ],
)  # fmt: skip
def test_who_answered(word: str, found: AnsweredBy) -> None:
    assert states.answered_by(word) is found
    assert states.answered_by("") is None


def test_times_prices_and_counts() -> None:
    assert states.moment("Fri, 18 Oct 2019 17:03:00 +0000") == datetime(2019, 10, 18, 17, 3, tzinfo=UTC)
    assert states.moment("2019-10-18T17:03:00Z") == datetime(2019, 10, 18, 17, 3, tzinfo=UTC)
    assert states.moment("yesterday") is None and states.moment("") is None
    assert states.price("-0.0085") == Decimal("0.0085")
    assert states.price(None) is None and states.price("NaN") is None and states.price("a") is None
    assert states.whole("12") == 12 and states.whole("-1") is None and states.whole("²") is None


def test_attestation() -> None:
    assert states.attestation("TN-Validation-Passed-A") == "A"
    assert states.attestation("TN-Validation-Failed-A") == "failed" and states.attestation("") == ""


@pytest.mark.parametrize(
    ("status", "code", "kind", "says"),
    [
        (401, 20003, ProviderFault.KEY, "auth token"),
        (429, 20429, ProviderFault.LIMIT, "too often"),
        (400, 21211, ProviderFault.REFUSED, "+4930123456"),
        (400, 21219, ProviderFault.REFUSED, "verified"),
        (400, 21215, ProviderFault.REFUSED, "Geo"),
        (400, 13224, ProviderFault.REFUSED, "does not support"),
        (400, 13225, ProviderFault.REFUSED, "blocks"),
        (500, 20500, ProviderFault.DOWN, "fault of its own"),
        (503, None, ProviderFault.DOWN, "out of service"),
        (402, None, ProviderFault.QUOTA, "funds"),
        (404, 20404, ProviderFault.REFUSED, "no such"),
    ],
)
def test_faults_say_how_to_mend(status: int, code: int | None, kind: ProviderFault, says: str) -> None:
    error = faults.told("Twilio", status, code, "")
    assert error.kind is kind and says in str(error) and error.code == str(code or status)
    assert error.maybe is (status >= 500), "what failed inside may have been done"


def test_words_of_theirs_cannot_move_the_cursor() -> None:
    assert "\x1b" not in str(faults.told("Twilio", 400, 99999, "odd\x1b[2J\nline"))
    assert faults.in_words(None) == "" and "(99999)" in faults.in_words(99999, "odd")
