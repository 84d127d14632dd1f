"""When Python's garbage collector works: between two phases of the media clock, in pieces that fit there.

A call that is over leaves nothing for it (tests/sip/calls/test_uncollected.py); what it finds is other
people's: agents' code, libraries. Left to itself it starts in the middle of a tick, whenever enough objects
were made, and stops all calls until it has looked at everything. `Pace` decides and knows no clock;
`Collector` collects and measures.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from mediaserver.media.lateness import Lateness
from mediaserver.media.time import FRAME_NS, SECOND_NS

GENERATIONS = 3
YOUNG, MIDDLE, OLD = range(GENERATIONS)
YOUNG_OBJECTS = 500
"""New objects after which the young are looked at."""
URGENT_OBJECTS = 2_000
"""So many are looked at even where no time is left: waiting longer would only make it worse."""
MIDDLE_OBJECTS = 1_500
"""Objects that outlived a look at the young, after which they are looked at once more."""
URGENT_MIDDLE_OBJECTS = 4_000
OLD_OBJECTS = 50_000
"""Objects that outlived that, too, after which all are to be looked at."""
CAUTION = 1.5
"""A piece may take so many times as long as thought."""
FIRST_GUESS_NS = 500
"""For one object, until some were measured. It is 20 to 700 ns, by processor and what else it does."""
FIRST_OLD_GUESS_NS = FRAME_NS
FADING = 0.9
"""What is left of the longest measured time with each collection that took less."""
TELLING_OBJECTS = 200
"""A collection of fewer says nothing about the next."""
OLD_WAITS_NS = 300 * SECOND_NS
"""For a moment that is long enough; then the old are looked at all the same."""
IDLE_SHARE = 30
"""Without calls they wait for so much less: 10 s. Who is about to call must not wait for it each time."""
OLD_WAITS_MOST_NS = 3_600 * SECOND_NS
"""The same, after collections that were not worth it."""
WORTH = 1_000
"""Objects that a collection of the old must find to have been worth it."""


@contextmanager
def none_while_loading() -> Iterator[None]:
    """Nothing is collected inside. Modules that are being imported make a million objects that stay and
    hardly any garbage: looking at them time and again was a seventh of the server's import."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


class Pace:
    """Which generation is due. Times in ns of any one clock."""

    def __init__(self, now_ns: int) -> None:
        self._object_ns: float = FIRST_GUESS_NS
        """The longest that an object took lately."""
        self._old_ns: float = FIRST_OLD_GUESS_NS
        self._middle = 0
        """Objects that outlived a look at the young."""
        self._old = 0
        """Objects that outlived the middle since all were looked at."""
        self._old_at = now_ns
        """When that was."""
        self._old_waits_ns = OLD_WAITS_NS

    def due(self, now_ns: int, free_ns: int, young: int, calls: int) -> int | None:
        """The generation to collect now, if any. `free_ns`: until the clock's next phase. `young`: objects
        that no collection has looked at yet (`young_objects`). `calls`: that are up."""
        room_ns = free_ns / CAUTION
        if self._old >= OLD_OBJECTS:
            waits_ns = self._old_waits_ns if calls else self._old_waits_ns // IDLE_SHARE
            if self._old_ns <= room_ns or now_ns - self._old_at >= waits_ns:
                return OLD
        if self._middle >= MIDDLE_OBJECTS:
            objects = self._middle + young
            if objects * self._object_ns <= room_ns or self._middle >= URGENT_MIDDLE_OBJECTS:
                return MIDDLE
        if young >= YOUNG_OBJECTS and (young * self._object_ns <= room_ns or young >= URGENT_OBJECTS):
            return YOUNG
        return None

    def took(self, generation: int, duration_ns: int, young: int, found: int, now_ns: int) -> None:
        """A collection is done, whoever asked for it; there were so many young objects, and it found so many
        to free."""
        if generation == OLD:
            self._middle = self._old = 0
            self._old_ns = max(duration_ns, self._old_ns * FADING)
            self._old_at = now_ns
            waits_ns = OLD_WAITS_NS if found >= WORTH else 2 * self._old_waits_ns
            self._old_waits_ns = min(waits_ns, OLD_WAITS_MOST_NS)
            return
        objects = young if generation == YOUNG else young + self._middle
        if objects >= TELLING_OBJECTS:
            self._object_ns = max(duration_ns / objects, self._object_ns * FADING)
        left = max(0, objects - found)
        if generation == YOUNG:
            self._middle += left
        else:
            self._middle = 0
            self._old += left


def young_objects() -> int:
    """Objects that no collection has looked at yet. Counted: `gc.get_count` takes off each object that went,
    old ones too, so that it said 1,000 of 12,000 while as many calls ended as began."""
    return len(gc.get_objects(generation=YOUNG))


class Collector:
    """Takes the collector over from `start` to `stop`. Goes beside a media clock (clock.Beside)."""

    def __init__(self) -> None:
        self._pace: Pace | None = None
        self._began = 0
        self._young = 0
        """Objects, when the collection under way began."""
        self._pauses = {generation: Lateness() for generation in range(GENERATIONS)}
        self.found = 0
        """Objects that were garbage, in all."""

    @property
    def pauses(self) -> Mapping[int, Lateness]:
        """How long collections took, by generation, whoever began them."""
        return self._pauses

    @property
    def paused_ns(self) -> int:
        """All pauses together."""
        return sum(pauses.total_ns for pauses in self._pauses.values())

    def start(self) -> None:
        """When the server's start is done: what was loaded until now is never looked at again. Idempotent."""
        if self._pace is None:
            gc.collect()
            gc.freeze()
            gc.disable()
            self._pace = Pace(time.perf_counter_ns())
            gc.callbacks.append(self._collecting)

    def stop(self) -> None:
        """Leave the collector to itself again. Idempotent."""
        if self._pace is not None:
            self._pace = None
            gc.callbacks.remove(self._collecting)
            gc.unfreeze()
            gc.enable()

    def begins(self, due_ns: int) -> None:
        """Nothing is done before a tick."""

    def ends(self, due_ns: int, calls: int) -> None:
        """The clock has nothing to do until then, and so many calls are up."""
        if self._pace is not None:
            now = time.perf_counter_ns()
            due = self._pace.due(now, due_ns - now, young_objects(), calls)
            if due is not None:
                gc.collect(due)

    def everything(self) -> None:
        """Collect all generations, for a moment without calls. Python's own stores of freed objects go with
        it, each of which may keep a megabyte from the system."""
        if self._pace is not None:
            gc.collect()

    def _collecting(self, phase: str, info: Mapping[str, int]) -> None:
        if phase == "start":
            self._young = young_objects()
            self._began = time.perf_counter_ns()
        elif self._pace is not None:
            now = time.perf_counter_ns()
            generation = min(info["generation"], OLD)
            self._pauses[generation].add(now - self._began)
            self.found += info["collected"]
            self._pace.took(generation, now - self._began, self._young, info["collected"], now)
