"""Watches how the media clock fares, and has new calls refused while it cannot keep up."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import AsyncExitStack

from mediaserver.calls.overload import Overload, Strain
from mediaserver.calls.registry import CallRegistry
from mediaserver.diagnosis.finding import Finding
from mediaserver.metrics import ClockFigures, Metrics

log = logging.getLogger(__name__)

EVERY_S = 1.0


class OverloadWatch:
    """Of one server. `late_ms`: packets sent later than that are late; 0: nobody is refused for it."""

    def __init__(
        self,
        clock: ClockFigures,
        registry: CallRegistry,
        late_ms: float,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._registry = registry
        self._late_ns = int(late_ms * 1e6)
        self._now = now
        self._last = self._count()
        self.overload = Overload()

    def begin(self, metrics: Metrics, undo: AsyncExitStack) -> None:
        """From now on, until the server stops."""
        metrics.watch(
            "overloaded", "1 while new calls are refused because packets go out late",
            lambda: float(bool(self.overload.why)),
        )  # fmt: skip
        metrics.watch("overloads", "How often that began", lambda: float(self.overload.begun))
        if self._late_ns:
            self._registry.refuses = self.overload.refuses
            undo.callback(asyncio.create_task(self._run(), name="overload").cancel)

    def look(self) -> None:
        """Judge the time since the last look."""
        before, self._last = self._last, self._count()
        sent, late, busy_ns, at = (now - then for now, then in zip(self._last, before, strict=True))
        busy = busy_ns / 1e9 / at if at > 0 else 0.0
        overload, calls = self.overload, len(self._registry)
        if not overload.look(Strain(int(sent), int(late), busy, calls)):
            return
        if overload.why:
            log.warning(
                "overloaded with %d calls: %s; new calls get 503 until it is over", calls, overload.why
            )
        else:
            log.warning("not overloaded any more; up to %s calls are taken again", overload.room or "all")

    def findings(self) -> list[Finding]:
        """While it lasts. New calls are refused, those that are up are served: the server is ready."""
        if not self.overload.why:
            return []
        mend = "give the server more of a processor, lower sip.max_calls, or add a server"
        return [Finding("overload", False, f"{self.overload.why}; new calls get 503", mend, required=False)]

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(EVERY_S)
            try:
                self.look()
            except Exception:
                log.exception("the load could not be looked at")

    def _count(self) -> tuple[float, float, float, float]:
        sent = self._clock.send_lateness
        late = sent.count - sent.within(self._late_ns)
        return sent.count, late, self._clock.busy_ns, self._now()
