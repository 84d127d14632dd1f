"""Who guesses passwords waits and is banned; whoever proved itself is not hindered by others."""

from __future__ import annotations

import itertools

import pytest

from sip.access import guessing
from sip.access.guessing import Guessing, GuessLimits, Heed

LIMITS = GuessLimits(free=3, ban_after=10, ban_s=600.0, crowd=10)
GUESSER, OFFICE = "192.0.2.66", "198.51.100.7"


@pytest.fixture
def machine() -> Guessing:
    return Guessing(LIMITS)


def hammer(machine: Guessing, host: str, user: str, seconds: float, per_second: int = 1000) -> int:
    """Guess as fast as can be; how many guesses were looked at."""
    looked_at = 0
    for n in range(int(seconds * per_second)):
        now = n / per_second
        if machine.banned(host, now):
            continue
        match machine.hearing(host, user, now):
            case Heed.NOW:
                looked_at += 1
                machine.wrong(host, user, now)
            case Heed.SOURCE_WAITS:
                machine.wrong(host, user, now, looked_at=False)
            case Heed.CROWD_WAITS:
                pass
    return looked_at


def test_a_guesser_at_full_speed_gets_a_handful_of_guesses_and_a_ban(machine: Guessing) -> None:
    assert hammer(machine, GUESSER, "100", 10.0) == LIMITS.free
    assert machine.banned(GUESSER, 10.0) and machine.bans(10.0) == 1
    assert not machine.banned(OFFICE, 10.0)


def test_a_patient_guesser_waits_longer_and_longer_and_is_banned(machine: Guessing) -> None:
    waits, now = [], 0.0
    for count in range(1, 11):
        guess = machine.wrong(GUESSER, "100", now)
        assert guess.count == count and guess.banned == (count == 10)
        start = now
        while machine.hearing(GUESSER, "100", now) is Heed.SOURCE_WAITS:
            now += 0.5
        waits.append(now - start)
    assert waits == [0, 0, 1, 2, 4, 8, 16, 32, 60, 0], "the tenth has another wait: the ban"
    assert machine.banned(GUESSER, now + 599)
    assert not machine.banned(GUESSER, now + 600)
    assert machine.bans(now + 601) == 0
    assert machine.hearing(GUESSER, "100", now + 601) is Heed.NOW


def test_a_mistake_is_forgotten_with_time_or_with_the_right_password(machine: Guessing) -> None:
    for _ in range(2):
        machine.wrong(GUESSER, "100", 0.0)
    assert machine.wrong(GUESSER, "100", 601.0).count == 1
    machine.right(GUESSER, "100", 602.0)
    assert machine.wrong(GUESSER, "100", 603.0).count == 1
    assert machine.wrong(GUESSER, "100", 604.0).count == 2
    machine.right(GUESSER, "100", 605.0)
    assert machine.wrong(GUESSER, "100", 606.0).count == 1


def test_many_sources_together_get_few_guesses_at_one_user(machine: Guessing) -> None:
    looked_at = 0
    hosts = [f"10.{n >> 8}.{n & 255}.1" for n in range(5000)]
    for now, host in zip(itertools.count(0, 0.01), hosts, strict=False):
        if machine.hearing(host, "100", now) is Heed.NOW:
            looked_at += 1
            machine.wrong(host, "100", now)
    assert looked_at <= LIMITS.crowd + 6, "50 s: ten, and then after 1, 2, 4, 8, 16 s"
    assert machine.hearing(GUESSER, "101", 50.0) is Heed.NOW, "other users are not concerned"


def test_the_phone_that_proved_itself_is_not_locked_out_by_the_crowd(machine: Guessing) -> None:
    machine.right(OFFICE, "100", 0.0)
    for n in range(40):
        machine.wrong(f"10.0.0.{n}", "100", 1.0)
    assert machine.hearing(GUESSER, "100", 2.0) is Heed.CROWD_WAITS
    assert machine.hearing(OFFICE, "100", 2.0) is Heed.NOW
    assert machine.hearing(OFFICE, "100", 8 * 86_400.0 * 2) is Heed.NOW, "the crowd is gone by then"


def test_the_crowd_is_told_of_once(machine: Guessing) -> None:
    guesses = [machine.wrong(f"10.0.0.{n}", "100", 0.0) for n in range(12)]
    assert [guess.crowded for guess in guesses] == [n == 9 for n in range(12)]
    machine.right(OFFICE, "101", 0.0)
    assert not machine.wrong(OFFICE, "101", 0.0).crowded


def test_who_failed_last_is_remembered_longest(machine: Guessing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guessing, "MAX_KEPT", 2)
    for host in ("10.0.0.1", "10.0.0.2", "10.0.0.1", "10.0.0.3"):
        machine.wrong(host, host, 0.0)
    assert machine.wrong("10.0.0.1", "x", 1.0).count == 3
    assert machine.wrong("10.0.0.2", "x", 1.0).count == 1


def test_waiting_for_the_crowd_is_not_held_against_a_source(machine: Guessing) -> None:
    for n in range(11):
        machine.wrong(f"10.0.0.{n}", "100", 0.0)
    assert machine.hearing(OFFICE, "100", 0.5) is Heed.CROWD_WAITS
    assert machine.wrong(OFFICE, "101", 0.6).count == 1


def test_one_wrong_phone_does_not_shut_out_an_office_behind_one_address(machine: Guessing) -> None:
    machine.right(OFFICE, "100", 0.0)
    for n in range(50):
        assert not machine.wrong(OFFICE, "104", 1.0 + n).banned
    assert not machine.banned(OFFICE, 60.0)
    assert machine.hearing(OFFICE, "104", 52.0) is Heed.SOURCE_WAITS
    assert machine.hearing(OFFICE, "105", 52.0) is Heed.NOW
    assert machine.hearing(OFFICE, "100", 52.0) is Heed.NOW


def test_a_right_password_ends_a_ban_that_began_before(machine: Guessing) -> None:
    for _ in range(10):
        machine.wrong(OFFICE, "104", 0.0)
    assert machine.banned(OFFICE, 1.0)
    machine.right(OFFICE, "100", 2.0)
    assert not machine.banned(OFFICE, 3.0)


def test_trusted_hosts_wait_and_are_never_banned() -> None:
    machine = Guessing(LIMITS, trusted=lambda host: host == "127.0.0.1")
    assert hammer(machine, "127.0.0.1", "100", 2.0) < 6
    assert not machine.banned("127.0.0.1", 2.0)


def test_bans_can_be_turned_off() -> None:
    machine = Guessing(GuessLimits(ban_after=0))
    for _ in range(100):
        assert not machine.wrong(GUESSER, "100", 0.0).banned
    assert machine.hearing(GUESSER, "100", 59.0) is Heed.SOURCE_WAITS


def test_a_whole_network_of_ipv6_counts_as_one_source(machine: Guessing) -> None:
    for n in range(10):
        machine.wrong(f"2001:db8:0:1::{n:x}", "100", 0.0)
    assert machine.banned("2001:db8:0:1:ffff::1", 1.0)
    assert not machine.banned("2001:db8:0:2::1", 1.0)


def test_memory_is_bounded_whatever_strangers_send(
    machine: Guessing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guessing, "MAX_KEPT", 50)
    for n in range(500):
        host, user = f"10.0.{n >> 8}.{n & 255}", f"{n}" * 2000
        for _ in range(11):
            machine.wrong(host, user, float(n))
        machine.wrong(f"11.0.{n >> 8}.{n & 255}", user, float(n))
        machine.right(f"12.0.{n >> 8}.{n & 255}", user, float(n))
    for table in (machine._tallies, machine._crowds, machine._proven, machine._places, machine._bans):
        assert len(table) <= 50
    assert all(len(user) <= 64 for user in machine._crowds)


def test_a_host_that_is_trusted_later_is_banned_no_longer() -> None:
    vouched_for: set[str] = set()
    machine = Guessing(LIMITS, trusted=vouched_for.__contains__)
    for _ in range(10):
        machine.wrong(OFFICE, "100", 0.0)
    assert machine.banned(OFFICE, 1.0)
    vouched_for.add(OFFICE)
    assert not machine.banned(OFFICE, 1.0)


def test_one_wrong_password_may_be_enough_for_a_ban() -> None:
    assert Guessing(GuessLimits(ban_after=1)).wrong(GUESSER, "100", 0.0).banned


def test_a_ban_is_over_when_its_time_is(machine: Guessing) -> None:
    for _ in range(10):
        machine.wrong(GUESSER, "100", 0.0)
    assert (machine.bans(599.9), machine.bans(600.0)) == (1, 0)


def test_wrong_ones_are_remembered_as_long_as_a_ban_and_no_longer(machine: Guessing) -> None:
    assert machine.wrong(GUESSER, "100", 1_000.0).count == 1
    assert machine.wrong(GUESSER, "100", 1_600.0).count == 2
    assert machine.wrong(GUESSER, "100", 2_200.1).count == 1


def test_a_proof_lasts_a_week(machine: Guessing) -> None:
    machine.right(OFFICE, "100", 1_000.0)
    week = 7 * 86_400.0
    assert machine.proven(OFFICE, 999.0 + week) and not machine.proven(OFFICE, 1_000.0 + week)


def test_what_was_not_looked_at_and_the_proven_phone_are_no_crowd(machine: Guessing) -> None:
    machine.right(OFFICE, "100", 0.0)
    for n in range(20):
        machine.wrong(OFFICE, "100", 1.0)
        assert not machine.wrong(f"10.0.0.{n}", "100", 1.0, looked_at=False).crowded
    assert machine.hearing(GUESSER, "100", 1.0) is Heed.NOW


def test_a_right_password_forgives_the_wrong_ones_of_its_own_user_alone(machine: Guessing) -> None:
    machine.right(OFFICE, "100", 0.0)
    for user in ("100", "101", ""):
        for _ in range(5):
            machine.wrong(OFFICE, user, 1.0)
    machine.right(OFFICE, "100", 1.5)
    assert machine.hearing(OFFICE, "100", 1.6) is Heed.NOW
    assert machine.hearing(OFFICE, "101", 1.6) is Heed.SOURCE_WAITS
    assert machine.wrong(OFFICE, "100", 2.0).count == 1
    assert machine.wrong(OFFICE, "101", 2.0).count == 6


def test_the_latest_proofs_and_bans_are_kept(machine: Guessing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guessing, "MAX_KEPT", 2)
    hosts = ["10.0.0.1", "10.0.0.2", "10.0.0.1", "10.0.0.3"]
    for at, host in enumerate(hosts):
        machine.right(host, "100", float(at))
    assert [machine.proven(host, 9.0) for host in ("10.0.0.1", "10.0.0.2", "10.0.0.3")] == [True, False, True]
