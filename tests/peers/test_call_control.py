"""The rest of call control against SIPp: session timers, reliable responses, early media, UPDATE,
forks, redirects."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.peers.conftest import ServerProcess
from tests.peers.matrix import Feature, Peer, shows
from tests.peers.phones import Sipp
from tests.peers.test_sipp import UDP_AND_TCP, Call, Phone, call, phone

__all__ = ["call", "phone"]
pytestmark = pytest.mark.peer


@shows(Peer.SIPP, Feature.TIMERS, Feature.UPDATE)
@UDP_AND_TCP
@pytest.mark.parametrize("scenario", ["uac_session_timer", "uac_timer_too_short", "uac_update"])
def test_a_caller_gets_what_it_asks_for(call: Call, scenario: str, transport: str) -> None:
    call(scenario, "echo", "-t", transport)


@shows(Peer.SIPP, Feature.RELIABLE)
def test_a_caller_that_requires_reliable_responses_gets_its_ringing_so(call: Call, phone: Phone) -> None:
    """By TCP: over UDP so short an INVITE of a stranger does not pay for the ringing beside the answer."""
    called = phone("uas_rings")
    call("uac_100rel", "101", "-t", "t1")
    called.ends_well()


def test_what_nobody_knows_is_named(call: Call) -> None:
    call("uac_unknown_extension", "echo")


@shows(Peer.SIPP, Feature.EARLY_MEDIA, Feature.FORKS, Feature.TIMERS)
@UDP_AND_TCP
@pytest.mark.parametrize("scenario", ["uas_early_media", "uas_forks", "uas_timer_too_short"])
def test_a_phone_is_reached_whatever_it_says_before_its_answer(
    server: ServerProcess, call: Call, phone: Phone, scenario: str, transport: str
) -> None:
    called = phone(scenario, transport=transport)
    before = server.ids()
    call("uac_media", "101", "-d", "1000")
    called.ends_well()
    assert server.newest("extension", before)["why"] == "hung up"


@shows(Peer.SIPP, Feature.REDIRECT)
def test_a_phone_sends_its_calls_on_to_where_they_may_go(
    server: ServerProcess, call: Call, phone: Phone, sipp: Callable[..., Sipp]
) -> None:
    there = sipp("uas_answer", "-rtp_echo", host="127.0.0.44")
    moved = phone("uas_moved", "-key", "moved", there.address)
    before = server.ids()
    call("uac_media", "101", "-d", "1000")
    moved.ends_well()
    there.ends_well()
    assert server.newest("extension", before)["why"] == "hung up"


def test_a_phone_sends_nobody_on_to_where_they_may_not_go(
    server: ServerProcess, call: Call, phone: Phone
) -> None:
    moved = phone("uas_moved", "-key", "moved", "127.0.0.45:5060")
    before = server.ids()
    call("uac_moved", "101")
    moved.ends_well()
    assert server.newest("extension", before)["ended_at"]
