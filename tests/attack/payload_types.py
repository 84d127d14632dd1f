"""B3: every payload type of either description is heard, packet by packet."""

from __future__ import annotations

import struct
from collections.abc import Iterable

from tests.attack.called import EXTENSIONS, called
from tests.attack.calling import calling
from tests.attack.case import Measured, at_least, attack, is_true, told
from tests.attack.messages import sdp
from tests.attack.sound import ALAW, MULAW, OURS_HZ, Part, Talker, listen, talk
from tests.attack.target import Target, eventually

CALLER, PHONE = "127.7.0.5", "127.7.0.11"
PASSED = 99.0
PCMU, PCMA = 0, 8
EXTENSION = {"sip": {"extensions": EXTENSIONS}}
SIX_AND_TEN = ("a=rtpmap:96 telephone-event/8000", "a=fmtp:96 0-15")


def press(talker: Talker, digit: int, payload_type: int) -> None:
    """One key for 100 ms, as RFC 4733 has it: five packets that grow, three that say the end."""
    timestamp = talker.timestamp
    for number in range(8):
        end = number >= 5
        event = struct.pack("!BBH", digit, (0x80 if end else 0) | 10, min(number + 1, 5) * 160)
        kind = payload_type | (0x80 if number == 0 else 0)
        header = struct.pack("!BBHII", 0x80, kind, talker.sequence, timestamp, talker.ssrc)
        talker.sock.sendto(header + event, talker.to)
        talker.sequence = (talker.sequence + 1) & 0xFFFF
    talker.timestamp = (timestamp + 960) & 0xFFFFFFFF


def digits_heard(target: Target, call_id: str, wanted: str) -> bool:
    """Whether the server has noted these keys."""

    def noted() -> bool:
        events = target.get(f"/api/telephony/calls/{call_id}").get("events", [])
        return "".join(event["data"]["digit"] for event in events if event["kind"] == "dtmf") == wanted

    return eventually(noted, 4.0)


def _passed(talker: Talker) -> Measured:
    share = min(100.0, 100.0 * talker.tones(OURS_HZ) / talker.sent)
    return at_least("% of the frames passed", share, PASSED)


@attack("B3", EXTENSION)
def the_other_codec_of_an_offer_is_heard(target: Target) -> Iterable[Measured]:
    """The caller offers PCMU and PCMA, is answered with PCMU first, and speaks PCMA."""
    with calling(target, CALLER) as (_, dialled, talker):
        talk([Part(talker, ALAW[OURS_HZ], PCMA)], 3)
        listen([talker])
        dialled.bye()
    yield _passed(talker)


@attack("B3", EXTENSION)
def both_codecs_in_turn_are_heard(target: Target) -> Iterable[Measured]:
    """The caller changes between PCMU and PCMA from packet to packet."""
    with calling(target, CALLER) as (_, dialled, talker):
        for number in range(150):
            kind, codes = ((PCMU, MULAW), (PCMA, ALAW))[number % 2]
            talk([Part(talker, codes[OURS_HZ], kind)], 0.02)
        listen([talker])
        dialled.bye()
    yield _passed(talker)


def _answered_with(
    target: Target, formats: str, kind: int, keys: tuple[tuple[int, int], ...]
) -> list[Measured]:
    talker = Talker(PHONE)
    with called(target) as (answered, call_id):
        answered.answer(sdp(PHONE, talker.port, formats=formats, more=SIX_AND_TEN))
        talker.to = answered.invite.media
        codes = MULAW if kind == PCMU else ALAW
        talk([Part(talker, codes[OURS_HZ], kind)], 3)
        listen([talker])
        passed = _passed(talker)
        for digit, payload_type in keys:
            press(talker, digit, payload_type)
            talk([Part(talker, codes[OURS_HZ], kind)], 0.3)
        wanted = "".join(str(digit) for digit, _ in keys)
        heard = digits_heard(target, call_id, wanted)
    talker.close()
    return [passed, is_true(f"keys {wanted} were heard", heard), told("packets sent", talker.sent)]


@attack("B3", EXTENSION)
def an_answer_with_audio_in_its_second_codec(target: Target) -> Iterable[Measured]:
    """We offer 0 8 101, the phone answers `0 8 96`, speaks PCMA and presses a key by its own number, 96."""
    return _answered_with(target, "0 8 96", PCMA, ((5, 96),))


@attack("B3", EXTENSION)
def keys_by_our_own_number(target: Target) -> Iterable[Measured]:
    """The same, and the phone presses keys by our number, 101, as RFC 3264 5.1 wants of it."""
    return _answered_with(target, "0 8 96", PCMU, ((7, 101), (3, 101)))


@attack("B3", EXTENSION)
def an_answer_that_turns_the_order_round(target: Target) -> Iterable[Measured]:
    """The phone answers `8 0 96` and speaks PCMU."""
    return _answered_with(target, "8 0 96", PCMU, ((1, 101),))
