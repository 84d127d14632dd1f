"""What offers and answers say of ICE, and what is understood of it."""

from __future__ import annotations

import itertools

import pytest

from mediaserver.sdp.description import SessionDescription
from mediaserver.sdp.ice import Ice, IceSide
from mediaserver.sdp.negotiation import Negotiated, accept, answer, offer
from mediaserver.sdp.session import SdpSession

HEAD = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"
AUDIO = "m=audio 4000 RTP/AVP 0\r\n"
THEIRS = f"a=ice-ufrag:them\r\na=ice-pwd:{'t' * 22}\r\n"
HOST = "a=candidate:7 1 UDP 2130706431 192.0.2.1 4000 typ host\r\n"
PRIVATE = "a=candidate:8 1 udp 2130706175 10.0.0.7 4000 typ host generation 0 network-id 1\r\n"
OFFER = HEAD + AUDIO + THEIRS + PRIVATE + HOST


def answered(text: str, side: IceSide | None = None) -> tuple[SessionDescription, Negotiated]:
    made, agreed = answer(text, "198.51.100.2", 5_000, ice=side or IceSide(Ice.ANSWER))
    return SessionDescription.parse(made), agreed


def lines(session: SessionDescription, begin: str) -> list[str]:
    return [v for section in (session, *session.media) for _, v in section.lines if v.startswith(begin)]


def test_an_offer_of_it_is_answered_as_a_lite_agent() -> None:
    session, agreed = answered(OFFER)
    assert "ice-lite" in session.attributes() and session.attributes()["ice-options"] == "ice2"
    assert agreed.ice is not None and agreed.ice.checks
    assert agreed.ice.theirs is not None and agreed.ice.theirs.ufrag == "them"
    attributes = session.media[0].attributes()
    assert (
        attributes["ice-ufrag"] == agreed.ice.ours.ufrag and attributes["ice-pwd"] == agreed.ice.ours.password
    )
    assert len(agreed.ice.ours.ufrag) >= 4 and len(agreed.ice.ours.password) >= 22
    assert lines(session, "candidate:") == [
        "candidate:1 1 UDP 2130706431 198.51.100.2 5000 typ host",
        "candidate:1 2 UDP 2130706430 198.51.100.2 5001 typ host",
    ]
    assert agreed.ice.ours.password not in repr(agreed)


def test_with_rtcp_on_the_same_port_there_is_one_component() -> None:
    session, _ = answered(OFFER + "a=rtcp-mux\r\n")
    assert len(lines(session, "candidate:")) == 1


def test_credentials_of_the_whole_description_count() -> None:
    _, agreed = answered(HEAD + THEIRS + AUDIO + HOST)
    assert agreed.ice is not None


def test_who_is_lite_too_does_not_check() -> None:
    _, agreed = answered(OFFER.replace("t=0 0\r\n", "t=0 0\r\na=ice-lite\r\n"))
    assert agreed.ice is not None and not agreed.ice.checks


@pytest.mark.parametrize(
    "text",
    [
        HEAD + AUDIO,
        HEAD + AUDIO + "a=ice-ufrag:them\r\n" + HOST,
        HEAD + AUDIO + f"a=ice-ufrag:abc\r\na=ice-pwd:{'t' * 22}\r\n" + HOST,
        HEAD + AUDIO + f"a=ice-ufrag:them\r\na=ice-pwd:{'t' * 21}\r\n" + HOST,
        HEAD + AUDIO + f"a=ice-ufrag:them\r\na=ice-pwd:{'t' * 20}:?\r\n" + HOST,
    ],
)
def test_half_of_it_is_none(text: str) -> None:
    session, agreed = answered(text)
    assert agreed.ice is None and not lines(session, "ice") and not lines(session, "candidate")


def test_a_stream_that_was_sent_elsewhere_on_the_way_is_a_mismatch() -> None:
    for text in (HEAD + AUDIO + THEIRS + PRIVATE, OFFER.replace("m=audio 4000", "m=audio 4002")):
        session, agreed = answered(text)
        assert agreed.ice is None and lines(session, "ice") == ["ice-mismatch"]


@pytest.mark.parametrize(
    "text",
    [
        HEAD.replace("c=IN IP4 192.0.2.1", "c=IN IP4 0.0.0.0") + AUDIO + THEIRS + HOST,
        HEAD + AUDIO + THEIRS,
        HEAD.replace("192.0.2.1", "2001:DB8::1").replace("IP4", "IP6")
        + AUDIO
        + THEIRS
        + HOST.replace("192.0.2.1", "2001:db8:0::1"),
    ],
)
def test_hold_and_what_names_the_same_place_otherwise_are_none(text: str) -> None:
    assert answered(text)[1].ice is not None


def test_off_says_nothing_of_it() -> None:
    session, agreed = answered(OFFER, IceSide(Ice.OFF))
    assert agreed.ice is None and not lines(session, "ice")


def test_two_sides_by_what_they_want() -> None:
    outcome = {}
    for ours, theirs in itertools.product(Ice, Ice):
        offering, answering = IceSide(ours), IceSide(theirs)
        text = offer("192.0.2.1", 4_000, ice=offering)
        reply, they = answer(text, "192.0.2.2", 5_000, ice=answering)
        we = accept(reply, text, ice=offering)
        assert (we.ice is None) == (they.ice is None)
        if we.ice is not None and they.ice is not None:
            assert (we.ice.ours, we.ice.theirs) == (they.ice.theirs, they.ice.ours)
            assert not we.ice.checks and not they.ice.checks
        outcome[ours, theirs] = we.ice is not None
    assert [pair for pair, agreed in outcome.items() if agreed] == [
        (Ice.OFFER, Ice.ANSWER),
        (Ice.OFFER, Ice.OFFER),
    ]


def test_checks_may_come_before_the_answer() -> None:
    side = IceSide(Ice.OFFER)
    offer("192.0.2.1", 4_000, ice=side)
    assert side.waiting is not None and side.waiting.theirs is None
    assert IceSide(Ice.OFFER).waiting is None


def test_the_same_credentials_again_are_answered_the_same_and_others_are_a_restart() -> None:
    side = IceSide(Ice.ANSWER)
    session = SdpSession(1, ice=side)
    first, agreed = session.answer(OFFER, "192.0.2.2", 5_000)
    side.agreed = agreed.ice
    again, same = session.answer(OFFER, "192.0.2.2", 5_000)
    assert again == first and same.ice == agreed.ice
    ours = session.offer("192.0.2.2", 5_000)
    assert agreed.ice is not None and f"a=ice-ufrag:{agreed.ice.ours.ufrag}".encode() in ours
    assert b"a=ice-lite" in ours
    restarted, other = session.answer(OFFER.replace("ufrag:them", "ufrag:anew"), "192.0.2.2", 5_000)
    assert other.ice is not None and other.ice.ours.ufrag != agreed.ice.ours.ufrag
    assert other.ice.ours.password != agreed.ice.ours.password and b" 3 IN IP4" in restarted


def test_an_answer_with_a_mismatch_goes_on_without() -> None:
    side = IceSide(Ice.OFFER)
    text = offer("192.0.2.1", 4_000, ice=side)
    assert accept(HEAD + AUDIO + "a=ice-mismatch\r\n" + THEIRS, text, ice=side).ice is None
    assert accept(HEAD + AUDIO + THEIRS, text, ice=side).ice is not None


def test_thousands_of_candidates_cost_no_more_than_some() -> None:
    text = HEAD + AUDIO + THEIRS + PRIVATE * 600
    session, agreed = answered(text)
    assert agreed.ice is None and lines(session, "ice") == ["ice-mismatch"]
