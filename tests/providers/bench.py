"""What tests of providers over HTTP have in hand: a desk, a fetcher that may go to this machine, orders."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from mediaserver.fetching.address_rule import AddressRule
from mediaserver.fetching.client import GuardedClient
from mediaserver.media.leg import EndedBy, Termination, Why
from mediaserver.media.stream_format import StreamFormat
from providers.kind import Account, AccountSettings, Kind, Surroundings
from providers.provider import (
    CallOrder,
    Connect,
    Decision,
    Doors,
    IncomingCall,
    Provider,
    Refuse,
    WebhookRequest,
)
from tests.providers.desks import NotingDesk

PUBLIC = "https://voice.example.com"
OURS = "+15557654321"
THEIRS = "+15551230000"
SESSION = UUID(int=7)
DOORS = Doors(
    f"{PUBLIC}/api/telephony/twiml/{SESSION}",
    f"{PUBLIC}/status?session={SESSION}",
    f"wss://voice.example.com/media/{SESSION}?token=secret&x=1",
    f"{PUBLIC}/recording",
    f"{PUBLIC}/machine",
)
BUSY = Refuse(Termination(EndedBy.SERVER, Why.BUSY))
CONNECT = Connect(SESSION, DOORS)


class DecidingDesk(NotingDesk):
    """One decision for all."""

    def __init__(self) -> None:
        super().__init__()
        self.decision: Decision = BUSY
        self.incoming_calls: list[IncomingCall] = []
        self.answered: list[UUID] = []
        self.turns: list[str | None] = []

    async def incoming(self, call: IncomingCall, within_s: float) -> Decision:
        self.incoming_calls.append(call)
        return self.decision

    async def answering(self, session: UUID, turn: str | None) -> Decision:
        self.answered.append(session)
        self.turns.append(turn)
        return self.decision


@asynccontextmanager
async def provider_of(kind: Kind, settings: AccountSettings) -> AsyncIterator[tuple[Provider, DecidingDesk]]:
    desk, fetcher = DecidingDesk(), GuardedClient(AddressRule(["127.0.0.1"]))
    account = Account("main", kind.name, 1, settings, PUBLIC)
    provider = kind.make(account, Surroundings(desk, fetcher, fetcher))
    try:
        yield provider, desk
    finally:
        await provider.close()
        await fetcher.close()


def order(audio: StreamFormat, **changed: Any) -> CallOrder:
    fields: dict[str, Any] = {"session": SESSION, "to": THEIRS, "caller": OURS, "timeout_s": 30.0}
    return CallOrder(**{**fields, "doors": DOORS, "audio": audio, **changed})


def request(
    hook: str, headers: dict[str, str], body: bytes = b"", *, url: str = "", method: str = "POST"
) -> WebhookRequest:
    return WebhookRequest(hook, method, url or f"{PUBLIC}/{hook}", headers, body, None)
