"""What others read of a file of packets."""

from __future__ import annotations

import pytest

from sip.tracing.pcapng import beginning, packet, statistics
from tests.sip.tracing.packets import read

V4, V4_TOO, V6, V6_TOO = ("192.0.2.1", 5060), ("192.0.2.7", 40_000), ("2001:db8::1", 5060), ("2001:db8::7", 9)


@pytest.mark.parametrize(("source", "target"), [(V4, V4_TOO), (V6, V6_TOO)])
@pytest.mark.parametrize("payload", [b"", b"a", b"INVITE sip:x", b"x" * 1_501])
def test_a_datagram_is_as_it_was(source: tuple[str, int], target: tuple[str, int], payload: bytes) -> None:
    (found,) = read(beginning() + packet(1_700_000_000.25, source, target, payload)).packets
    assert (found.at, found.source, found.target) == (1_700_000_000.25, source, target)
    assert (found.payload, found.length, found.comment) == (payload, len(payload), "")


@pytest.mark.parametrize("source", [V4, V6])
def test_what_was_cut_says_how_long_it_was(source: tuple[str, int]) -> None:
    (found,) = read(beginning() + packet(1.0, source, source, b"x" * 12, 172)).packets
    assert (len(found.payload), found.length) == (12, 172)


def test_what_is_longer_than_a_datagram_is_cut() -> None:
    (found,) = read(beginning() + packet(1.0, V4, V4_TOO, b"x" * 70_000)).packets
    assert len(found.payload) == found.length == 65_535 - 48


@pytest.mark.parametrize(
    ("here", "there", "seen"),
    [
        (("", 1), V4, "0.0.0.0"),
        (("name.example", 1), V6, "::"),
        (("192.0.2.1", 1), V6, "::"),
        (("::ffff:192.0.2.9", 1), V4, "192.0.2.9"),
        (("fe80::1%eth0", 1), V6, "fe80::1"),
    ],
)
def test_an_end_that_is_not_known_is_no_fault(
    here: tuple[str, int], there: tuple[str, int], seen: str
) -> None:
    (found,) = read(beginning() + packet(1.0, here, there, b"x")).packets
    assert found.source == (seen, 1) and found.target == there


def test_comments_and_what_is_missing_are_told() -> None:
    found = read(beginning() + packet(1.0, V4, V4_TOO, b"x", comment="by TLS") + statistics(2.0, 7))
    assert (found.packets[0].comment, found.dropped) == ("by TLS", 7)
    assert read(beginning()).dropped is None
