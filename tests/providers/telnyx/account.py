"""One account at the stand-in, and a desk that decides as it is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from mediaserver.fetching.address_rule import AddressRule
from mediaserver.fetching.client import GuardedClient
from mediaserver.media.leg import EndedBy, Termination, Why
from providers.kind import Account, Surroundings
from providers.provider import (
    CallOrder,
    CallReport,
    Connect,
    Decision,
    Doors,
    IncomingCall,
    RecordingReport,
    Refuse,
    TransferReport,
    WebhookAnswer,
    WebhookRequest,
)
from providers.telnyx.account import FORMATS, TelnyxAccount
from providers.telnyx.client import TelnyxClient
from providers.telnyx.provider import TelnyxProvider
from tests.providers.desks import NotingDesk
from tests.standins.provider import KEY
from tests.standins.telnyx.calls import CONNECTION, Webhook
from tests.standins.telnyx.server import PROFILE, Telnyx

PUBLIC = "https://voice.example.com"
OURS = "+15557654321"
THEIRS = "+15551230000"
SESSION = UUID(int=7)
DOORS = Doors(
    f"{PUBLIC}/answer",
    f"{PUBLIC}/status?session={SESSION}",
    f"wss://voice.example.com/telnyx/media/{SESSION}?token=secret",
)


class DecidingDesk(NotingDesk):
    def __init__(self) -> None:
        super().__init__()
        self.decision: Decision = Refuse(Termination(EndedBy.SERVER, Why.BUSY))
        self.hold: asyncio.Event | None = None
        """An agent is asked until it is set."""
        self.incoming_calls: list[IncomingCall] = []
        self.news = asyncio.Event()

    async def incoming(self, call: IncomingCall, within_s: float) -> Decision:
        self.incoming_calls.append(call)
        if self.hold is not None:
            await self.hold.wait()
        return self.decision

    def call_reported(self, report: CallReport) -> None:
        super().call_reported(report)
        self.news.set()

    def transfer_reported(self, report: TransferReport) -> bool:
        self.news.set()
        return super().transfer_reported(report)

    def recording_reported(self, report: RecordingReport) -> None:
        super().recording_reported(report)
        self.news.set()

    async def until(self, what: Callable[[], object]) -> None:
        """Something that it is told of is so."""
        async with asyncio.timeout(20):
            while not what():
                self.news.clear()
                await self.news.wait()


class Bench:
    """What a test holds in its hands."""

    def __init__(self, standin: Telnyx, desk: DecidingDesk, provider: TelnyxProvider) -> None:
        self.standin, self.desk, self.provider = standin, desk, provider
        self.slept: list[float] = []

    async def hears(self, webhook: Webhook, method: str = "POST") -> WebhookAnswer:
        return await self.provider.webhook(
            WebhookRequest("voice", method, f"{PUBLIC}/hook", webhook.headers, webhook.body)
        )


@asynccontextmanager
async def at_telnyx(standin: Telnyx, **settings: Any) -> AsyncIterator[Bench]:
    """An account with the stand-in's keys."""
    fields = {
        "api_key": KEY,
        "public_key": standin.signer.public_key,
        "connection_id": CONNECTION,
        "messaging_profile_id": PROFILE,
        "base_url": f"{standin.url}/v2",
        "public_url": PUBLIC,
        **settings,
    }
    account = TelnyxAccount.model_validate(fields)
    desk, slept = DecidingDesk(), list[float]()

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    fetcher = GuardedClient(AddressRule(["127.0.0.1"]))
    # As the board does it: making imports the SDK, which takes seconds.
    client = await asyncio.to_thread(TelnyxClient, "main", account, sleep=sleep)
    provider = TelnyxProvider(
        Account("main", "telnyx", 1, account, PUBLIC), account, Surroundings(desk, fetcher, fetcher), client
    )
    bench = Bench(standin, desk, provider)
    bench.slept = slept
    try:
        yield bench
    finally:
        await provider.close()
        await fetcher.close()


def order(**changed: Any) -> CallOrder:
    fields: dict[str, Any] = {
        "session": SESSION,
        "to": THEIRS,
        "caller": OURS,
        "timeout_s": 30.0,
        "doors": DOORS,
        "audio": FORMATS["PCMU"],
        **changed,
    }
    return CallOrder(**fields)


def connect() -> Connect:
    return Connect(SESSION, DOORS)
