"""What peers are told of where we are: near and far ones, of both families, by address or by name."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest

from mediaserver.sdp.description import SessionDescription
from sip.transport.addresses import LocalAddresses
from sip.transport.own_addresses import OwnAddresses, refresh_all
from tests.sip.agents import SDP, Callee, agent, raw_peer

NEAR = ("10.0.0.0/8", "fd00::/8")
ROUTES = {"10.0.0.7": "10.0.0.1", "8.8.8.8": "10.0.0.1", "fd00::7": "fd00::1", "2001:4860::8": "2a00::1"}


def own(host: str, public: str = "") -> OwnAddresses:
    return OwnAddresses(host, public, NEAR, LocalAddresses(ROUTES.get))


@pytest.mark.parametrize(
    ("host", "public", "peer", "told"),
    [
        ("10.0.0.1", "9.9.9.9", "8.8.8.8", "9.9.9.9"),
        ("10.0.0.1", "9.9.9.9", "10.0.0.7", "10.0.0.1"),
        ("0.0.0.0", "9.9.9.9", "8.8.8.8", "9.9.9.9"),
        ("0.0.0.0", "9.9.9.9", "10.0.0.7", "10.0.0.1"),
        ("0.0.0.0", "9.9.9.9", "127.0.0.1", "127.0.0.1"),
        ("0.0.0.0", "", "8.8.8.8", "10.0.0.1"),
        ("::", "9.9.9.9", "2001:4860::8", "2a00::1"),
        ("::", "[2a00::9]", "2001:4860::8", "2a00::9"),
        ("::", "2a00::9", "fd00::7", "fd00::1"),
        ("::", "2a00::9", "8.8.8.8", "10.0.0.1"),
        ("10.0.0.1", "", "8.8.8.8", "10.0.0.1"),
    ],
)
def test_neighbours_are_told_the_local_address_and_the_world_the_public_one(
    host: str, public: str, peer: str, told: str
) -> None:
    addresses = OwnAddresses(host, public, NEAR, LocalAddresses({**ROUTES, "127.0.0.1": "127.0.0.1"}.get))
    assert addresses.towards(peer, 0.0) == told
    assert addresses.holds(told, 0.0) or told not in (host, public)


def test_without_a_way_the_loopback_address_is_told_in_its_family() -> None:
    assert own("::").towards("2001:db8::1", 0.0) == "::1"
    assert own("::").towards("192.0.2.1", 0.0) == "127.0.0.1"


def test_our_addresses_are_known_again_and_others_are_not() -> None:
    addresses = own("10.0.0.1", "9.9.9.9")
    assert addresses.holds("9.9.9.9", 0.0) and addresses.holds("10.0.0.1", 0.0)
    assert addresses.holds("::ffff:9.9.9.9", 0.0)
    assert not addresses.holds("127.0.0.1", 0.0) and not addresses.holds("8.8.8.8", 0.0)
    assert own("0.0.0.0").holds("127.0.0.1", 0.0)


async def test_a_name_that_nobody_knows_is_looked_up_once_for_all_and_said_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    known, asked = False, 0

    async def ask(host: str, port: Any, **options: Any) -> list[tuple[Any, ...]]:
        nonlocal asked
        asked += 1
        if not known:
            raise socket.gaierror(-2, "Name or service not known")
        return [(0, 0, 0, "", ("9.9.9.9", 0))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", ask)
    signalling, audio = own("0.0.0.0", "pbx.example"), own("0.0.0.0", "pbx.example")
    for _ in range(5):
        await refresh_all([signalling, audio, own("0.0.0.0")])
    (record,) = caplog.records
    assert asked == 5 and "pbx.example" in record.getMessage() and "sip.public_host" in record.getMessage()
    known = True
    await refresh_all([signalling, audio])
    assert audio.towards("8.8.8.8", 0.0) == "9.9.9.9"
    assert [each.getMessage() for each in caplog.records[1:]] == ["public host pbx.example is known again"]


async def test_a_public_name_is_followed_and_what_was_told_is_known_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers: list[list[str]] = [["9.9.9.9", "2a00::9", "9.9.9.10"], [], ["1.1.1.1"]]

    async def ask(host: str, port: Any, **options: Any) -> list[tuple[Any, ...]]:
        assert host == "pbx.example"
        if not (found := answers.pop(0)):
            raise socket.gaierror
        return [(0, 0, 0, "", (address, 0)) for address in found]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", ask)
    addresses = own("::", "pbx.example")
    assert addresses.changes and addresses.towards("8.8.8.8", 0.0) == "10.0.0.1"
    await addresses.refresh()
    assert (addresses.towards("8.8.8.8", 0.0), addresses.towards("2001:4860::8", 0.0)) == (
        "9.9.9.9",
        "2a00::9",
    )
    await addresses.refresh()
    assert addresses.towards("8.8.8.8", 0.0) == "9.9.9.9", "nobody knows the name now"
    await addresses.refresh()
    assert addresses.towards("8.8.8.8", 0.0) == "1.1.1.1"
    assert addresses.holds("9.9.9.9", 0.0), "requests with it may be under way"


async def test_audio_has_an_address_of_its_own() -> None:
    audio = OwnAddresses("127.0.0.5")
    async with agent(Callee.answering(), audio_addresses=audio) as us, raw_peer() as peer:
        peer.send(peer.make("INVITE", f"sip:demo@127.0.0.1:{us.port}", body=SDP), us.port)
        ok = await peer.response(200)
        assert SessionDescription.parse(ok.body).connection() == "127.0.0.5"
        assert ok.contacts[0].uri.host == "127.0.0.1"
        peer.send(peer.in_dialog("ACK", ok, cseq=1, branch="a"), us.port)


@pytest.mark.parametrize(("host", "peer"), [("0.0.0.0", "127.0.0.1"), ("::", "127.0.0.1"), ("::", "[::1]")])
async def test_who_listens_everywhere_names_the_address_that_its_caller_reaches(host: str, peer: str) -> None:
    if ":" in host + peer:
        needs_ipv6()
    async with agent(Callee.answering(), host=host) as us, agent(host=peer.strip("[]")) as caller:
        leg = await caller.call(f"sip:demo@{peer}:{us.port}")
        assert leg.negotiated is not None and leg.negotiated.remote_host == peer.strip("[]")


IPV6_AUDIO = SDP.replace(b"IP4 127.0.0.1", b"IP6 ::1")


async def test_audio_of_another_family_than_signalling_gets_an_address_of_its_own() -> None:
    needs_ipv6()
    audio = OwnAddresses("::")
    async with agent(Callee.answering(), audio_addresses=audio) as us, raw_peer() as peer:
        peer.send(peer.make("INVITE", f"sip:demo@127.0.0.1:{us.port}", body=IPV6_AUDIO), us.port)
        ok = await peer.response(200)
        assert SessionDescription.parse(ok.body).connection() == "::1"
        peer.send(peer.in_dialog("ACK", ok, cseq=1, branch="a"), us.port)


async def test_audio_of_a_family_that_we_have_not_is_refused() -> None:
    async with agent(Callee.answering()) as us, raw_peer() as peer:
        peer.send(peer.make("INVITE", f"sip:demo@127.0.0.1:{us.port}", body=IPV6_AUDIO), us.port)
        assert (await peer.response(200, 488)).status == 488


def needs_ipv6() -> None:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.bind(("::1", 0))
    except OSError:
        pytest.skip("no IPv6 here")


@pytest.mark.parametrize(
    ("host", "peer", "leaves"),
    [
        ("192.0.2.20", "192.0.2.10", "192.0.2.20"),
        ("127.0.0.2", "127.0.0.1", "127.0.0.2"),
        ("0.0.0.0", "192.0.2.10", None),
        ("::", "192.0.2.10", None),
        ("127.0.0.1", "192.0.2.10", None),
        ("192.0.2.20", "127.0.0.1", None),
        ("192.0.2.20", "2001:db8::1", None),
        ("2001:db8::2", "2001:db8::1", "2001:db8::2"),
        ("pbx.example", "192.0.2.10", None),
    ],
)
def test_connections_of_ours_leave_from_the_address_that_we_listen_at(
    host: str, peer: str, leaves: str | None
) -> None:
    found = OwnAddresses(host).leaves_from(peer)
    assert (found and found[0]) == leaves
