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
from mediaserver.storage.records import Record
from tests.mediaserver.calls.rows import as_at_the_first_start

MUSIC = framed(np.full(FRAME_SAMPLES, 30, np.int16))


class Nowhere:
    def put(self, record: Record) -> None: ...

    async def flush(self, within_s: float | None = None) -> bool:
        return True


class Board(LocalSwitchboard):
    def __init__(self, metrics: Metrics, makers: Mapping[str, AppMaker] | None = None) -> None:
        self.bus = EventBus()
        self.registry = CallRegistry(10, metrics)
        self.clock = MediaClock(phases=1)
        super().__init__(
            routes=as_at_the_first_start({"ann", "bob"}),
            makers=makers or {"echo": EchoMaker()},
            registry=self.registry,
            bus=self.bus,
            sink=Nowhere(),
            metrics=metrics,
            clock=self.clock,
            recorder=Recorder(Path("never-written"), Nowhere(), metrics),
            targets=Targets({"ann", "bob", "carl", "dora"}),
            record=False,
            hold_music=MUSIC,
        )
