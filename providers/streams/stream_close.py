"""Why we close a stream's socket."""

from __future__ import annotations

from enum import IntEnum


class StreamClose(IntEnum):
    """Those from 4000 on are our own (:rfc:`6455` 7.4.2), with the meanings of the gateway's."""

    DONE = 1000
    """The call is over."""
    GOING_AWAY = 1001
    """The server is being stopped."""
    REFUSED = 4001
    """No such session, or not its token, or a stream that it has already."""
    RATE_LIMIT = 4003
    """More messages than a stream has."""
    PROTOCOL = 4004
    """What came is no message of the provider's, or not now."""
