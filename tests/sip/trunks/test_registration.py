"""The registration machine on a fake clock, and what a registrar's answers mean."""

from __future__ import annotations

import pytest

from sip.messages.message import Response
from sip.messages.uri import Uri
from sip.trunks.registrar_answer import Outcome, RegistrarAnswer, read_answer, silent
from sip.trunks.registration import (
    DOUBT_S,
    FIRST_REFUSED_S,
    FIRST_WAIT_S,
    LONGEST_REFUSED_S,
    LONGEST_WAIT_S,
    TABLE,
    Registration,
    RegistrationAction,
    RegistrationEvent,
    RegistrationState,
)

ASK = (RegistrationAction.ASK,)
CONTACT = Uri.parse("sip:me@192.0.2.7:5060")
SILENT = silent("does not answer")
WRONG = RegistrarAnswer(Outcome.PASSWORD_REFUSED, "wrong password")
REFUSED = RegistrarAnswer(Outcome.REFUSED, "no")


def granted(seconds: int, *routes: str) -> RegistrarAnswer:
    return RegistrarAnswer(Outcome.GRANTED, granted_s=seconds, routes=routes)


def begun(draw: float = 0.5, expires_s: int = 3600) -> Registration:
    machine = Registration(expires_s, lambda: draw)
    assert machine.begin(0.0) == ASK and machine.deadline is None
    return machine


def state(machine: Registration) -> RegistrationState:
    return machine.state


def routes(machine: Registration) -> tuple[str, ...]:
    return machine.routes


def read(status: int, *headers: tuple[str, str], asked_s: int = 600) -> RegistrarAnswer:
    return read_answer(Response(status, headers=headers), CONTACT, asked_s, "me")


# -- when


@pytest.mark.parametrize(("draw", "at"), [(0.0, 480), (0.5, 510), (0.999999, 540)])
def test_what_was_granted_is_refreshed_at_80_to_90_percent_of_its_time(draw: float, at: float) -> None:
    machine = begun(draw)
    assert machine.answered(granted(600), 10.0) == () and machine.granted(10.0)
    assert machine.deadline == pytest.approx(10 + at, abs=0.1)
    assert machine.due(10 + at - 1) == () and machine.due(10 + at + 1) == ASK
    assert machine.granted(609) and not machine.granted(610)


def test_the_wait_after_failures_grows_to_minutes_and_begins_anew_after_a_success() -> None:
    machine, waits, now = begun(0.999999), [], 0.0
    for _ in range(10):
        machine.answered(SILENT, now)
        assert machine.deadline is not None
        waits.append(machine.deadline - now)
        now = machine.deadline
        assert machine.due(now) == ASK
    assert waits == pytest.approx([4, 8, 16, 32, 64, 128, 256, 300, 300, 300], rel=0.01)
    assert LONGEST_WAIT_S == 300
    machine.answered(granted(60), now)
    assert machine.due(now + 60) == ASK
    machine.answered(SILENT, now)
    assert machine.deadline == pytest.approx(now + FIRST_WAIT_S, rel=0.01)


def test_waits_are_spread_so_that_servers_do_not_come_back_together() -> None:
    early, late = begun(0.0), begun(0.999999)
    early.answered(SILENT, 0.0)
    late.answered(SILENT, 0.0)
    assert early.deadline is not None and late.deadline is not None
    assert early.deadline * 2 == pytest.approx(late.deadline, rel=0.01)


def test_what_was_granted_holds_while_its_refresh_fails() -> None:
    machine = begun()
    machine.answered(granted(600), 0.0)
    machine.due(530.0)
    machine.answered(SILENT, 562.0)
    assert machine.granted(562.0) and machine.why and not machine.granted(601.0)


def test_a_refused_password_is_tried_once_more_and_never_again() -> None:
    machine = begun(0.0)
    assert machine.answered(WRONG, 0.0) == () and machine.deadline == DOUBT_S
    assert machine.came_back(1.0) == () and machine.disturbed(1.0) == () and machine.due(DOUBT_S - 1) == ()
    assert machine.due(DOUBT_S) == ASK
    assert machine.answered(WRONG, DOUBT_S) == () and state(machine) is RegistrationState.STOPPED
    assert [machine.due(1e9), machine.came_back(1e9), machine.disturbed(1e9)] == [(), (), ()]
    assert not machine.deadline and machine.why == "wrong password"


def test_a_password_that_was_taken_in_between_may_be_doubted_anew() -> None:
    machine = begun(0.0)
    machine.answered(WRONG, 0.0)
    machine.due(DOUBT_S)
    machine.answered(granted(60), DOUBT_S)
    assert machine.due(DOUBT_S + 60) == ASK
    machine.answered(WRONG, DOUBT_S + 60)
    assert state(machine) is RegistrationState.DOUBTING and not machine.granted(DOUBT_S + 60)


def test_a_silence_between_two_refusals_does_not_give_the_password_another_try() -> None:
    machine = begun(0.0)
    machine.answered(WRONG, 0.0)
    machine.due(DOUBT_S)
    machine.answered(SILENT, 60.0)
    machine.due(100.0)
    machine.answered(WRONG, 100.0)
    assert state(machine) is RegistrationState.STOPPED


def test_what_somebody_must_mend_is_asked_for_seldom() -> None:
    machine, now, waits = begun(0.999999), 0.0, []
    for _ in range(7):
        machine.answered(REFUSED, now)
        assert machine.deadline is not None
        waits.append(machine.deadline - now)
        now = machine.deadline
        machine.due(now)
    assert waits == pytest.approx([60, 120, 240, 480, 960, 1800, 1800], rel=0.01)
    assert (FIRST_REFUSED_S, LONGEST_REFUSED_S) == (60, 1800)


def test_a_registrar_that_asks_for_peace_has_it() -> None:
    machine = begun()
    machine.answered(RegistrarAnswer(Outcome.FAILED, "busy", wait_s=120), 0.0)
    assert machine.deadline == 120
    machine = begun()
    machine.answered(RegistrarAnswer(Outcome.FAILED, "busy", wait_s=1e9), 0.0)
    assert machine.deadline == LONGEST_REFUSED_S


def test_a_registration_that_is_too_brief_is_asked_for_anew_at_once_and_only_once() -> None:
    machine = begun(expires_s=60)
    brief = RegistrarAnswer(Outcome.TOO_BRIEF, "too brief", wanted_s=900)
    assert machine.answered(brief, 0.0) == ASK and machine.expires_s == 900
    assert machine.answered(RegistrarAnswer(Outcome.TOO_BRIEF, "too brief", wanted_s=1800), 0.0) == ()
    assert state(machine) is RegistrationState.WAITING and machine.expires_s == 900
    machine = begun(expires_s=900)
    assert machine.answered(RegistrarAnswer(Outcome.TOO_BRIEF, "senseless", wanted_s=900), 0.0) == ()
    assert state(machine) is RegistrationState.WAITING


def test_a_flow_that_died_is_made_anew_at_once_but_not_while_we_wait() -> None:
    machine = begun()
    machine.answered(granted(3600), 0.0)
    assert machine.disturbed(5.0) == ASK
    machine.answered(SILENT, 5.0)
    assert machine.disturbed(6.0) == ()
    assert machine.came_back(7.0) == ASK


def test_leaving_takes_back_what_was_granted_and_nothing_else() -> None:
    machine = begun()
    machine.answered(granted(60), 0.0)
    assert machine.leave(10.0) == (RegistrationAction.TAKE_BACK,)
    assert machine.answered(SILENT, 11.0) == () and state(machine) is RegistrationState.OVER
    for before in (None, SILENT, WRONG):
        machine = begun()
        if before is not None:
            machine.answered(before, 0.0)
        assert machine.leave(1.0) == () and state(machine) is RegistrationState.OVER
    machine = begun()
    machine.answered(granted(60), 0.0)
    machine.due(55.0)
    assert machine.leave(56.0) == (RegistrationAction.TAKE_BACK,)


def test_routes_are_those_of_the_last_answer() -> None:
    machine = begun()
    machine.answered(granted(60, "<sip:a;lr>"), 0.0)
    assert routes(machine) == ("<sip:a;lr>",)
    machine.due(59.0)
    machine.answered(granted(60), 59.0)
    assert routes(machine) == ()


def test_each_state_that_can_be_left_says_what_leaving_means() -> None:
    for each in RegistrationState:
        if each not in (RegistrationState.LEAVING, RegistrationState.OVER):
            assert (each, RegistrationEvent.LEAVE_AT_ONCE) in TABLE


# -- what


def test_the_time_is_our_contacts_and_not_another_phones() -> None:
    others = ("Contact", "<sip:me@192.0.2.99:5060>;expires=30, <sip:me@192.0.2.7:5060>;expires=500")
    assert read(200, others).granted_s == 500
    assert read(200, ("Contact", "<sip:me@192.0.2.7:5060;ob>;expires=77")).granted_s == 77
    assert read(200, ("Contact", "<sip:me@192.0.2.7:5060>"), ("Expires", "88")).granted_s == 88
    assert read(200, ("Contact", "<sip:me@192.0.2.7:5060>")).granted_s == 600
    assert read(200).granted_s == 600


def test_a_contact_that_was_written_anew_is_ours_when_it_is_alone() -> None:
    assert read(200, ("Contact", "<sip:me@203.0.113.1:40000>;expires=99")).granted_s == 99
    other = read(200, ("Contact", "<sip:you@203.0.113.1>;expires=99"))
    assert other.outcome is Outcome.REFUSED and "sip:you@203.0.113.1" in other.why


@pytest.mark.parametrize(
    "headers",
    [
        [("Contact", "<sip:me@192.0.2.7:5060>;expires=0")],
        [("Contact", "<<<>")],
        [("Expires", "soon")],
    ],
)
def test_an_answer_that_grants_nothing_is_a_refusal(headers: list[tuple[str, str]]) -> None:
    found = read(200, *headers)
    assert found.outcome is Outcome.REFUSED and found.why


def test_a_senseless_time_is_bounded() -> None:
    assert read(200, ("Contact", "<sip:me@192.0.2.7:5060>;expires=99999999999")).granted_s == 86_400


@pytest.mark.parametrize(
    ("status", "outcome", "words"),
    [
        (401, Outcome.PASSWORD_REFUSED, "password"),
        (407, Outcome.PASSWORD_REFUSED, "password"),
        (403, Outcome.REFUSED, "does not let me register"),
        (404, Outcome.REFUSED, "does not know me"),
        (302, Outcome.REFUSED, "not followed"),
        (400, Outcome.REFUSED, "refuses us"),
        (408, Outcome.FAILED, "out of order"),
        (503, Outcome.FAILED, "out of order"),
        (600, Outcome.FAILED, "out of order"),
        (423, Outcome.REFUSED, "does not say how long"),
    ],
)
def test_every_refusal_says_what_to_mend(status: int, outcome: Outcome, words: str) -> None:
    found = read(status)
    assert found.outcome is outcome and words in found.why and str(status) in found.why


def test_423_says_what_is_wanted() -> None:
    found = read(423, ("Min-Expires", "900"))
    assert (found.outcome, found.wanted_s) == (Outcome.TOO_BRIEF, 900)
    assert read(423, ("Min-Expires", "999999999")).outcome is Outcome.REFUSED


def test_retry_after_is_read() -> None:
    assert read(503, ("Retry-After", "120 (in maintenance)")).wait_s == 120


def test_service_routes_are_kept_in_order_and_only_whole() -> None:
    ours = ("Contact", "<sip:me@192.0.2.7:5060>")
    two = ("Service-Route", "<sip:a.test;lr>, <sip:b.test;lr>")
    assert read(200, ours, two, ("Service-Route", "<sip:c.test;lr>")).routes == (
        "<sip:a.test;lr>",
        "<sip:b.test;lr>",
        "<sip:c.test;lr>",
    )
    for broken in ("<sip:a.test;lr>, <<", "<sip:strict.test>", "<tel:+49;lr>"):
        assert read(200, ours, ("Service-Route", broken)).routes == ()
    many = ", ".join(f"<sip:h{n}.test;lr>" for n in range(200))
    assert len(read(200, ours, ("Service-Route", many)).routes) == 10
