"""How many calls are taken on, and from whom."""

from __future__ import annotations

from typing import cast

import pytest

from sip.calls.places import Places, legs_for
from sip.calls.session import InviteSession
from tests.sip.agents import SDP, Callee, agent, legs_of, raw_peer


class Over:
    """A session as its place sees it."""

    on_over: object = None
    on_proven: object = None


def session() -> InviteSession:
    return cast(InviteSession, Over())


def test_strangers_hold_half_the_places_at_most_and_one_of_them_a_quarter() -> None:
    places = Places(100, 10)
    mine = [session() for _ in range(25)]
    for each in mine:
        assert places.against_stranger("192.0.2.1") is None
        places.take(each, "192.0.2.1")
    assert places.against_stranger("192.0.2.1") == "unproven"
    others = [session() for _ in range(25)]
    for n, each in enumerate(others):
        assert places.against_stranger(f"198.51.100.{n}") is None
        places.take(each, f"198.51.100.{n}")
    assert places.against_stranger("203.0.113.1") == "unproven" and places.free
    places.proven(mine[0])
    assert places.against_stranger("203.0.113.1") is None
    others[0].on_over(others[0])
    assert places.unproven == 48 and len(places.taken) == 49
    for each in [*mine, *others[1:]]:
        each.on_over(each)
    assert places.unproven == 0 and not places.taken and not places._unproven_from


@pytest.mark.parametrize(
    ("max_calls", "in_all", "from_one"), [(400, 200, 100), (8, 4, 2), (2, 1, 1), (1, 1, 1)]
)
def test_the_share_of_strangers_is_of_calls_and_not_of_their_legs(
    max_calls: int, in_all: int, from_one: int
) -> None:
    places = Places(legs_for(max_calls), 10, max_calls=max_calls)

    def hold(host: str) -> bool:
        if places.against_stranger(host) is not None:
            return False
        places.take(session(), host)
        return True

    assert sum(hold(f"2001:db8::{n:x}") for n in range(2 * max_calls)) == from_one
    assert from_one + sum(hold(f"192.0.2.{n}") for n in range(2 * max_calls)) == in_all
    assert places.free


@pytest.mark.parametrize(("max_calls", "at_most"), [(100, 75), (10, 8), (4, 3), (2, 1), (1, 1)])
def test_calls_that_seem_to_be_from_trunks_leave_some_to_whoever_proves_itself(
    max_calls: int, at_most: int
) -> None:
    places = Places(legs_for(max_calls), 10, max_calls=max_calls)
    seeming: list[InviteSession] = []
    while places.against_trunk() is None:
        seeming.append(session())
        places.take(seeming[-1], "192.0.2.1", of_trunk=True)
    assert len(seeming) == at_most and places.free
    assert places.against_stranger("203.0.113.1") == "unproven"
    places.take(session())
    assert places.unproven == at_most, "whoever is proven is not counted"
    places.proven(seeming[0])
    assert places.against_trunk() is None
    for each in seeming:
        each.on_over(each)
    assert places.unproven == 0 and not places._unproven_from


def test_trunks_do_not_use_up_the_share_of_strangers_nor_strangers_all_that_of_trunks() -> None:
    places = Places(100, 10)
    for _ in range(25):
        places.take(session(), "192.0.2.1", of_trunk=True)
    for n in range(50):
        assert places.against_stranger(f"198.51.100.{n}") is None and places.against_trunk() is None
        places.take(session(), f"198.51.100.{n}")
    assert places.against_stranger("203.0.113.1") == places.against_trunk() == "unproven"


def test_too_many_transactions_refuse_what_is_new_before_what_runs() -> None:
    places = Places(100, 10, max_transactions=50)
    assert places.against("OPTIONS", 0, 49, 0.0) is None
    assert places.against("OPTIONS", 0, 50, 0.0) == "overloaded"
    assert places.against("INVITE", 10, 0, 0.0) == "overloaded"
    assert not places.against_more(99) and places.against_more(100)


async def test_callers_that_never_acknowledge_are_refused_after_some() -> None:
    callee = Callee.answering()
    refused: list[str] = []
    async with agent(callee, max_legs=40, on_refused=refused.append) as b, raw_peer() as peer:
        to = f"sip:demo@127.0.0.1:{b.port}"
        oks = []
        for n in range(10):
            lines = {"Call-ID": f"c{n}"}
            peer.send(peer.make("INVITE", to, branch=f"c{n}", body=SDP, lines=lines), b.port)
            oks.append(await peer.response(200))
        lines = {"Call-ID": "one-more"}
        peer.send(peer.make("INVITE", to, branch="more", body=SDP, lines=lines), b.port)
        assert (await peer.response(503)).get("Retry-After") == "5"
        assert refused == ["unproven"] and legs_of(b) == 10
        ack = peer.in_dialog("ACK", oks[-1], cseq=1, branch="a")
        ack.set("Call-ID", oks[-1].call_id)
        peer.send(ack, b.port)
        peer.send(peer.make("INVITE", to, branch="again", body=SDP, lines=lines), b.port)
        while (await peer.response(200)).call_id != "one-more":
            pass


@pytest.mark.parametrize("branch", ["1", "another"])
async def test_an_ack_frees_the_place_of_a_stranger_whatever_its_branch(branch: str) -> None:
    """It ought to have one of its own (RFC 3261 13.2.2.4); some callers send that of the INVITE."""
    callee = Callee.answering()
    async with agent(callee, max_calls=8) as b, raw_peer() as peer:
        peer.send(peer.make("INVITE", f"sip:demo@127.0.0.1:{b.port}", body=SDP), b.port)
        ok = await peer.response(200)
        assert b._places.unproven == 1
        peer.send(peer.in_dialog("ACK", ok, cseq=1, branch=branch), b.port)
        peer.send(peer.in_dialog("OPTIONS", ok), b.port)
        await peer.response(200, method="OPTIONS")
        assert b._places.unproven == 0 and legs_of(b) == 1
