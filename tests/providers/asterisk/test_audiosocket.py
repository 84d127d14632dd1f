"""AudioSocket's messages: whole, in pieces, and what is none."""

from __future__ import annotations

import struct
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.asterisk import audiosocket as wire
from providers.asterisk.audiosocket import AudioSocketFault, AudioSocketReader
from tests.standins.asterisk.audiosocket import key_message, named_message

ID = UUID("40325ec2-5efd-4bd3-805f-53576e581d13")
CALL = (
    named_message(ID)
    + wire.audio_message(8_000, b"\1\0" * 160)
    + key_message("5")
    + wire.audio_message(16_000, b"\2\0" * 320)
    + bytes((0x42, 0, 2)) + b"??"
    + wire.HANGUP
)  # fmt: skip

SAID = [
    wire.Named(ID),
    wire.Heard(8_000, b"\1\0" * 160),
    wire.KeyPressed("5"),
    wire.Heard(16_000, b"\2\0" * 320),
    wire.Unknown(0x42),
    wire.HungUp(),
]


def test_the_messages_are_as_asterisk_writes_them() -> None:
    """By its documentation: kind, length with the high octet first, content."""
    assert named_message(ID) == b"\x01\x00\x10" + ID.bytes
    assert wire.audio_message(8_000, b"\0\1" * 160)[:3] == b"\x10\x01\x40"
    assert wire.audio_message(16_000, b"\0\1")[0] == 0x12 and wire.audio_message(48_000, b"\0\1")[0] == 0x16
    assert wire.HANGUP == b"\0\0\0"


@given(st.lists(st.integers(1, len(CALL) - 1), max_size=20))
def test_a_call_reads_alike_in_whatever_pieces_it_comes(cuts: list[int]) -> None:
    reader, at = AudioSocketReader(), 0
    said: list[wire.Message] = []
    for end in [*sorted(set(cuts)), len(CALL)]:
        said += reader.feed(CALL[at:end])
        at = end
    assert said == SAID


@pytest.mark.parametrize(
    ("octets", "why"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", "first message"),
        (wire.audio_message(8_000, b"\0\0"), "first message"),
        (b"\x01\x00\x0f" + b"x" * 15, "first message"),
        (named_message(ID) * 2, "second UUID"),
        (named_message(ID) + b"\x10\xff\xff", "too long"),
        (named_message(ID) + b"\x42\xff\xff", "too long"),
        (named_message(ID) + b"\x10\x00\x03abc", "samples have two"),
        (named_message(ID) + b"\x03\x00\x01x", "no key"),
        (named_message(ID) + b"\x03\x00\x00", "no key"),
    ],
)
def test_what_is_no_audiosocket_is_said_to_be_none(octets: bytes, why: str) -> None:
    with pytest.raises(AudioSocketFault, match=why):
        list(AudioSocketReader().feed(octets))


def test_what_is_too_long_is_refused_by_its_header() -> None:
    """Nothing is kept for it."""
    reader = AudioSocketReader()
    list(reader.feed(named_message(ID)))
    with pytest.raises(AudioSocketFault):
        list(reader.feed(struct.pack(">BH", 0x10, wire.LONGEST_AUDIO + 2)))


@given(st.binary(max_size=200))
def test_garbage_ends_in_a_fault_or_in_messages(octets: bytes) -> None:
    try:
        list(AudioSocketReader().feed(named_message(ID) + octets))
    except AudioSocketFault as fault:
        assert str(fault)
