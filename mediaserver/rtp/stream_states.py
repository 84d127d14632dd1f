"""The life of one call's RTP stream.

    OPENED --configured--> LIVE <--heard-- SILENT, and LIVE --nothing heard--> SILENT
    any of them --close--> CLOSED

It must never see a packet or a socket; `mediaserver.rtp.stream` does what is to be done.
"""

from __future__ import annotations

import enum


class StreamState(enum.Enum):
    OPENED = enum.auto()
    """It has ports; nothing is negotiated."""
    LIVE = enum.auto()
    SILENT = enum.auto()
    """No RTP came for the media timeout, and that was told."""
    CLOSED = enum.auto()


class StreamEvent(enum.Enum):
    CONFIGURED = enum.auto()
    HEARD = enum.auto()
    """A packet came within the media timeout."""
    UNHEARD = enum.auto()
    """None did, though some are expected."""
    CLOSE = enum.auto()


class StreamAction(enum.Enum):
    TELL_SILENCE = enum.auto()
    SAY_BYE = enum.auto()
    """To the peer, by RTCP."""
    RELEASE = enum.auto()
    """Stop both directions, and give the ports back."""


S, E, D = StreamState, StreamEvent, StreamAction

TABLE: dict[tuple[StreamState, StreamEvent], tuple[StreamState, tuple[StreamAction, ...]]] = {
    (S.OPENED, E.CONFIGURED): (S.LIVE, ()),
    (S.OPENED, E.CLOSE): (S.CLOSED, (D.RELEASE,)),
    (S.LIVE, E.CONFIGURED): (S.LIVE, ()),
    (S.LIVE, E.HEARD): (S.LIVE, ()),
    (S.LIVE, E.UNHEARD): (S.SILENT, (D.TELL_SILENCE,)),
    (S.LIVE, E.CLOSE): (S.CLOSED, (D.SAY_BYE, D.RELEASE)),
    (S.SILENT, E.CONFIGURED): (S.LIVE, ()),
    (S.SILENT, E.HEARD): (S.LIVE, ()),
    (S.SILENT, E.UNHEARD): (S.SILENT, ()),
    (S.SILENT, E.CLOSE): (S.CLOSED, (D.SAY_BYE, D.RELEASE)),
    (S.CLOSED, E.CLOSE): (S.CLOSED, ()),
}
"""What is not in here is a fault of the driver's and raises."""
