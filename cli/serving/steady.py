"""What keeps the media thread steady while the server runs: its priority, when the garbage collector works,
who held it, and memory that goes back to the system.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack

from mediaserver import heap
from mediaserver.config import Settings
from mediaserver.diagnosis.finding import Finding
from mediaserver.diagnosis.stall_watch import StallWatch
from mediaserver.media.clock import MediaClock
from mediaserver.media.collector import Collector
from mediaserver.media.realtime import Realtime, ThreadPriority
from mediaserver.metrics import Metrics

EVERY_S = 1.0
HEAP_EVERY_S = 5.0


class Steadiness:
    """From `begin`, when all else has started, until the server stops."""

    def __init__(self, clock: MediaClock, settings: Settings, metrics: Metrics) -> None:
        self._clock = clock
        self._wanted = settings.media.realtime == "auto"
        self._realtime = Realtime(clock.hearing_thread)
        self._collector = Collector()
        self._watch = StallWatch(lambda: self._collector.paused_ns)
        held = ((str(cause), took) for cause, took in self._watch.held.items())
        metrics.watch_pauses(self._collector.pauses, held)

    def begin(self, undo: AsyncExitStack) -> None:
        self._collector.start()
        undo.callback(self._collector.stop)
        self._watch.start()
        undo.callback(self._watch.stop)
        self._clock.beside = (self._collector, self._watch)
        undo.callback(self._alone)
        if self._wanted:
            self._realtime.take()
            undo.callback(self._realtime.give_back)
        for work in (self._tend(), self._give_back()):
            undo.callback(asyncio.create_task(work).cancel)

    def findings(self) -> list[Finding]:
        """For health: whether the media thread goes first. Calls are answered in any case."""
        name, standing = "media priority", self._realtime.standing
        if standing is ThreadPriority.REALTIME:
            if not (refusal := self._realtime.helper_refusal):
                return [Finding(name, True, "realtime")]
            detail = f"realtime; the voice detector's is normal ({refusal}): see `voiceforge doctor`"
            return [Finding(name, True, detail)]
        if standing is ThreadPriority.LOWERED:
            detail = (
                f"the media thread ran away {self._realtime.lowered} times and is like others for a while"
            )
            return [Finding(name, False, detail, "the log says who held it", required=False)]
        if not self._wanted:
            return [Finding(name, True, "normal, as media.realtime says")]
        refusal = self._realtime.refusal
        return [Finding(name, True, f"normal ({refusal}): `voiceforge doctor` says how to mend it")]

    def _alone(self) -> None:
        self._clock.beside = ()

    async def _tend(self) -> None:
        while True:
            await asyncio.sleep(EVERY_S)
            self._realtime.tend(time.monotonic())

    async def _give_back(self) -> None:
        peaks = heap.Peaks(heap.resident())
        while True:
            await asyncio.sleep(HEAP_EVERY_S)
            calls = len(self._clock)
            if peaks.over(time.monotonic(), heap.resident(), calls):
                if not calls:
                    self._collector.everything()
                await asyncio.to_thread(heap.give_back)
                peaks.given_back(time.monotonic(), heap.resident())
