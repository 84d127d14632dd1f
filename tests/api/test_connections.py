"""Who gives way when connections run out: pure, no socket."""

from __future__ import annotations

from uuid import UUID

from api.connections import HttpAdmission, HttpLimits

STRANGER, PERSON = "192.0.2.7", "198.51.100.1"


def admission(connections: int = 4, per_source: int = 3) -> HttpAdmission[str]:
    return HttpAdmission(HttpLimits(connections=connections, unproven_per_source=per_source))


def test_one_source_pushes_out_its_own_oldest_and_nobody_elses() -> None:
    seats = admission()
    assert seats.enter("person", PERSON) == (True, None)
    for name in "abc":
        assert seats.enter(name, STRANGER) == (True, None)
    assert seats.enter("d", STRANGER) == (True, "a")
    assert seats.enter("e", STRANGER) == (True, "b")
    assert len(seats) == 4


def test_when_all_is_full_the_oldest_unproven_of_all_gives_way() -> None:
    seats = admission()
    for at, name in enumerate("abcd"):
        seats.enter(name, f"192.0.2.{at}")
    seats.prove("a")
    assert seats.enter("person", PERSON) == (True, "b")
    seats.prove("person")
    assert seats.is_proven("person") and not seats.is_proven("c")


def test_who_has_proven_itself_never_gives_way() -> None:
    seats = admission(connections=2)
    for name in "ab":
        seats.enter(name, PERSON)
        seats.prove(name)
    assert seats.enter("c", STRANGER) == (False, None)
    seats.leave("a")
    seats.leave("a")
    assert seats.enter("c", STRANGER) == (True, None)


def test_proven_connections_do_not_count_against_their_source() -> None:
    """All that a reverse proxy passes on comes from one address."""
    seats = admission(connections=100)
    for number in range(50):
        assert seats.enter(str(number), PERSON) == (True, None)
        seats.prove(str(number))


def test_one_key_does_not_keep_all_others_out() -> None:
    """What it proves beyond half of all lives as a stranger's, and gives way."""
    seats = admission(connections=4)
    key = UUID(int=1)
    for name in "abcd":
        seats.enter(name, f"192.0.2.{ord(name)}")
        seats.prove(name, key)
        seats.prove(name, key)
    assert [seats.is_proven(name) for name in "abcd"] == [True, True, False, False]
    assert seats.enter("person", PERSON) == (True, "c")
    seats.leave("a")
    seats.leave("a")
    seats.prove("d", key)
    assert seats.is_proven("d") and len(seats) == 3
    for name in "efg":  # the operator's have no such limit
        seats.enter(name, f"198.51.100.{ord(name)}")
        seats.prove(name)
    assert seats.is_proven("e")
