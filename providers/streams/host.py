"""What whoever drives media streams asks of whoever has the calls that they are of."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from mediaserver.errors import PeerError
from providers.streams.dialect import Dialect, Started
from providers.streams.leg import ProviderLeg, StreamPeer


class StreamRefused(PeerError):
    """A stream that is not let in; the text is for the log."""


class StreamHost(Protocol):
    """Plain cheap calls on the event loop's thread."""

    def dialect(self, kind: str, session: UUID) -> Dialect | None:
        """How a stream of this session speaks, one instance a stream; None: no such session waits for one."""

    def admit(
        self, kind: str, session: UUID, token: str, started: Started, peer: StreamPeer, remote: str
    ) -> ProviderLeg:
        """The stream has started: its leg, whose audio goes to `peer` from now on. `token`: by the address,
        or among the stream's own parameters where a provider's addresses take none. Raises StreamRefused: a
        wrong or used token, a second stream for the session, another call than it is for."""

    def stopped(self, session: UUID, peer: StreamPeer, detail: str = "") -> None:
        """The provider has ended the stream: the call is over, or goes on elsewhere."""

    def lost(self, session: UUID, peer: StreamPeer, detail: str = "") -> None:
        """The socket is gone without that; within a few seconds another may come."""
