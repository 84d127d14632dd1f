"""What is kept of the legs of a call: when each came and went, its figures, and which key presses count."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

from mediaserver.calls.call import Call
from mediaserver.calls.digit_gate import PER_CALL, PER_SECOND
from mediaserver.calls.party import Party
from mediaserver.calls.targets import number_of
from mediaserver.media.clock import MediaClock
from mediaserver.media.leg import Direction
from mediaserver.metrics import Metrics
from mediaserver.storage.records import LegClosed, LegOpened, Sink


class LegsKept:
    """Of one call."""

    def __init__(self, call: Call, clock: MediaClock, sink: Sink, metrics: Metrics) -> None:
        self._call = call
        self._clock = clock
        self._sink = sink
        self._metrics = metrics

    def opened(self, party: Party) -> None:
        """It was answered, and is part of the call."""
        party.leg_id = uuid4()
        leg, now = party.leg, datetime.now(UTC)
        incoming, known = leg.direction is Direction.INBOUND, leg.stats().detail
        # A trunk tells both in E.164: whom it calls, and what of ours its callers have dialled.
        number = number_of(self._call.to_uri) if incoming else str(known.get("number", ""))
        self._call.put(
            LegOpened(
                party.leg_id, self._call.id, leg.kind, leg.ref, leg.remote, leg.codec, now,
                "in" if incoming else "out", str(known.get("trunk", "")), number,
            )
        )  # fmt: skip

    def closed(self, party: Party) -> None:
        """Its leg is over: nothing follows. The records may outlive the call."""
        self._clock.detach(party.leg)
        party.leg.on_event = None
        if party.leg_id is not None:
            stats = party.leg.stats().as_dict()
            self._sink.put(LegClosed(party.leg_id, datetime.now(UTC), stats))
            self._metrics.leg_closed(stats)

    def counts(self, party: Party) -> bool:
        """Whether a key press does. That more came than count is kept once."""
        before = party.digits.closed
        counts = party.digits.admits(self._call.elapsed_ms())
        if party.digits.closed and not before:
            self._call.note("digits_ignored", party=party.name, per_second=PER_SECOND, per_call=PER_CALL)
        return counts
