"""A provider's leg on the media clock, with the provider's end in memory and a network between them that can
stand still both ways: time is what a test lets pass."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
import pytest

from mediaserver.media.clock import MediaClock
from mediaserver.media.leg import Digit, Direction, Frame, LegEvent, Termination
from mediaserver.media.stream_format import StreamFormat
from mediaserver.media.time import FRAME_MS, FRAME_NS, FRAME_SAMPLES
from providers.streams.dialect import Dialect, Started, Stopped
from providers.streams.exotel import ExotelDialect
from providers.streams.leg import ProviderLeg
from providers.streams.media_stream import MediaStream
from providers.streams.plivo import PlivoDialect
from providers.streams.signalwire import SignalWireDialect
from providers.streams.telnyx import TelnyxDialect
from providers.streams.twilio import TwilioDialect
from providers.streams.vonage import VonageDialect
from providers.streams.wires import StreamWires
from tests.providers.matrix import Feature, Who, shows
from tests.standins.media_stream_client import ProviderEnd
from tests.standins.media_stream_sides import SIDES, TwilioSide

DIALECTS: dict[str, Callable[[], Dialect]] = {
    "twilio": TwilioDialect,
    "signalwire": lambda: SignalWireDialect("L16@16000h"),
    "telnyx": TelnyxDialect,
    "vonage": VonageDialect,
    "plivo": PlivoDialect,
    "exotel": ExotelDialect,
}


class Control:
    """Implements providers.streams.leg.LegControl."""

    def __init__(self) -> None:
        self.ends: list[Termination] = []
        self.answered = 0

    async def ring(self) -> None: ...

    async def progress(self) -> bool:
        return False

    async def answer(self) -> None:
        self.answered += 1

    async def refer(self, to: str, timeout_s: float) -> None: ...

    def press(self, digit: str) -> bool:
        return False

    def over(self, why: Termination) -> None:
        self.ends.append(why)


class Speaker:
    """An App: says what it is given, remembers what it hears."""

    def __init__(self) -> None:
        self.says: deque[Frame | None] = deque()
        self.heard: list[Frame] = []
        self.events: list[LegEvent] = []
        self.at_next: Callable[[], None] | None = None
        """Done once, within the next tick."""

    def on_frame(self, frame: Frame) -> None:
        self.heard.append(frame)
        do, self.at_next = self.at_next, None
        if do is not None:
            do()

    def next_frame(self, t: int) -> Frame | None:
        return self.says.popleft() if self.says else None

    def on_event(self, event: LegEvent) -> None:
        self.events.append(event)

    @property
    def keys(self) -> str:
        return "".join(event.digit for event in self.events if isinstance(event, Digit))


def tone(ticks: int, hz: int = 440, level: float = 8_000.0) -> list[Frame]:
    t = np.arange(ticks * FRAME_SAMPLES) / 16_000
    wave = np.rint(level * np.sin(2 * np.pi * hz * t)).astype(np.int16)
    return list(wave.reshape(ticks, FRAME_SAMPLES))


def frames_of(fmt: StreamFormat, ticks: int, hz: int = 440) -> list[bytes]:
    """The same, as a provider sends it."""
    t = np.arange(ticks * fmt.rate // 50) / fmt.rate
    octets = fmt.octets(np.rint(8_000 * np.sin(2 * np.pi * hz * t)).astype(np.int16))
    size = fmt.octets_per_frame
    return [octets[at : at + size] for at in range(0, len(octets), size)]


def loud(frame: Any) -> bool:
    return bool(np.abs(np.asarray(frame, np.int32)).max() > 1_000)


class Way:
    """Implements providers.streams.media_stream.StreamLine: to the provider, through a network."""

    def __init__(self, holds_ms: int = 10_000) -> None:
        """`holds_ms`: so much of 20 ms each it takes while the far end does not read."""
        self.still = False
        self.finished: Termination | None = None
        self.waiting: deque[str | bytes] = deque()
        self._holds = holds_ms // FRAME_MS

    def send(self, message: str | bytes) -> bool:
        if len(self.waiting) >= self._holds:
            return False
        self.waiting.append(message)
        return True

    def tell(self, message: str | bytes) -> None:
        self.waiting.append(message)

    def finish(self, why: Termination) -> None:
        self.finished = why

    def come(self) -> Iterator[str | bytes]:
        while self.waiting and not self.still:
            yield self.waiting.popleft()


class Bench:
    def __init__(
        self, side: TwilioSide | None = None, *, jitter_ms: float = 0.0, holds_ms: int = 10_000
    ) -> None:
        self.side = side or TwilioSide()
        self.end = ProviderEnd(self.side, jitter_ms=jitter_ms)
        self.wires = StreamWires()
        self.clock = MediaClock(phases=1)
        self.app = Speaker()
        self.control = Control()
        self.leg = ProviderLeg(
            self.wires,
            self.side.format,
            self.control,
            kind=self.side.kind,
            direction=Direction.INBOUND,
            ref="CA1",
            remote="127.0.0.1",
        )
        self.leg.on_event = self.app.on_event
        self.way = Way(holds_ms)
        self.stream = MediaStream(DIALECTS[self.side.kind](), self.way)
        self.stopped = False
        self._ticks = 0
        for message in self.side.opening("t"):
            event = self.stream.read(message)
            if isinstance(event, Started):
                self.leg.attach(self.stream)
                self.stream.begin(self.leg, event)
        self.clock.attach(self.leg, self.app)

    @property
    def now_ms(self) -> float:
        return float(self._ticks * FRAME_MS)

    def run(self, ms: int) -> None:
        """So much time passes."""
        for _ in range(ms // FRAME_MS):
            self.end.tick(self.now_ms)
            self.bring(self.end.due(self.now_ms))
            self.clock.tick(self._ticks * FRAME_NS)
            for message in self.way.come():
                self.end.take(message, self.now_ms)
            self._ticks += 1

    def bring(self, messages: Iterable[str | bytes]) -> None:
        for message in messages:
            event = self.stream.read(message)
            self.stream.happened(event)
            self.stopped = self.stopped or isinstance(event, Stopped)

    def heard_at_far_end(self) -> list[Any]:
        """What the provider's caller was played, 20 ms each, as samples."""
        return [self.side.format.samples(octets) for octets in self.end.heard]

    def figures(self) -> dict[str, Any]:
        return self.leg.stats().detail


def each_provider(*features: Feature) -> pytest.MarkDecorator:
    """A test for the side of each, as `side`; it shows these features of it."""
    names = {"signalwire": Who.SIGNALWIRE} | {str(who).lower(): who for who in Who}
    return pytest.mark.parametrize(
        "side",
        [pytest.param(side, marks=shows(names[side.kind], *features), id=side.kind) for side in SIDES],
    )
