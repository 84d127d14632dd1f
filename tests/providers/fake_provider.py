"""A provider in memory, for tests of what a server does with calls: it notes what it is asked for, tells what
a test has it tell, and opens media streams that are lists. tests/providers/calls/telephony.py has a
switchboard behind it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from pydantic import SecretStr

from mediaserver.diagnosis.finding import Finding
from mediaserver.errors import TelephonyError
from mediaserver.media.leg import Direction, Termination
from mediaserver.media.stream_format import Coding, StreamFormat
from mediaserver.storage.sealing import Sealer
from providers.accounts.board import ProviderBoard
from providers.accounts.rows import AccountRows, ReadAccounts
from providers.call_state import CallState
from providers.kind import Account, AccountSettings, Kind, Surroundings
from providers.kinds import Kinds
from providers.provider import (
    CallOrder,
    CallReport,
    Capability,
    Connect,
    Decision,
    Doors,
    IncomingCall,
    ProviderNumber,
    WebhookAnswer,
    WebhookRequest,
)
from providers.streams.dialect import Dialect, Other, Started, StreamEvent
from providers.streams.host import StreamHost

ALL = frozenset(Capability)
OURS = "+4930123456"
MULAW = StreamFormat(Coding.MULAW, 8_000)


class FakeSettings(AccountSettings):
    secrets_go_with: ClassVar[tuple[str, ...]] = ()
    token: SecretStr = SecretStr("fake")
    account_id: str = ""

    @property
    def named_by_streams(self) -> str:
        return self.account_id


class FakeDialect:
    """Implements Dialect: nothing is ever written by it here."""

    format = MULAW
    piece_ms = 20
    marks = True

    def read(self, message: str | bytes) -> StreamEvent:
        return Other()

    def audio(self, octets: bytes) -> str | bytes:
        return octets

    def mark(self, name: str) -> str | bytes | None:
        return name

    def clear(self) -> str | bytes | None:
        return "clear"

    def digit(self, digit: str, duration_ms: int) -> str | bytes | None:
        return None

    def stop(self) -> str | bytes | None:
        return None


class FakeStream:
    """A media stream's socket, as the leg sees it."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self.digits = ""
        self.clears = 0
        self.can_clear = True
        self.ended: Termination | None = None

    def audio(self, octets: bytes) -> None:
        self.heard.append(octets)

    def cleared(self, heard_ms: int) -> None:
        self.clears += 1

    def digit(self, digit: str, duration_ms: int) -> None:
        self.digits += digit

    def over(self, why: Termination) -> None:
        self.ended = why

    def quieten(self, gain: float) -> bool:
        return False

    def rested(self) -> None: ...

    def figures(self) -> dict[str, int]:
        return {}


@dataclass
class FakeProvider:
    """Implements providers.provider.Provider."""

    account: Account
    surroundings: Surroundings
    capabilities: frozenset[Capability] = ALL
    orders: list[CallOrder] = field(default_factory=list)
    hung_up: list[str] = field(default_factory=list)
    transferred: list[tuple[str, str, str]] = field(default_factory=list)
    transfer_turns: list[str] = field(default_factory=list)
    """Of those."""
    recording: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    """Calls that `call` was asked for."""
    deleted: list[str] = field(default_factory=list)
    live: dict[str, CallReport] = field(default_factory=dict)
    """What `live_calls` lists."""
    done: dict[str, CallReport] = field(default_factory=dict)
    """What `call` says beside."""
    recordings: dict[str, Sequence[bytes]] = field(default_factory=dict)
    fails: dict[str, TelephonyError] = field(default_factory=dict)
    """By method: raised by it from now on."""
    holds: dict[str, asyncio.Event] = field(default_factory=dict)
    """By method: it answers once that is set."""
    pressed: list[tuple[str, str]] = field(default_factory=list)
    tells_of_transfers: bool = False
    closed: bool = False

    async def _asked(self, method: str) -> None:
        if (hold := self.holds.get(method)) is not None:
            await hold.wait()
        if (error := self.fails.get(method)) is not None:
            raise error

    async def check(self) -> list[Finding]:
        return []

    async def place(self, order: CallOrder) -> str:
        self.orders.append(order)
        ref = f"out-{len(self.orders)}"
        await self._asked("place")
        self.live[ref] = CallReport(
            ref, CallState.RINGING, direction=Direction.OUTBOUND, caller=order.caller, to=order.to
        )
        return ref

    async def hang_up(self, ref: str, why: Termination | None = None) -> None:
        self.hung_up.append(ref)
        await self._asked("hang_up")
        self.live.pop(ref, None)

    async def transfer(self, ref: str, to: str, caller: str, session: UUID, turn: str = "") -> bool:
        self.transferred.append((ref, to, caller))
        self.transfer_turns.append(turn)
        await self._asked("transfer")
        return self.tells_of_transfers

    async def send_digits(self, ref: str, digits: str) -> None:
        self.pressed.append((ref, digits))
        await self._asked("send_digits")

    async def start_recording(self, ref: str, doors: Doors) -> str:
        self.recording.append(ref)
        return f"rec-{ref}"

    async def fetch_recording(self, ref: str) -> AsyncIterator[bytes]:
        await self._asked("fetch_recording")
        for piece in self.recordings[ref]:
            yield piece

    async def delete_recording(self, ref: str) -> None:
        await self._asked("delete_recording")
        self.deleted.append(ref)

    async def numbers(self) -> list[ProviderNumber]:
        await self._asked("numbers")
        return [ProviderNumber(OURS, "PN1"), ProviderNumber("+4930999999", "PN2")]

    async def configure_number(self, number: str, *, voice: str, status: str, messages: str) -> None: ...

    async def call(self, ref: str) -> CallReport | None:
        self.asked.append(ref)
        await self._asked("call")
        return self.live.get(ref) or self.done.get(ref)

    async def live_calls(self) -> list[CallReport]:
        await self._asked("live_calls")
        return list(self.live.values())

    async def send_message(self, to: str, sender: str, text: str, status: str) -> str:
        return "SM1"

    async def webhook(self, request: WebhookRequest) -> WebhookAnswer:
        return WebhookAnswer()

    async def close(self) -> None:
        self.closed = True


def dialect(account: Account) -> Dialect:
    return FakeDialect()


def kind(name: str = "fake", capabilities: frozenset[Capability] = ALL) -> Kind:
    return Kind(
        name, name.title(), FakeSettings, capabilities,
        lambda account, surroundings: FakeProvider(account, surroundings, capabilities), dialect,
    )  # fmt: skip


def board(
    accounts: Iterable[tuple[str, dict[str, object]]],
    surroundings: Callable[[Account], Surroundings],
    kinds: Iterable[Kind] = (),
    public_url: str = "https://voice.test",
) -> ProviderBoard:
    """A board with these accounts of the kind "fake" (or as "kind" among their settings says), whose
    providers are there once the loop has run. They may call +49 and +1 and are shown as OURS, unless they say
    otherwise."""
    known = {each.name: each for each in (kind(), *kinds)}
    rows = AccountRows(
        Kinds({name: lambda made=made: made for name, made in known.items()}),  # type: ignore[misc]
        Sealer(b"k" * 32),
        public_url,
    )
    made = {}
    for name, settings in accounts:
        of_kind = str(settings.pop("kind", "fake"))
        given = {"caller": OURS, "prefixes": ["+49", "+1"], **settings}
        made[name] = rows.made(name, of_kind, given)
    found = ProviderBoard(rows)
    found.take(ReadAccounts(accounts=made))
    found.made_with(surroundings)
    return found


def token_of(decision: Decision | Doors) -> str:
    """The stream's token that a provider was given."""
    doors = decision.doors if isinstance(decision, Connect) else decision
    assert isinstance(doors, Doors)
    return parse_qs(urlsplit(doors.media).query)["token"][0]


def opens(host: StreamHost, kind: str, session: UUID, token: str, ref: str, account: str = "") -> FakeStream:
    """The provider opens a media stream. Raises StreamRefused."""
    stream = FakeStream()
    host.admit(kind, session, token, Started("MZ1", ref, account), stream, "203.0.113.7:443")
    return stream


def incoming(ref: str = "in-1", caller: str = "+491711234567", to: str = OURS) -> IncomingCall:
    return IncomingCall(ref, caller, to, caller_name="Ann", attested="A", about={"city": "Berlin"})
