"""An account of an Asterisk that is a stand-in, with a desk that decides and streams that are legs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import SecretStr

from mediaserver.media.leg import Direction, Termination
from mediaserver.media.stream_format import StreamFormat
from providers.asterisk.account import AsteriskAccount
from providers.asterisk.provider import AsteriskProvider
from providers.call_state import CallState
from providers.streams.dialect import Dialect, Started
from providers.streams.host import StreamRefused
from providers.streams.leg import ProviderLeg, StreamPeer
from providers.streams.wires import StreamWires
from tests.providers.asterisk.bench import until
from tests.providers.bench import SESSION, DecidingDesk
from tests.standins.asterisk.ari import PASSWORD, USER, AriStandIn

BRIDGE, MEDIA, OUT = f"vf-{SESSION}", f"vf-media-{SESSION}", f"vf-{SESSION}"
CALLER = "1795.1"


class Control:
    """Implements LegControl: nothing is asked."""

    async def ring(self) -> None: ...

    async def progress(self) -> bool:
        return True

    async def answer(self) -> None: ...

    async def refer(self, to: str, timeout_s: float) -> None: ...

    def press(self, digit: str) -> bool:
        return False

    def over(self, why: Termination) -> None: ...


class Streams:
    """Implements StreamHost for one session."""

    def __init__(self) -> None:
        self.wires = StreamWires()
        self.leg: ProviderLeg | None = None
        self.told: list[tuple[str, str]] = []
        self.refuses = ""
        self.wanted: StreamFormat | None = None
        """The leg's format; None: as the stream's."""

    def dialect(self, kind: str, session: UUID) -> Dialect | None:
        return None

    def admit(
        self, kind: str, session: UUID, token: str, started: Started, peer: StreamPeer, remote: str
    ) -> ProviderLeg:
        if self.refuses:
            raise StreamRefused(self.refuses)
        assert (kind, session, token) == ("asterisk", SESSION, "secret")
        assert isinstance(started.format, StreamFormat)
        self.leg = ProviderLeg(
            self.wires, self.wanted or started.format, Control(),
            kind=kind, direction=Direction.INBOUND, ref=started.call_ref, remote=remote,
        )  # fmt: skip
        self.leg.attach(peer)
        return self.leg

    def stopped(self, session: UUID, peer: StreamPeer, detail: str = "") -> None:
        self.told.append(("stopped", detail))

    def lost(self, session: UUID, peer: StreamPeer, detail: str = "") -> None:
        self.told.append(("lost", detail))


@dataclass
class World:
    there: AriStandIn
    provider: AsteriskProvider
    desk: DecidingDesk
    streams: Streams
    troubles: list[str]

    @property
    def states(self) -> list[CallState | None]:
        return [each.state for each in self.desk.reports]

    async def connected(self) -> ProviderLeg:
        await until(lambda: self.streams.leg)
        assert self.streams.leg is not None
        return self.streams.leg

    async def quiet(self) -> None:
        """Nothing of ours is left at it."""
        await until(lambda: not self.there.bridges and MEDIA not in self.there.channels)


def account(url: str, **more: Any) -> AsteriskAccount:
    settings: dict[str, Any] = {
        "url": url, "username": USER, "password": SecretStr(PASSWORD), "endpoint": "PJSIP/{number}@carrier",
    }  # fmt: skip
    return AsteriskAccount(**{**settings, **more})
