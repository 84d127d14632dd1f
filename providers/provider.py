"""What a telephony provider's interface is to the rest of us: one protocol, whoever the provider is.

A `Provider` speaks to one account of one provider. It never touches a leg, a route or the database: what
comes in by its webhooks it hands to the `Desk` that it was made with, and what is asked of it it asks of its
API.
Its methods are awaited on the event loop and must not block it: an SDK that blocks runs in threads
(`providers.threads`). What is not among its `capabilities` raises `TelephonyError` before anything is sent.
"""

from __future__ import annotations

import enum
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol, runtime_checkable
from uuid import UUID

from mediaserver.diagnosis.finding import Finding
from mediaserver.media.answered_by import AnsweredBy as AnsweredBy
from mediaserver.media.leg import Direction, Termination
from mediaserver.media.stream_format import StreamFormat
from mediaserver.printable import printable
from providers.call_state import CallState


class Capability(enum.StrEnum):
    """What an account can be asked for. What is not declared is refused before anything is dialled."""

    PLACE = "place"
    """Calls out, with their audio on a media stream of ours."""
    RECEIVE = "receive"
    """Calls in, told by webhook, with their audio on a media stream."""
    TRANSFER = "transfer"
    """Hand a call that is up over to a number, by the provider itself; our media is out of it then."""
    SEND_DIGITS = "send_digits"
    """In a call, by its API; else they go by the stream, or as tones."""
    RECORD = "record"
    FETCH_RECORDING = "fetch_recording"
    NUMBERS = "numbers"
    CONFIGURE_NUMBER = "configure_number"
    DETECT_MACHINE = "detect_machine"
    """It says whether a person or a machine has answered."""
    LIST_CALLS = "list_calls"
    """By which calls are reconciled."""
    COST = "cost"
    SEND_MESSAGE = "send_message"
    RECEIVE_MESSAGE = "receive_message"
    CALLBACK = "callback"
    """It rings one number, then another, and connects them; no audio comes here (Zadarma)."""


@dataclass(frozen=True, slots=True)
class Doors:
    """Where a call's provider reaches us; absolute addresses, under the account's public address."""

    answer: str
    """Asked for what is to be done with the call (TwiML and its like)."""
    status: str
    """Told of states."""
    media: str
    """wss://…/{kind}/media/{session}?token=…: good for one stream, once."""
    recording: str = ""
    machine: str = ""
    """Told what answered."""


@dataclass(frozen=True, slots=True)
class CallOrder:
    """A call that is to be placed."""

    session: UUID
    to: str
    """E.164."""
    caller: str
    """E.164, one of the account's numbers."""
    timeout_s: float
    doors: Doors
    audio: StreamFormat
    """Both ways."""
    detect_machine: bool = False
    record: bool = False


LONGEST_WORD = 500
"""Characters of what a provider says of a call."""
MOST_COST = Decimal(1_000_000_000)
"""Of any currency."""
LONGEST_CALL_S = 366 * 86_400


@dataclass(frozen=True, slots=True)
class CallReport:
    """What a provider says of a call, by webhook or when asked."""

    ref: str
    """The provider's own id."""
    state: CallState | None = None
    """None: it says something else."""
    session: UUID | None = None
    """Ours, where the report names it."""
    direction: Direction | None = None
    caller: str = ""
    to: str = ""
    at: datetime | None = None
    """By the provider's clock, which may be wrong."""
    duration_s: int | None = None
    cost: Decimal | None = None
    currency: str = ""
    answered_by: AnsweredBy | None = None
    code: int | None = None
    """SIP status, where it names one."""
    detail: str = ""
    """In words, for people."""
    key: str = ""
    """Tells reports apart: one with a key that was seen changes nothing. Empty: made of its content."""

    def __post_init__(self) -> None:
        """What makes no sense counts as not told: it would be stored, and one row that the database does not
        take (an octet 0, a number beyond all types) keeps others from it."""
        for name in ("ref", "caller", "to", "currency", "detail"):
            object.__setattr__(self, name, printable(getattr(self, name))[:LONGEST_WORD])
        if self.code is not None and not 100 <= self.code <= 699:
            object.__setattr__(self, "code", None)
        if self.cost is not None and not (self.cost.is_finite() and 0 <= self.cost < MOST_COST):
            object.__setattr__(self, "cost", None)
        if self.duration_s is not None and not 0 <= self.duration_s <= LONGEST_CALL_S:
            object.__setattr__(self, "duration_s", None)

    @property
    def over(self) -> bool:
        """It says that the call has ended."""
        return self.state is not None and self.state.over


NOT_VALID = "failed"
"""Of `IncomingCall.attested`."""


@dataclass(frozen=True, slots=True)
class IncomingCall:
    """Somebody calls a number of the account."""

    ref: str
    caller: str
    """As the provider says; may be empty, "anonymous" or a SIP address."""
    to: str
    forwarded_from: str = ""
    caller_name: str = ""
    about: Mapping[str, Any] = field(default_factory=dict)
    """What else the provider says that an agent may want, small JSON."""
    attested: str = ""
    """STIR/SHAKEN: "A", "B", "C"; `NOT_VALID`: a signature speaks against the caller; empty: not told."""


@dataclass(frozen=True, slots=True)
class Connect:
    """Answer, and open a media stream to us."""

    session: UUID
    doors: Doors


@dataclass(frozen=True, slots=True)
class Refuse:
    """Do not take the call."""

    why: Termination


@dataclass(frozen=True, slots=True)
class Divert:
    """The call goes elsewhere within the provider: the server is full or down and the account has a number
    for that, or the call is transferred. `to` empty: say `text` and hang up."""

    to: str = ""
    text: str = ""
    caller: str = ""


Decision = Connect | Refuse | Divert


@dataclass(frozen=True, slots=True)
class TransferReport:
    """What became of a call that was to be handed over."""

    ref: str
    """Of that call."""
    taken: bool
    """Somebody has answered there; False: nobody has, and nobody will."""
    session: UUID | None = None
    """Ours, where the report names it."""
    code: int | None = None
    """SIP status, of one that nobody took."""
    detail: str = ""
    turn: str | None = None
    """The word in the address that it was told at; None: it comes by no request that could be kept."""


@dataclass(frozen=True, slots=True)
class RecordingReport:
    """A recording that the provider has made is there, or failed."""

    ref: str
    """Of the recording."""
    call_ref: str
    ready: bool
    detail: str = ""
    key: str = ""
    """By which `Desk.seen` knows the request that told it: forgotten where the recording could not be had."""


@dataclass(frozen=True, slots=True)
class TextMessage:
    """An SMS that has come in."""

    ref: str
    sender: str
    to: str
    text: str
    media: Sequence[str] = ()
    """Addresses of pictures; not fetched."""


@dataclass(frozen=True, slots=True)
class MessageReport:
    """What became of an SMS of ours."""

    ref: str
    state: str
    """queued, sent, delivered, undelivered, failed."""
    detail: str = ""
    text: UUID | None = None
    """Ours, where the report proves that it was named in the order: the order's answer, and `ref` with it,
    may have been lost."""


@dataclass(frozen=True, slots=True)
class ProviderNumber:
    """A number that the account has."""

    number: str
    """E.164."""
    ref: str
    """The provider's own id of it."""
    label: str = ""
    voice_to: str = ""
    """Where its calls are told to now; empty: nowhere."""
    messages_to: str = ""
    ours: bool = False
    """Its calls come here."""
    can: frozenset[str] = frozenset()
    """"voice", "sms"."""


@dataclass(frozen=True, slots=True)
class WebhookRequest:
    """A request of the provider's, as it came."""

    hook: str
    """Which of the provider's own: the last part of the path ("voice", "status", "events")."""
    method: str
    url: str
    """Absolute, as the provider has called it: under the account's public address, whatever proxy is between,
    with the query as it came."""
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    """At most 256 KB."""
    session: UUID | None = None
    """Named by the path, or by `session` in its query, where there is one."""


@dataclass(frozen=True, slots=True)
class WebhookAnswer:
    status: int = 200
    body: bytes = b""
    content_type: str = "text/plain"
    headers: Mapping[str, str] = field(default_factory=dict)


class Desk(Protocol):
    """What the server does with what a provider tells. Given to each provider when it is made. Nothing here
    raises for what a provider says: what makes no sense is logged once and left."""

    async def incoming(self, call: IncomingCall, within_s: float) -> Decision:
        """Somebody calls. Returns what is to be done as soon as that is known: at once when an agent answers;
        after `within_s` at the latest, with a media stream on which the caller hears that it rings. The same
        `ref` twice (a retried webhook) gets the same decision."""

    async def answering(self, session: UUID, turn: str | None) -> Decision:
        """An outbound call of ours was answered, or a call of ours asks what to do next: a stream, the end,
        or where it is transferred to. `turn`: the word in the address that was asked at
        (`doors.turn_of`); None: it comes by no request that could be kept and sent again."""

    def call_reported(self, report: CallReport) -> None: ...

    def transfer_reported(self, report: TransferReport) -> bool:
        """Whether the call is up here (again), so that it is to go on; False: we have no part in it."""

    def recording_reported(self, report: RecordingReport) -> None: ...

    async def message_received(self, message: TextMessage) -> None:
        """Stored before it returns, so that the provider may forget it; its answer goes out by
        `send_message`."""

    async def message_reported(self, report: MessageReport) -> None:
        """Stored before it returns, as far as its message is known."""

    def seen(self, key: str) -> bool:
        """Whether a signed request with this key came before (a replay), within the window in which its
        signature counts; from now on it has. See `told_once` where what follows may fail."""

    def unseen(self, key: str) -> None:
        """What it asked for was not done: the provider may tell it again."""


class Provider(Protocol):
    """One account. Methods raise TelephonyError: `kind` says whose fault, `retryable` whether another try can
    help, `after_s` when. 429 and 5xx were retried with back-off before, as far as nothing happens twice."""

    @property
    def capabilities(self) -> frozenset[Capability]:
        """Of this account, as it is configured."""

    async def check(self) -> list[Finding]:
        """Try the credentials, and what goes with them: the account's state, its numbers, whether our public
        address is one that the provider can reach."""

    async def place(self, order: CallOrder) -> str:
        """Have the provider call. Returns its id of the call once it has taken the order. Never retried once
        it may have been taken: nobody is called twice."""

    async def hang_up(self, ref: str, why: Termination | None = None) -> None:
        """End a call. One that is over already is no error."""

    async def transfer(self, ref: str, to: str, caller: str, session: UUID, turn: str = "") -> bool:
        """Hand the call's far end over to a number; its media stream to us ends with that. Whether
        `Desk.transfer_reported` is told what becomes of it; False: nobody says. `turn`: the word of this
        transfer, for addresses of ours that the provider is given for it."""

    async def send_digits(self, ref: str, digits: str) -> None:
        """Press keys, 0-9, *, # and A-D, 32 at a time."""

    async def start_recording(self, ref: str, doors: Doors) -> str:
        """Returns the recording's id."""

    def fetch_recording(self, ref: str) -> AsyncIterator[bytes]:
        """The recording's file (WAV or MP3), piece by piece."""

    async def delete_recording(self, ref: str) -> None: ...

    async def numbers(self) -> list[ProviderNumber]: ...

    async def configure_number(self, number: str, *, voice: str, status: str, messages: str) -> None:
        """Have calls and messages to this number told to these addresses of ours."""

    async def call(self, ref: str) -> CallReport | None:
        """As the provider has it now; None: it knows of none."""

    async def live_calls(self) -> list[CallReport]:
        """All calls of the account that are not over, for reconciliation."""

    async def send_message(self, to: str, sender: str, text: str, status: str) -> str:
        """Returns the message's id. `status`: where it is told what becomes of it."""

    async def webhook(self, request: WebhookRequest) -> WebhookAnswer:
        """Verify and handle one request of the provider's. What is not proven changes nothing and gets 403
        (a line in the log says what was wrong, now and then); what cannot be read gets 400."""

    async def close(self) -> None: ...


@runtime_checkable
class KeepsConnection(Protocol):
    """A provider that is told of calls by a connection of its own, not by webhooks."""

    def begin(self, trouble: Callable[[str], None], before: Sequence[Provider] = ()) -> None:
        """Connect, and again whenever it is lost, until `close`. Called once, on the event loop. `trouble`:
        told why there is none; "" once there is. `before`: the account as it was before its row was changed,
        while calls are up by it."""
