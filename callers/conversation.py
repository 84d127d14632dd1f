"""Talking in turns on a measuring stream, and the figures of the call once it is over.

It must never decide anything from what the server says about itself: only from what was on the wire.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from callers.figures import Interruption, LineSpan, MeasuredReply, interruptions, replies
from callers.playing import Playing
from callers.reception import NS_PER_MS
from callers.rtp import MeasuringStream
from callers.sound import Samples
from callers.voiced import PER_MS, STOP_BRIDGE_MS, Clip, far_track, segments

POLL_S = 0.004
GAP_MS = 700.0
"""Silence of the far end after which it is our turn."""
EARLY_NS = 100 * NS_PER_MS
"""Audio that came this long before the answer still belongs to the call's track."""


class Conversation:
    """Our side of one answered call."""

    def __init__(self, stream: MeasuringStream, is_up: Callable[[], bool], answered_ns: int) -> None:
        """`is_up`: whether the call still stands; every wait ends when it does not."""
        self.stream = stream
        self.is_up = is_up
        self.answered_ns = answered_ns
        self.poll_s = POLL_S
        """How often it is looked at who speaks; figures do not depend on it."""
        self.played: list[Playing] = []
        self._since_ns = 0

    async def until(self, holds: Callable[[], bool], within_s: float) -> bool:
        end = time.monotonic() + within_s
        while time.monotonic() < end and self.is_up():
            if holds():
                return True
            await asyncio.sleep(self.poll_s)
        return holds()

    async def my_turn(self, gap_ms: float = GAP_MS, within_s: float = 10.0) -> bool:
        """Wait until the far end has spoken since our last word and has been silent for `gap_ms`."""
        stream = self.stream

        def silent_again() -> bool:
            last = stream.last_voiced_ns
            return last is not None and last > self._since_ns and stream.silent_for_ms(now()) >= gap_ms

        return await self.until(silent_again, within_s)

    def pass_turn(self) -> None:
        """Our answer is silence: it is our turn again after the far end's next word."""
        self._since_ns = now()

    async def speaking_for(self, ms: float, within_s: float = 20.0) -> bool:
        """Wait until the far end has been speaking for `ms` in one stretch that began after our last word."""
        stream = self.stream

        def long_enough() -> bool:
            began, last = stream.run_began_ns, stream.last_voiced_ns
            return (
                began is not None
                and last is not None
                and began > self._since_ns
                and now() - last < 100 * NS_PER_MS
                and last - began >= ms * NS_PER_MS
            )

        return await self.until(long_enough, within_s)

    async def say(self, clip: Clip) -> Playing:
        """Play a line to its end (or the call's)."""
        playing = self.stream.say(clip)
        self.played.append(playing)
        await self.until(lambda: playing.done, len(clip.samples) / 1000 / PER_MS + 2)
        self._since_ns = playing.voice_ended_ns if playing.done else now()
        return playing

    async def interrupt(self, clip: Clip, within_s: float = 20.0) -> Playing:
        """Play a line over the far end, then wait until it has been silent for 500 ms."""
        playing = await self.say(clip)
        await self.until(lambda: self.stream.silent_for_ms(now()) >= STOP_BRIDGE_MS, within_s)
        self._since_ns = playing.voice_began_ns if playing.done else now()
        return playing

    def measure(self, ended_ns: int) -> CallFigures:
        """Work out the figures; call it when nothing more is sent or received."""
        return CallFigures.of(self.stream, self.played, self.answered_ns, ended_ns)


@dataclass(frozen=True, slots=True)
class CallFigures:
    """One call on the wire. Tracks are 8 kHz and begin at the answer."""

    near: Samples
    far: Samples
    said: Sequence[LineSpan]
    replies: Sequence[MeasuredReply]
    first_packet_ms: float | None
    """From the answer to the first RTP packet."""
    first_audio_ms: float | None
    """From the answer to the far end's first voiced sample."""
    queued_ms: float
    """The most audio that came faster than it plays."""

    @classmethod
    def of(
        cls, stream: MeasuringStream, played: Sequence[Playing], answered_ns: int, ended_ns: int
    ) -> CallFigures:
        length = max(0, (ended_ns - answered_ns) * PER_MS // NS_PER_MS)
        arrivals = [a for a in stream.arrivals if a.at_ns >= answered_ns - EARLY_NS]
        playout = far_track(arrivals, answered_ns, length)
        near = far_track(stream.departures, answered_ns, length).track
        onsets = segments(playout.track)

        def sample(at_ns: int) -> float:
            return (at_ns - answered_ns) * PER_MS / NS_PER_MS

        said = [
            LineSpan(p.clip.name, sample(p.voice_began_ns), sample(p.voice_ended_ns))
            for p in played
            if p.done
        ]
        first = stream.reception.first_ns
        return cls(
            near,
            playout.track,
            said,
            replies(said, onsets),
            None if first is None else round((first - answered_ns) / NS_PER_MS, 3),
            round(onsets[0].first / PER_MS, 3) if onsets else None,
            playout.queued_ms,
        )

    @property
    def voice_to_voice_ms(self) -> list[float]:
        return [r.voice_to_voice_ms for r in self.replies if r.voice_to_voice_ms is not None]

    def interruptions(self, reference: Samples | None = None) -> list[Interruption]:
        return interruptions(self.said, self.far, reference)


class TalkedCall(Protocol):
    """An answered call that is talked on and measured, whoever carries it."""

    @property
    def stream(self) -> MeasuringStream: ...

    @property
    def talk(self) -> Conversation: ...

    @property
    def transcript_url(self) -> str | None:
        """Where the server shows what happens in the call; None: it does not."""

    @property
    def post_dial_delay_s(self) -> float | None:
        """To the first sign of ringing."""

    @property
    def setup_s(self) -> float | None:
        """Until audio could flow."""

    async def hang_up(self) -> None: ...

    def figures(self) -> CallFigures:
        """Of the whole call; after its end."""


def now() -> int:
    return time.monotonic_ns()
