"""What the wire needs to know of a list of legs at every tick, found once for as long as it holds.

Never keeps anything about legs that may change without `Plans.clear` being called.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mediaserver.media.g711 import PCMA
from mediaserver.rtp.stream import Streamed

_MOST = 64


class Plan:
    """The open streams of a list of legs."""

    __slots__ = ("a_law", "legs", "outgoing", "present", "rows", "streams", "voices")

    def __init__(self, legs: Sequence[Streamed]) -> None:
        self.legs = legs  # held, so that no other list gets its id
        found = [leg.stream for leg in legs]
        self.streams = [stream for stream in found if stream is not None and not stream.closed]
        self.voices = [stream.voice for stream in self.streams]
        self.outgoing = [stream.outgoing for stream in self.streams]
        self.rows = np.array([voice.slot for voice in self.voices], np.intp)
        self.a_law = [i for i, voice in enumerate(self.voices) if voice.codec is PCMA]
        """Indexes of `streams`."""
        self.present: list[int] | None = None
        """Indexes of legs with a stream; None: all."""
        if len(self.streams) < len(legs):
            self.present = [i for i, stream in enumerate(found) if stream is not None and not stream.closed]


class Plans:
    """Plans by the list's identity: a list that was asked for must not be changed."""

    def __init__(self) -> None:
        self._known: dict[int, Plan] = {}

    def of(self, legs: Sequence[Streamed]) -> Plan:
        plan = self._known.get(id(legs))
        if plan is None or len(plan.legs) != len(legs):
            plan = Plan(legs)
            # A leg may get its first stream at any time.
            if plan.present is None:
                if len(self._known) >= _MOST:  # callers that never come with the same list again
                    self._known.clear()
                self._known[id(legs)] = plan
        return plan

    def clear(self) -> None:
        """A stream came, went or was configured."""
        self._known.clear()
