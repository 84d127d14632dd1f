"""A real switchboard for the API to ask, with lines of lists and a clock that does not run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from mediaserver.calls.echo import EchoMaker
from mediaserver.calls.events import EventBus
from mediaserver.calls.playing import framed
from mediaserver.calls.protocols import AppMaker
from mediaserver.calls.recorder import Recorder
from mediaserver.calls.registry import CallRegistry
from mediaserver.calls.switchboard import LocalSwitchboard
from mediaserver.calls.targets import Targets
from mediaserver.media.clock import MediaClock
from mediaserver.media.time import FRAME_SAMPLES
from mediaserver.metrics import Metrics
from mediaserver.storage.records import Record, Sink
from tests.mediaserver.calls.rows import as_at_the_first_start

MUSIC = framed(np.full(FRAME_SAMPLES, 30, np.int16))


class Nowhere:
    def put(self, record: Record) -> None: ...

    async def flush(self, within_s: float | None = None) -> bool:
        return True


class Board(LocalSwitchboard):
    def __init__(
        self,
        metrics: Metrics,
        makers: Mapping[str, AppMaker] | None = None,
        kept: Sink | None = None,
        recorder: Recorder | None = None,
    ) -> None:
        """`recorder`: of all calls; None: they are not recorded."""
        sink = kept or Nowhere()
        self.bus = EventBus()
        self.registry = CallRegistry(10, metrics)
        self.clock = MediaClock(phases=1)
        self.routes = as_at_the_first_start({"ann", "bob"})
        super().__init__(
            routes=self.routes,
            makers=makers or {"echo": EchoMaker()},
            registry=self.registry,
            bus=self.bus,
            sink=sink,
            metrics=metrics,
            clock=self.clock,
            recorder=recorder or Recorder(Path("never-written"), sink, metrics),
            targets=Targets({"ann", "bob", "carl", "dora"}),
            record=recorder is not None,
            hold_music=MUSIC,
        )
