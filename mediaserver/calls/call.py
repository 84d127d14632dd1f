"""One call from first ring to its end: a small state machine that leaves records and publishes live events.

It knows no protocol and no audio; the calls of one process each hold one of these, so it stays small.

    NEW ──ring──▶ RINGING ──answer──▶ ANSWERED ──end──▶ ENDED
     └────────────────answer────────────▶┘   (and end from every state)
"""

from __future__ import annotations

import enum
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from mediaserver.calls.about import NOTHING, About
from mediaserver.calls.events import MOMENTARY, EventBus, LiveEvent
from mediaserver.media.answered_by import AnsweredBy
from mediaserver.media.leg import Termination
from mediaserver.redaction.redactor import Redactor
from mediaserver.storage.records import CallAnswered, CallEnded, CallStarted, EventHappened, Record, Sink

HISTORY_LIMIT = 400
"""Live events kept for late watchers; a turn makes about four."""


class CallState(enum.StrEnum):
    NEW = "new"
    RINGING = "ringing"
    ANSWERED = "answered"
    ENDED = "ended"


NEXT: dict[CallState, frozenset[CallState]] = {
    CallState.NEW: frozenset({CallState.RINGING, CallState.ANSWERED, CallState.ENDED}),
    CallState.RINGING: frozenset({CallState.ANSWERED, CallState.ENDED}),
    CallState.ANSWERED: frozenset({CallState.ENDED}),
    CallState.ENDED: frozenset(),
}
"""Signalling races (an answer after a cancel) are normal: what is not in here is ignored, with False."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Call:
    """A call. `agent`, `agent_version`: whom it began with, if anybody. `about`: what was given along
    for that agent. `payer`: whose limits on calls out it counts to ("api", "extension:101"). `owner`: the key
    whose call it is; None: the operator's. `now`: monotonic seconds; `wall`: an aware datetime for what is
    stored."""

    __slots__ = (
        "_answered_at", "_begun", "_bus", "_listeners", "_now", "_on_end", "_sink", "_wall", "about", "agent",
        "agent_version", "answered_by", "app", "direction", "from_uri", "history", "id", "messages", "owner",
        "payer", "redactor", "shown_as", "started", "state", "termination", "to_uri", "way",
    )  # fmt: skip

    def __init__(
        self,
        id: UUID,
        direction: str,
        from_uri: str,
        to_uri: str,
        app: str,
        sink: Sink,
        bus: EventBus,
        *,
        agent: str = "",
        agent_version: int | None = None,
        about: About = NOTHING,
        payer: str = "api",
        redactor: Redactor | None = None,
        owner: UUID | None = None,
        begin: bool = True,
        now: Callable[[], float] = time.monotonic,
        wall: Callable[[], datetime] = _utc_now,
    ) -> None:
        """`begin`: keep its first record at once; else `begin` does, and the end at the latest."""
        self.id = id
        self.direction = direction
        self.from_uri = from_uri
        self.to_uri = to_uri
        self.app = app
        self.agent = agent
        self.agent_version = agent_version
        self.about = about
        self.payer = payer
        self.shown_as = ""
        """The number by which its caller wants to be shown where it goes out; empty: its own."""
        self.way = ""
        """The trunk or account by which its first leg came in or went out; empty: by none."""
        self.owner = owner
        self.redactor = redactor
        """Leaves numbers and names out of all that it keeps and tells; None: nothing is left out."""
        self.answered_by: AnsweredBy | None = None
        """Who has picked up where we called, as far as somebody has found out."""
        self.messages = 0
        """That were begun in it."""
        self.state = CallState.NEW
        self.termination: Termination | None = None
        self.started = wall()
        self.history: list[LiveEvent] = []
        self._sink = sink
        self._bus = bus
        self._now = now
        self._wall = wall
        self._answered_at: float | None = None
        self._on_end: list[Callable[[Call], None]] = []
        self._listeners: list[Callable[[LiveEvent], None]] = []
        self._begun = False
        if begin:
            self.begin()
        self._publish_state()

    def first_record(self) -> CallStarted:
        """With which its row begins."""
        record = CallStarted(
            self.id, self.direction, self.from_uri, self.to_uri, self.app, self.started,
            self.agent, self.agent_version, dict(self.about), self.owner,
        )  # fmt: skip
        return record if self.redactor is None else self.redactor.first(record)

    def begin(self) -> None:
        """Keep its first record, if that was not done before."""
        if not self._begun:
            self._begun = True
            self._sink.put(self.first_record())

    def ring(self) -> bool:
        """The far end, or we, are ringing. False when that no longer makes sense."""
        return self._go(CallState.RINGING)

    def answer(self) -> bool:
        """The call is answered; its time starts. False when it was answered or has ended before."""
        if CallState.ANSWERED not in NEXT[self.state]:
            return False
        self._answered_at = self._now()
        self._sink.put(CallAnswered(self.id, self._wall()))
        return self._go(CallState.ANSWERED)

    def end(self, termination: Termination) -> bool:
        """The call is over. The first termination wins; later ones return False."""
        if CallState.ENDED not in NEXT[self.state]:
            return False
        self.begin()
        self.termination = t = termination
        self.state = CallState.ENDED
        self._sink.put(CallEnded(self.id, self._wall(), str(t.by), str(t.why), t.code, t.detail))
        self.publish(
            "ended",
            by=str(t.by), why=str(t.why), code=t.code, detail=t.detail, text=str(t), ms=self.elapsed_ms(),
        )  # fmt: skip
        self._listeners.clear()
        callbacks, self._on_end = self._on_end, []
        for callback in callbacks:
            callback(self)
        return True

    def on_end(self, callback: Callable[[Call], None]) -> None:
        """Call back once when the call ends; at once if it has."""
        if self.state is CallState.ENDED:
            callback(self)
        else:
            self._on_end.append(callback)

    def listen(self, tell: Callable[[LiveEvent], None]) -> None:
        """Tell of each live event from now on, at once: a plain cheap call that never raises. For who watches
        this call alone and to its end; `EventBus.watch` is for others."""
        self._listeners.append(tell)

    def picked_up(self, by: AnsweredBy) -> None:
        """It was found out who has picked up; the last word counts."""
        if by is not self.answered_by:
            self.answered_by = by
            self.note("answered_by", by=str(by))
            self.publish("answered_by", by=str(by))

    def elapsed_ms(self) -> int:
        """Milliseconds since the answer; 0 before."""
        return 0 if self._answered_at is None else int((self._now() - self._answered_at) * 1000)

    def put(self, record: Record) -> None:
        """Keep a record of this call."""
        if self.redactor is None:
            self._sink.put(record)
            return
        for each in self.redactor.records(record):
            self._sink.put(each)
        if self.redactor.renamed:
            self.history = [
                LiveEvent(each.call_id, each.kind, self.redactor.without_names(each.data), each.at)
                for each in self.history
            ]

    def note(self, kind: str, **data: Any) -> None:
        """Keep an event of this call at the present time."""
        self.put(EventHappened(self.id, self.elapsed_ms(), kind, data))

    def publish(self, kind: str, **data: Any) -> None:
        """Tell live watchers. What counts for longer than its moment is kept for those who come later."""
        if self.redactor is not None:
            data = self.redactor.event(kind, data)
        event = LiveEvent(self.id, kind, data)
        if kind not in MOMENTARY:
            if len(self.history) >= HISTORY_LIMIT:
                # The first event says who calls whom; the oldest after it goes.
                del self.history[1]
            self.history.append(event)
        for tell in self._listeners:
            tell(event)
        self._bus.publish(event)

    def _go(self, state: CallState) -> bool:
        if state not in NEXT[self.state]:
            return False
        self.state = state
        self._publish_state()
        return True

    def _publish_state(self) -> None:
        self.publish(
            "state",
            state=str(self.state), direction=self.direction, from_uri=self.from_uri, to_uri=self.to_uri,
            app=self.app, agent=self.agent or None, agent_version=self.agent_version,
            started=self.started.isoformat(),
        )  # fmt: skip
