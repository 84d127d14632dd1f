"""What the wire needs to know of a list of lanes at every tick, found once for as long as it holds.

Never keeps anything about streams that may change without `Plans.clear` being called.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from mediaserver.media.g711 import PCMA
from mediaserver.rtp.stream import RtpStream

_MOST = 64


class Lines:
    """Streams of G.711 among a list of lanes, one way."""

    __slots__ = ("a_law", "present", "rows", "streams", "voices")

    def __init__(self, lanes: int, found: Sequence[tuple[int, RtpStream]]) -> None:
        self.streams = [stream for _, stream in found]
        self.voices = [stream.voice for stream in self.streams]
        self.rows = np.array([voice.slot for voice in self.voices], np.intp)
        self.a_law = [i for i, voice in enumerate(self.voices) if voice.codec is PCMA]
        """Indexes of `streams`."""
        self.present: list[int] | None = None
        """Indexes of their lanes; None: all lanes are theirs."""
        if len(found) < lanes:
            self.present = [i for i, _ in found]


class Plan:
    """The open streams of a list of lanes."""

    __slots__ = ("ear_slots", "ears", "heard", "heard_wide", "lanes", "outgoing", "spoken", "spoken_wide")

    def __init__(self, lanes: Sequence[int], open_streams: Mapping[int, RtpStream]) -> None:
        self.lanes = lanes  # held, so that no other list gets its id
        found = [(i, stream) for i, lane in enumerate(lanes) if (stream := open_streams.get(lane))]
        narrow = [each for each in found if each[1].incoming.wide is None]
        self.heard = Lines(len(lanes), narrow)
        """Who sends us G.711."""
        self.heard_wide = [each for each in found if each[1].incoming.wide is not None]
        """The others, with the indexes of their lanes."""
        spoken = [each for each in found if not each[1].outgoing.wide]
        self.spoken = self.heard if spoken == narrow else Lines(len(lanes), spoken)
        """Who is sent G.711."""
        self.spoken_wide = [each for each in found if each[1].outgoing.wide]
        self.outgoing = [stream.outgoing for stream in self.spoken.streams]
        self.ears = [each for each in found if each[1].format.listening]
        """Who may send keys as sounds."""
        self.ear_slots = np.array([stream.slot for _, stream in self.ears], np.intp)


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
