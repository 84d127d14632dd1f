"""What the wire needs to know of a list of lanes at every tick, found once for as long as it holds.

Never keeps anything about streams that may change without `Plans.clear` being called.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from mediaserver.media.g711 import PCMA
from mediaserver.rtp.stream import RtpStream

_MOST = 64


class Plan:
    """The open streams of a list of lanes."""

    __slots__ = ("a_law", "lanes", "outgoing", "present", "rows", "streams", "voices")

    def __init__(self, lanes: Sequence[int], open_streams: Mapping[int, RtpStream]) -> None:
        self.lanes = lanes  # held, so that no other list gets its id
        found = [open_streams.get(lane) for lane in lanes]
        self.streams = [stream for stream in found if stream is not None]
        self.voices = [stream.voice for stream in self.streams]
        self.outgoing = [stream.outgoing for stream in self.streams]
        self.rows = np.array([voice.slot for voice in self.voices], np.intp)
        self.a_law = [i for i, voice in enumerate(self.voices) if voice.codec is PCMA]
        """Indexes of `streams`."""
        self.present: list[int] | None = None
        """Indexes of lanes that are open; None: all."""
        if len(self.streams) < len(lanes):
            self.present = [i for i, stream in enumerate(found) if stream is not None]


class Plans:
    """Plans by the list's identity: a list that was asked for must not be changed."""

    def __init__(self, open_streams: Mapping[int, RtpStream]) -> None:
        """`open_streams`: by their lanes, as they are at any time."""
        self._streams = open_streams
        self._known: dict[int, Plan] = {}

    def of(self, lanes: Sequence[int]) -> Plan:
        plan = self._known.get(id(lanes))
        if plan is None:
            if len(self._known) >= _MOST:  # callers that never come with the same list again
                self._known.clear()
            plan = self._known[id(lanes)] = Plan(lanes, self._streams)
        return plan

    def clear(self) -> None:
        """A stream came, went or was configured."""
        self._known.clear()
