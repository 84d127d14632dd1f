"""A kind of provider for tests of what all kinds have in common: no network, all that is asked is noted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import ClassVar
from uuid import UUID

from pydantic import Field, SecretStr

from mediaserver.diagnosis.finding import Finding
from mediaserver.errors import ConfigError, ProviderFault, TelephonyError
from mediaserver.media.leg import Termination
from mediaserver.storage.sealing import Sealer
from providers.accounts.rows import AccountRows
from providers.kind import Account, AccountSettings, Kind, Surroundings
from providers.kinds import Kinds
from providers.provider import (
    CallOrder,
    CallReport,
    Capability,
    Doors,
    ProviderNumber,
    WebhookAnswer,
    WebhookRequest,
)

PROOF = "proof"
"""A header whose value is the account's token: so a request proves itself."""


class AcmeSettings(AccountSettings):
    secrets_go_with: ClassVar[tuple[str, ...]] = ("account_id", "host")

    account_id: str = Field(min_length=2, max_length=40)
    host: str = "api.acme.test"
    token: SecretStr
    signing_key: SecretStr | None = None
    region: str = ""


class Acme:
    """Implements providers.provider.Provider."""

    def __init__(self, account: Account, capabilities: frozenset[Capability]) -> None:
        assert isinstance(account.settings, AcmeSettings)
        self.account, self.settings = account, account.settings
        self.capabilities = capabilities
        self.closed = asyncio.Event()
        self.asked: list[WebhookRequest] = []
        self.hold: asyncio.Event | None = None
        """Webhooks are answered once it is set."""
        self.fails: Exception | None = None
        self.down: TelephonyError | None = None
        self.pointed: dict[str, tuple[str, str, str]] = {}

    async def check(self) -> list[Finding]:
        if self.settings.token.get_secret_value() == "wrong":
            return [Finding("credentials", False, "Acme refuses the token")]
        return [Finding("credentials", True, f"account {self.settings.account_id}")]

    async def webhook(self, request: WebhookRequest) -> WebhookAnswer:
        self.asked.append(request)
        if request.headers.get(PROOF) != self.settings.token.get_secret_value():
            return WebhookAnswer(403)
        if self.fails is not None:
            raise self.fails
        if self.hold is not None:
            await self.hold.wait()
        return WebhookAnswer(200, b"<Response/>", "text/xml", {"X-Acme": "1"})

    async def numbers(self) -> list[ProviderNumber]:
        if self.down is not None:
            raise self.down
        one = ProviderNumber("+4930123456", "PN1", "Berlin", can=frozenset(("voice", "sms")))
        voice, _, messages = self.pointed.get(one.number, ("", "", ""))
        return [replace(one, voice_to=voice, messages_to=messages, ours=bool(voice))]

    async def configure_number(self, number: str, *, voice: str, status: str, messages: str) -> None:
        if number != "+4930123456":
            raise TelephonyError(f"there is no number {number}", ProviderFault.REFUSED)
        self.pointed[number] = (voice, status, messages)

    async def close(self) -> None:
        self.closed.set()

    async def place(self, order: CallOrder) -> str:
        raise NotImplementedError

    async def hang_up(self, ref: str, why: Termination | None = None) -> None:
        raise NotImplementedError

    async def transfer(self, ref: str, to: str, caller: str, session: UUID, turn: str = "") -> bool:
        raise NotImplementedError

    async def send_digits(self, ref: str, digits: str) -> None:
        raise NotImplementedError

    async def start_recording(self, ref: str, doors: Doors) -> str:
        raise NotImplementedError

    def fetch_recording(self, ref: str) -> AsyncIterator[bytes]:
        raise NotImplementedError

    async def delete_recording(self, ref: str) -> None:
        raise NotImplementedError

    async def call(self, ref: str) -> CallReport | None:
        return None

    async def live_calls(self) -> list[CallReport]:
        return []

    async def send_message(self, to: str, sender: str, text: str, status: str) -> str:
        raise NotImplementedError


CAPABILITIES = frozenset(
    (Capability.PLACE, Capability.RECEIVE, Capability.NUMBERS, Capability.CONFIGURE_NUMBER)
)


def make(account: Account, surroundings: Surroundings) -> Acme:
    """As its `region` says: `mars` is none, `void` fails."""
    assert isinstance(account.settings, AcmeSettings)
    match account.settings.region:
        case "mars":
            raise ConfigError("there is no region mars")
        case "void":
            raise RuntimeError("token=tell-tale")
        case "deaf":
            return Acme(account, CAPABILITIES - {Capability.RECEIVE, Capability.CONFIGURE_NUMBER})
        case _:
            return Acme(account, CAPABILITIES)


KIND = Kind(
    "acme",
    "Acme Telephony",
    AcmeSettings,
    CAPABILITIES,
    make,
    variables={"ACME_ACCOUNT": "account_id", "ACME_TOKEN": "token"},
)


def kinds() -> Kinds:
    return Kinds({"acme": lambda: KIND})


def rows(public_url: str = "https://voice.test") -> AccountRows:
    return AccountRows(kinds(), Sealer(b"k" * 32), public_url)


def acme(name: str = "main", **settings: object) -> Account:
    """An account that makes sense."""
    return rows().made(name, "acme", {"account_id": "AC1", "token": "correct horse", **settings})
