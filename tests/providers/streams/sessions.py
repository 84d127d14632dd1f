"""Sessions that wait for media streams, as the door is given them: a leg each, and tokens good for once."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from mediaserver.media.leg import Direction, EndedBy, Termination, Why
from mediaserver.media.stream_format import StreamFormat
from providers.streams.dialect import Dialect, Started
from providers.streams.host import StreamRefused
from providers.streams.leg import ProviderLeg, StreamPeer
from providers.streams.wires import StreamWires
from tests.providers.streams.bench import DIALECTS, Control
from tests.standins.media_stream_sides import TwilioSide


@dataclass
class Session:
    kind: str
    leg: ProviderLeg
    control: Control
    call: str
    account: str
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    id: UUID = field(default_factory=uuid4)
    told: list[str] = field(default_factory=list)
    """stopped, lost: what the driver has said."""
    used: bool = False


class Sessions:
    """Implements providers.streams.host.StreamHost."""

    def __init__(self, wires: StreamWires | None = None) -> None:
        self.wires = wires or StreamWires()
        self.sessions: dict[UUID, Session] = {}
        self.on_admitted: Callable[[Session], None] | None = None

    def add(
        self,
        side: TwilioSide | None = None,
        *,
        fmt: StreamFormat | None = None,
        direction: Direction = Direction.INBOUND,
    ) -> Session:
        side = side or TwilioSide()
        control = Control()
        leg = ProviderLeg(
            self.wires,
            fmt or side.format,
            control,
            kind=side.kind,
            direction=direction,
            ref=side.call,
            remote="127.0.0.1",
        )
        session = Session(side.kind, leg, control, side.call, side.account)
        self.sessions[session.id] = session
        return session

    def dialect(self, kind: str, session: UUID) -> Dialect | None:
        known = self.sessions.get(session)
        return DIALECTS[kind]() if known is not None and known.kind == kind else None

    def admit(
        self, kind: str, session: UUID, token: str, started: Started, peer: StreamPeer, remote: str
    ) -> ProviderLeg:
        known = self.sessions[session]
        if not hmac.compare_digest(token, known.token):
            raise StreamRefused("a wrong token")
        if known.used:
            raise StreamRefused("a second stream")
        if started.call_ref not in ("", known.call) or started.account not in ("", known.account):
            raise StreamRefused("another call")
        known.used = True
        known.leg.attach(peer)
        if self.on_admitted is not None:
            self.on_admitted(known)
        return known.leg

    def stopped(self, session: UUID, peer: StreamPeer, detail: str = "") -> None:
        known = self.sessions[session]
        known.told.append("stopped")
        known.leg.ended(Termination(EndedBy.PEER, Why.HANGUP, detail=detail))

    def lost(self, session: UUID, peer: StreamPeer, detail: str = "") -> None:
        self.sessions[session].told.append("lost")
        self.sessions[session].leg.detach(peer)
