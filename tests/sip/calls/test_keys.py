"""One press of a key is one digit, whichever ways it comes, and goes out by a way that the far end takes."""

from __future__ import annotations

import asyncio

import pytest

from mediaserver.media.leg import Digit, LegEvent
from mediaserver.rtp.stream import RtpStream
from mediaserver.sdp.policy import InbandDtmf, MediaPolicy
from sip.calls.leg import SipLeg
from tests.sip.agents import SDP, Callee, agent, raw_peer

KEYLESS = SDP.replace(b" 101\r\na=rtpmap:101 telephone-event/8000", b"")


def pressed(leg: SipLeg, *ways: tuple[str, str]) -> str:
    """What comes of keys that come so, at once."""
    events: list[LegEvent] = []
    leg.on_event = events.append
    for way, digit in ways:
        match way:
            case "INFO":
                leg.digit_by_info(digit, 100)
            case "RTP":
                leg._digit_by_rtp(digit, 0, 100)
            case _:
                leg._digit_by_tone(digit, 0, 100)
    return "".join(event.digit for event in events if isinstance(event, Digit))


@pytest.mark.parametrize(
    ("ways", "digits"),
    [
        ([("tone", "1"), ("tone", "1")], "11"),
        ([("INFO", "1"), ("INFO", "1")], "11"),
        ([("tone", "1"), ("INFO", "1")], "1"),
        ([("INFO", "1"), ("tone", "1")], "1"),
        ([("tone", "1"), ("RTP", "1")], "1"),
        ([("RTP", "1"), ("tone", "1"), ("INFO", "1")], "1"),
        ([("tone", "1"), ("RTP", "1"), ("RTP", "1"), ("tone", "2")], "11"),
        ([("tone", "1"), ("INFO", "2")], "12"),
    ],
)
async def test_one_press_is_one_digit(ways: list[tuple[str, str]], digits: str) -> None:
    async with agent(Callee.answering()) as far, agent() as near:
        leg = await near.call(f"sip:demo@127.0.0.1:{far.port}")
        assert pressed(leg, *ways) == digits


@pytest.mark.parametrize(
    ("mode", "has_events", "listens"),
    [
        (InbandDtmf.AUTO, True, False),
        (InbandDtmf.AUTO, False, True),
        (InbandDtmf.ON, True, True),
        (InbandDtmf.OFF, False, False),
    ],
)
async def test_sounds_are_listened_for_as_the_policy_says(
    mode: InbandDtmf, has_events: bool, listens: bool
) -> None:
    callee = Callee.answering()
    policy = MediaPolicy(inband_dtmf=mode)
    async with agent(callee, media=policy) as far, raw_peer() as peer:
        offered = SDP if has_events else KEYLESS
        peer.send(peer.make("INVITE", f"sip:demo@127.0.0.1:{far.port}", body=offered), far.port)
        peer.send(peer.in_dialog("ACK", await peer.response(200), cseq=1, branch="a"), far.port)
        stream = (await callee.calls.get()).leg.stream
        assert stream is not None and stream.format.listening is listens  # type: ignore[attr-defined]


class Sounds:
    """What is played, in place of a stream's own."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.keys: asyncio.Queue[str] = asyncio.Queue()
        monkeypatch.setattr(RtpStream, "send_tone", lambda stream, key, ms: self.keys.put_nowait(key))

    async def next(self) -> str:
        return await asyncio.wait_for(self.keys.get(), 10)


@pytest.mark.parametrize("status", [405, 415, 501])
async def test_who_takes_no_info_hears_the_keys(status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    sounds, callee = Sounds(monkeypatch), Callee.answering()
    async with agent(callee) as far, raw_peer() as peer:
        peer.send(peer.make("INVITE", f"sip:demo@127.0.0.1:{far.port}", body=KEYLESS), far.port)
        peer.send(peer.in_dialog("ACK", await peer.response(200), cseq=1, branch="a"), far.port)
        leg = (await callee.calls.get()).leg
        leg.send_digit("1")
        leg.send_digit("2")
        peer.send((await peer.request("INFO")).response(status), far.port)
        assert [await sounds.next(), await sounds.next()] == ["1", "2"]
        leg.send_digit("3")  # it is not asked again
        assert sounds.keys.get_nowait() == "3"


@pytest.mark.parametrize("status", [200, 500])
async def test_who_takes_info_hears_none(status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    sounds, callee = Sounds(monkeypatch), Callee.answering()
    async with agent(callee) as far, raw_peer() as peer:
        peer.send(peer.make("INVITE", f"sip:demo@127.0.0.1:{far.port}", body=KEYLESS), far.port)
        peer.send(peer.in_dialog("ACK", await peer.response(200), cseq=1, branch="a"), far.port)
        leg = (await callee.calls.get()).leg
        for key in "12":
            leg.send_digit(key)
            info = await peer.request("INFO")
            assert f"Signal={key}".encode() in info.body
            peer.send(info.response(status), far.port)
        leg.send_digit("3")
        await peer.request("INFO")
        assert sounds.keys.empty()
