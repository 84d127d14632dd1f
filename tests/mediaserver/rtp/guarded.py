"""A stand-in for the stream that a lock guards, on a clock of the test's own."""

from __future__ import annotations

from collections.abc import Sequence

from mediaserver.rtp.packets import HEADER, Address
from mediaserver.rtp.source_lock import Heard, SourceLock

ANNOUNCED, NATTED, PRIVATE = ("192.0.2.1", 4_000), ("192.0.2.1", 61_001), ("10.0.0.7", 4_000)
ELSEWHERE, MALLORY = ("203.0.113.5", 7_000), ("198.51.100.9", 4_000)
TICK = 20_000_000


class Stream:
    """A stream behind a lock: what it let pass, by sender."""

    def __init__(self, announced: Address = ANNOUNCED, signalled: str | None = None) -> None:
        self.now = 0
        self.lock = SourceLock()
        self.passed: list[tuple[Address, int]] = []
        self.ssrc: int | None = None
        self._heard = Heard(-1, 0, 0)
        self.expect(announced)
        if signalled is not None:
            self.lock.signalling_is(signalled)

    def expect(self, announced: Address) -> None:
        self.lock.expect(announced, frozenset({0, 101}), self._heard.at, self.now)

    def take(self, source: Address, sequence: int, ssrc: int = 7, kind: int = 0) -> bool:
        data = HEADER.pack(0x80, kind, sequence & 0xFFFF, sequence * 160 & 0xFFFFFFFF, ssrc) + bytes(160)
        self.now += 1_000
        if source != self.lock.locked:
            if not self.lock.admit(data, source, self.now, self.ssrc, lambda: self._heard):
                return False
        if not self.lock.confirmed:
            self.lock.taken()
        self.ssrc = ssrc
        self._heard = Heard(self.now, sequence & 0xFFFF, sequence * 160 & 0xFFFFFFFF)
        self.passed.append((source, ssrc))
        return True

    def talk(self, source: Address, first: int, count: int, ssrc: int = 7) -> int:
        """So many packets, one a tick; returns how many passed."""
        got = 0
        for n in range(first, first + count):
            self.now += TICK
            got += self.take(source, n, ssrc)
        return got


def spaced(
    stream: Stream, source: Address, numbers: Sequence[int], apart_ns: int = TICK, ssrc: int = 7
) -> list[bool]:
    """Packets exactly so long after each other; which of them passed."""
    passed = []
    for n in numbers:
        stream.now += apart_ns - 1_000
        passed.append(stream.take(source, n, ssrc))
    return passed
