"""What is asked of offers, fragments and addresses; pure text."""

from __future__ import annotations

import base64
import hashlib
import hmac

import pytest

from mediaserver.media.connectivity import IceCredentials
from mediaserver.sdp.description import SdpError, SessionDescription
from webrtc import fragments
from webrtc.fragments import credentials_in, fragment_of
from webrtc.hosts import MOST, ReachableHosts, own_addresses
from webrtc.invitation import address_of_caller
from webrtc.offers import BadOffer, check_size, read_offer
from webrtc.turn import ice_servers, turn_credentials

HEAD = b"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\n"
KEYS = (
    b"a=fingerprint:sha-256 "
    + bytes(32).hex(":").upper().encode()
    + b"\r\na=setup:actpass\r\na=ice-ufrag:them\r\na=ice-pwd:"
    + b"t" * 24
    + b"\r\na=rtcp-mux\r\n"
)
AUDIO = b"m=audio 9 UDP/TLS/RTP/SAVPF 0\r\nc=IN IP4 0.0.0.0\r\n"


def test_an_offer_as_browsers_make_it_is_good() -> None:
    assert read_offer(HEAD + AUDIO + KEYS).session.media[0].kind == "audio"
    session_wide = HEAD + KEYS.replace(b"a=rtcp-mux\r\n", b"") + AUDIO + b"a=rtcp-mux\r\n"
    assert len(read_offer(session_wide).session.media) == 1


@pytest.mark.parametrize(
    "lacking", [b"a=fingerprint", b"a=ice-ufrag", b"a=ice-pwd", b"a=rtcp-mux"], ids=lambda each: each.decode()
)
def test_each_thing_that_is_lacking_is_named(lacking: bytes) -> None:
    kept = b"".join(each for each in KEYS.splitlines(True) if not each.startswith(lacking))
    with pytest.raises(BadOffer, match=lacking.decode()):
        read_offer(HEAD + AUDIO + kept)


def test_two_lites_would_never_meet() -> None:
    with pytest.raises(BadOffer, match="ice-lite"):
        read_offer(HEAD + b"a=ice-lite\r\n" + AUDIO + KEYS)


def test_size_and_count_are_looked_at_before_anything_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError("it was read")

    monkeypatch.setattr(SessionDescription, "parse", never)
    for hostile in (
        HEAD + AUDIO * 1_000,
        HEAD + b"a=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\n" * 1_100,
        HEAD + b"a=" + b"x" * (64 << 10),
    ):
        with pytest.raises(BadOffer):
            read_offer(hostile)
    check_size(HEAD + AUDIO)


@pytest.mark.parametrize(
    "data", [b"v=0", b"v=0\r\nm=\r\n", b"v=0\r\nm=audio 99999 RTP/AVP 0\r\n", b"v=0\rm=audio"]
)
def test_nonsense_is_refused_in_one_line(data: bytes) -> None:
    with pytest.raises((BadOffer, SdpError)) as refused:
        read_offer(data)
    assert "\n" not in str(refused.value)


def test_a_fragment_says_what_is_new_and_ours_is_answered_likewise() -> None:
    theirs = credentials_in(b"a=ice-options:trickle\r\na=ice-ufrag:anew\r\na=ice-pwd:" + b"p" * 24 + b"\r\n")
    assert theirs == IceCredentials("anew", "p" * 24)
    ours = fragment_of(IceCredentials("ours", "o" * 24), "0", ("192.0.2.1", "127.0.0.1"), 5_000)
    assert credentials_in(ours) == IceCredentials("ours", "o" * 24)
    assert ours.count(b"a=candidate:") == 2 and b"a=mid:0\r\n" in ours


@pytest.mark.parametrize(
    "fragment",
    [
        b"",
        b"\xff\xfe\x00",
        b"a=ice-ufrag:anew\r\n",
        b"a=ice-ufrag:abc\r\na=ice-pwd:" + b"p" * 24,
        b"a=ice-ufrag:anew\r\na=ice-pwd:" + b"p" * 21,
        b"a=ice-ufrag:anew\r\na=ice-pwd:" + b"p" * 24 + b"\r\na=ice-ufrag:other",
        b"a=ice-ufrag:anew\r\na=ice-pwd:" + b"p" * 24 + b"\r\na=x" * 500,
        b"a=ice-ufrag:" + b"u" * fragments.MOST_OCTETS,
    ],
)
def test_a_fragment_that_is_none_is_refused(fragment: bytes) -> None:
    with pytest.raises(BadOffer):
        credentials_in(fragment)


# -- where we are

INTERFACES = ("192.168.1.5", "10.0.0.7", "2001:db8::5", "127.0.0.1", "::1")


def hosts(bound: str, public: tuple[str, ...] = ()) -> ReachableHosts:
    return ReachableHosts(bound, lambda: public, lambda: INTERFACES)


@pytest.mark.parametrize(
    ("bound", "public", "asker", "found"),
    [
        ("127.0.0.1", (), "127.0.0.1", ("127.0.0.1",)),
        ("192.168.1.5", ("203.0.113.9",), "198.51.100.1", ("192.168.1.5", "203.0.113.9")),
        ("0.0.0.0", (), "127.0.0.1", ("127.0.0.1", "192.168.1.5", "10.0.0.7")),
        ("0.0.0.0", ("203.0.113.9",), "198.51.100.1", ("203.0.113.9", "192.168.1.5", "10.0.0.7")),
        ("::", (), "192.168.1.9", ("192.168.1.5", "10.0.0.7")),
        ("::", (), "2001:db8::9", ("2001:db8::5",)),
        ("2001:db8::5", (), "192.168.1.9", ("2001:db8::5",)),
    ],
)
def test_each_address_by_which_ports_can_be_reached_is_told(
    bound: str, public: tuple[str, ...], asker: str, found: tuple[str, ...]
) -> None:
    assert hosts(bound, public).of(asker) == found


def test_loopback_is_told_to_nobody_elsewhere_and_a_machine_with_many_addresses_names_some() -> None:
    assert "127.0.0.1" not in hosts("0.0.0.0").of("192.168.1.9")
    many = ReachableHosts("0.0.0.0", tuple, lambda: [f"10.0.0.{n}" for n in range(1, 99)])
    assert len(many.of("192.168.1.9")) == MOST


def test_who_is_bound_to_this_machine_alone_is_known() -> None:
    assert hosts("127.0.0.1").only_here and hosts("::1").only_here
    assert not hosts("0.0.0.0").only_here and not hosts("127.0.0.1", ("203.0.113.9",)).only_here
    assert hosts("127.0.0.1").is_here("127.0.0.1") and hosts("127.0.0.1").is_here("10.0.0.7")
    assert not hosts("127.0.0.1").is_here("10.0.0.8") and not hosts("127.0.0.1").is_here("")


def test_this_machines_own_addresses_are_read_with_loopback_last() -> None:
    assert "127.0.0.1" in own_addresses()
    assert own_addresses()[-1] in ("127.0.0.1", "::1")


# -- relays


def test_credentials_of_a_relay_are_those_that_coturn_makes() -> None:
    user, password = turn_credentials("north", "ann", 1_700_000_000)
    digest = hmac.new(b"north", b"1700000000:ann", hashlib.sha1).digest()
    assert (user, password) == ("1700000000:ann", base64.b64encode(digest).decode())


def test_a_name_cannot_say_more_than_who_it_is() -> None:
    user, _ = turn_credentials("s", 'a:b"; x="\r\n' + "n" * 99, 1)
    expires, _, name = user.partition(":")
    assert expires == "1" and len(name) <= 40 and not set(name) & set(':";=\r\n ')


def test_servers_are_told_as_browsers_and_link_headers_have_them() -> None:
    [stun, turn] = ice_servers(["stun:a:1"], ["turn:b:2", "turns:c:3"], "secret", 60, "ann", 1_000.0)
    assert stun.link == '<stun:a:1>; rel="ice-server"'
    assert turn.username == "1060:ann" and turn.link.count('rel="ice-server"') == 2
    assert "secret" not in repr(turn) and turn.credential not in repr(turn)
    assert ice_servers([], [], "secret", 60, "ann", 0) == []
    [open_relay] = ice_servers([], ["turn:b:2"], "", 60, "ann", 0)
    assert open_relay.username == ""


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("Ann Lee", "sip:Ann%20Lee@192.0.2.1"),
        ("", "sip:browser@192.0.2.1"),
        ("<x>\r\nVia: y", "sip:%3Cx%3E%0D%0AVia%3A%20y@192.0.2.1"),
    ],
)
def test_a_callers_name_is_no_more_than_a_name(name: str, address: str) -> None:
    assert address_of_caller(name, "192.0.2.1") == address
