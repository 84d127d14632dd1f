"""How long a stream's far end may be silent: one limit before its first packet, one in talk, one on hold.

Pure arithmetic on times in ns. RTP and RTCP are signs of life alike, so that a phone that sends nothing while
nobody speaks lives as long as it reports. It must never end anything itself.
"""

from __future__ import annotations

from dataclasses import dataclass

from mediaserver.media.time import SECOND_NS


@dataclass(frozen=True, slots=True)
class SilenceLimits:
    """In seconds; 0: none."""

    first_s: float = 15.0
    """Before the first packet."""
    talk_s: float = 15.0
    """Between packets while both sides may speak."""
    hold_s: float = 0.0
    """While one side holds the other: a phone that holds often sends nothing at all."""


class Liveness:
    """Of one stream that is negotiated."""

    __slots__ = ("_held", "_limits", "_since")

    def __init__(self, limits: SilenceLimits) -> None:
        self._limits = limits
        self._held = False
        self._since = 0

    def negotiated(self, expecting: bool, now: int) -> None:
        """For the first time or again: patience begins anew. `expecting`: audio must come."""
        self._held = not expecting
        self._since = now

    def overdue(self, heard: int | None, now: int) -> bool:
        """Whether it was silent for too long. `heard`: the last sign of life; None: there was none yet."""
        limits = self._limits
        limit = limits.hold_s if self._held else limits.first_s if heard is None else limits.talk_s
        return limit > 0 and now - max(self._since, heard or 0) >= limit * SECOND_NS
