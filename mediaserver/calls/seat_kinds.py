"""The seats that somebody can have in a call who is neither its first leg nor its agent."""

from __future__ import annotations

import enum


class SeatKind(enum.StrEnum):
    LISTEN = "listen"
    """Hears all, and is heard by nobody."""
    WHISPER = "whisper"
    """Is heard by one party alone."""
    BARGE = "barge"
    """Is heard by all. As with the two before, the call does not go on for its sake."""
    CONFERENCE = "conference"
    """A party like any other: as long as it is there, so is the call."""
    TAKEOVER = "takeover"
    """Has the caller to itself: whoever talked to the caller is set aside and may get it back."""


BACKSTAGE = frozenset({SeatKind.LISTEN, SeatKind.WHISPER, SeatKind.BARGE})
"""The call does not go on for the sake of whoever has one of these."""
HEARD = frozenset({SeatKind.BARGE, SeatKind.CONFERENCE, SeatKind.TAKEOVER})
"""Heard by all, and by those who come later."""
BY_KEY = {"4": SeatKind.LISTEN, "5": SeatKind.WHISPER, "6": SeatKind.BARGE, "7": SeatKind.TAKEOVER}
"""Where supervisors change their seats by key."""
