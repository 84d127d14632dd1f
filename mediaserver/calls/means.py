"""What the calls of one server share."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from mediaserver.calls.playing import Frames
from mediaserver.calls.recorder import Recorder
from mediaserver.media.clock import MediaClock
from mediaserver.metrics import Metrics
from mediaserver.storage.records import Sink


@dataclass(frozen=True, slots=True)
class Means:
    clock: MediaClock
    sink: Sink
    metrics: Metrics
    recorder: Recorder
    spawn: Callable[[Coroutine[Any, Any, None]], None]
    """Have something done that nobody waits for."""
    music: Frames
    """For who is on hold; without frames, silence."""
