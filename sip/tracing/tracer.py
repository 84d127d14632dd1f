"""Sees every SIP message that comes in or goes out, and keeps, shows and sends on what may be known of it.

It stands at the transport's tap. It must never raise, wait, or keep anything that was not masked first.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import TypeAlias
from uuid import UUID

from mediaserver import logs
from sip.tracing.kept import CallTrace, Kept, TraceLimits
from sip.tracing.masking import masked
from sip.tracing.traced import Endpoint, TracedMessage, Wanted, call_id_of, method_of

log = logging.getLogger(__name__)

SWEEP_S = 30.0
FOLLOWERS = 16
"""Who may watch messages go by at a time."""
LONGEST = 8_192
"""Octets of a message that are looked at: few are so long, and who sends them may mean to keep us busy."""
UNSEEN = 500
"""Messages that wait for one who watches; then the oldest are lost to it."""

Onlooker: TypeAlias = Callable[[TracedMessage], None]


class Tracer:
    """Implements `sip.transport.tap.Tap`."""

    def __init__(
        self,
        limits: TraceLimits,
        is_live: Callable[[UUID], bool],
        *,
        hide_numbers: bool = False,
    ) -> None:
        """`is_live`: whether a call of ours goes on."""
        self.kept = Kept(limits, is_live)
        self.local: Callable[[str, str], Endpoint] = _nowhere
        """Our own end, for a transport and the other side's host."""
        self.secret_headers: Callable[[], Collection[bytes]] = frozenset
        """Names, in lower case, of those by which somebody proves who it is, as of now."""
        self.onlookers: list[Onlooker] = []
        """Called for each message; must not block nor raise."""
        self.stopped = False
        """Nothing more is to come."""
        self.seen = 0
        """Messages."""
        self._hide_numbers = hide_numbers
        self._timer: asyncio.TimerHandle | None = None
        self._followers: list[asyncio.Queue[TracedMessage | None]] = []
        self._failed = False

    @property
    def wanted(self) -> bool:
        """Anything is kept or sent on."""
        return bool(self.kept.limits.after_s or self.onlookers)

    def start(self) -> None:
        """Let go of what is old from now on."""
        self._timer = asyncio.get_running_loop().call_later(SWEEP_S, self._sweep)

    def stop(self) -> None:
        """Whoever follows is told that nothing more is to come."""
        self.stopped = True
        for queue in self._followers:
            _put(queue, None)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _sweep(self) -> None:
        loop = asyncio.get_running_loop()
        self.kept.sweep(loop.time())
        self._timer = loop.call_later(SWEEP_S, self._sweep)

    # -- sip.transport.tap.Tap

    def __call__(self, data: bytes, sent: bool, transport: str, host: str, port: int) -> None:
        try:
            self._see(data, sent, transport, host, port)
        except Exception:
            if not self._failed:  # once: whoever can make it fail could fill the log
                self._failed = True
                log.exception("a SIP message could not be traced")

    def _see(self, data: bytes, sent: bool, transport: str, host: str, port: int) -> None:
        self.seen += 1
        whole = len(data)
        if whole > LONGEST:
            data = data[: data.rfind(b"\n", 0, LONGEST) + 1]  # whole lines: half a secret looks like none
        cut = whole - len(data)
        data = masked(data, self.secret_headers(), hide_numbers=self._hide_numbers)
        call_id = call_id_of(data)
        if sent and (ours := logs.calling()) is not None and self.kept.call_of(call_id) is None:
            # Only what sets a call up or answers it: timers of one call may repeat what is another's.
            if method_of(data) == "INVITE":
                self.kept.belongs(call_id, ours)
        message = TracedMessage(
            time.time(), asyncio.get_running_loop().time(), sent, transport,
            self.local(transport, host), (host, port), data, self.kept.call_of(call_id),
            cut,
        )  # fmt: skip
        if self.kept.limits.after_s:
            self.kept.add(message, call_id)
        for look in self.onlookers:
            look(message)

    # -- for those who ask

    def of_call(self, call: UUID) -> CallTrace | None:
        return self.kept.of_call(call)

    async def recent(self, wanted: Wanted, limit: int) -> list[TracedMessage]:
        """The latest, in the order of time. Of tens of thousands they are chosen beside the event loop."""
        return await asyncio.to_thread(latest, self.kept.everything(), wanted, limit)

    @property
    def room(self) -> bool:
        """One more may watch."""
        return len(self._followers) < FOLLOWERS

    @contextmanager
    def following(self, wanted: Wanted) -> Iterator[asyncio.Queue[TracedMessage | None]]:
        """The messages from now on, while the context lasts; None at the very end."""
        queue: asyncio.Queue[TracedMessage | None] = asyncio.Queue(UNSEEN)

        def look(message: TracedMessage) -> None:
            if wanted.wants(message):
                _put(queue, message)

        self.onlookers.append(look)
        self._followers.append(queue)
        try:
            yield queue
        finally:
            self._followers.remove(queue)
            self.onlookers.remove(look)


def latest(messages: list[TracedMessage], wanted: Wanted, limit: int) -> list[TracedMessage]:
    """Those that are wanted, at most so many, in the order of time."""
    found: list[TracedMessage] = []
    # By the clock, and of what came in one tick of it the later first.
    for message in reversed(sorted(messages, key=lambda message: message.t)):
        if wanted.wants(message):
            found.append(message)
            if len(found) == limit:
                break
    return found[::-1]


def _put(queue: asyncio.Queue[TracedMessage | None], message: TracedMessage | None) -> None:
    """The oldest gives way."""
    if queue.full():
        queue.get_nowait()
    queue.put_nowait(message)


def _nowhere(transport: str, host: str) -> Endpoint:
    return "", 0
