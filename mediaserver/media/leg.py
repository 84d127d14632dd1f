"""The seam between what carries audio (SIP, WebRTC, Twilio, tests) and what uses it (agent, echo, bridge).

Everything on this page runs on the event loop's thread; `read`, `write`, `on_frame` and `next_frame` are
plain calls made by the media clock every 20 ms and must neither wait nor touch a socket, file or database.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, Protocol, TypeAlias, runtime_checkable

import numpy as np
import numpy.typing as npt

from mediaserver.media.answered_by import AnsweredBy

Frame: TypeAlias = npt.NDArray[np.int16]
"""Mono audio, shape (320,), int16, 16 kHz. Never changed after it was handed over."""


class Direction(enum.StrEnum):
    """Of a leg and of a call, as the server sees it."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class EndedBy(enum.StrEnum):
    """Who ended a call. A leg says PEER, NETWORK or what `hangup` was given; `Termination.on_call` makes of
    PEER who that was in the call."""

    PEER = "peer"
    CALLER = "caller"
    CALLEE = "callee"
    AGENT = "agent"
    SERVER = "server"
    NETWORK = "network"


class Why(enum.StrEnum):
    """Why a call ended, in words that a user understands."""

    HANGUP = "hung up"
    COMPLETED = "completed"
    CANCELLED = "cancelled before answer"
    REJECTED = "rejected"
    BUSY = "busy"
    NO_ANSWER = "no answer"
    NOT_FOUND = "no such address"
    MEDIA_TIMEOUT = "no audio arrived"
    NO_AUDIO_WANTED = "no audio wanted for too long"
    TIME_LIMIT = "time limit reached"
    LOST = "connection lost"
    SHUTDOWN = "the server was stopped"
    INTERRUPTED = "interrupted"
    UNREACHABLE = "unreachable"
    UNACCEPTABLE = "no common codec"
    INSECURE = "no encryption agreed on"
    FAILED = "failed"
    FAX = "a fax or modem"
    BAD_LINE = "the line was of no use"


@dataclass(frozen=True, slots=True)
class Termination:
    """How a call ended."""

    by: EndedBy
    why: Why
    code: int | None = None
    """SIP status code or provider code, when one exists."""
    detail: str = ""
    """One more line for people, e.g. the peer's Reason header."""

    def on_call(self, direction: Direction) -> Termination:
        """The ending as the call has it, by the direction of the leg that ended: its peer called us, or was
        called."""
        if self.by is not EndedBy.PEER:
            return self
        return replace(self, by=EndedBy.CALLER if direction is Direction.INBOUND else EndedBy.CALLEE)

    def __str__(self) -> str:
        tail = f" ({self.code})" if self.code is not None else ""
        return f"{self.why} by {self.by}{tail}"


@dataclass(frozen=True, slots=True)
class Voice:
    """The voice detector looked at one more chunk of this leg."""

    t: int
    """Position just after the chunk, in 16 kHz samples since the leg's first frame."""
    probability: float
    """That the chunk is speech, 0..1."""


@dataclass(frozen=True, slots=True)
class Digit:
    """One DTMF digit was pressed; delivered once per key press."""

    digit: str
    """One of 0-9 * # A-D."""
    t: int
    """Position in 16 kHz samples since the leg's first frame."""
    duration_ms: int = 0


@dataclass(frozen=True, slots=True)
class Hold:
    """The far end put us on hold (`held`) or took us off."""

    held: bool


@dataclass(frozen=True, slots=True)
class Ended:
    """The leg is over; the last event of a leg, delivered exactly once."""

    termination: Termination


class MayReach(Protocol):
    """Whom somebody may reach; see mediaserver.calls.may_dial."""

    def may_ask_for(self, dialled: str) -> bool: ...
    def may_reach(self, to: Any) -> bool: ...
    def may_go_out(self) -> bool: ...


class TransferAnswer(Protocol):
    """How whoever asks for a transfer is answered, and told what becomes of it. Each may be called at any
    time; nobody is told anything once its leg is over."""

    def accept(self) -> None:
        """It is being done; `happened` follows. A second time says nothing."""

    def refuse(self, code: int, why: str) -> None:
        """It is not, with a SIP status and a line of words: for the log, and for whom we know. The call goes
        on."""

    def happened(self, code: int, why: str = "") -> None:
        """Whom it wanted got so far, as a SIP status: 180 rings, 200 is connected, from 300 on it failed:
        `why`, in words, for whom we know."""


@dataclass(frozen=True, slots=True)
class TransferAsked:
    """The far end wants whom it talks to connected to somebody else, in its place. To be accepted or refused
    before `on_event` returns."""

    address: str
    """Whom it wants: user@host; empty where `other` says it."""
    here: bool
    """That is an address of this server's, or a number."""
    ways: tuple[str, ...]
    """As what it can be called from here, the best first: a number or extension, or an address."""
    by: str
    """Who sends it, by its own word, to be handed on; may be empty."""
    reach: MayReach
    """Whom the far end may reach."""
    answer: TransferAnswer
    other: Leg | None = None
    """The far end talks to it in this other call with us: the two calls are to be joined."""
    replaces: str = ""
    """The far end talks to it in a call that is none of ours, which it names so."""
    payer: str = ""
    """Whose limits on calls out count ("extension:101"); empty: those of whoever began the call."""


@dataclass(frozen=True, slots=True)
class WhoAnswered:
    """It was found out who has picked up, or what; may come more than once, the last counts: a machine whose
    greeting ends, or that was a person after all."""

    by: AnsweredBy


LegEvent: TypeAlias = Voice | Digit | Hold | TransferAsked | WhoAnswered | Ended


@dataclass(frozen=True, slots=True)
class LegStats:
    """A leg's figures so far. Times in milliseconds."""

    packets: int = 0
    """Received."""
    lost: int = 0
    loss_pct: float = 0.0
    jitter_ms: float = 0.0
    """Interarrival jitter (:rfc:`3550` 6.4.1)."""
    rtt_ms: float | None = None
    mos: float | None = None
    """Estimated listening quality, 1 to 4.5; None when nothing was heard to judge it by."""
    lateness_ms: float = 0.0
    """The longest that something of ours was sent after it was due."""
    detail: dict[str, Any] = field(default_factory=dict)
    """What this kind of leg knows beyond that; JSON-ready."""

    def as_dict(self) -> dict[str, Any]:
        """Flat and JSON-ready; the fields of every leg win over details of the same name."""
        return self.detail | {
            "packets": self.packets,
            "lost": self.lost,
            "loss_pct": self.loss_pct,
            "jitter_ms": self.jitter_ms,
            "rtt_ms": self.rtt_ms,
            "mos": self.mos,
            "lateness_ms": self.lateness_ms,
        }


class Wire(Protocol):
    """What carries many legs at once: RtpWire, NarrowWire, or a native module in their place.

    It knows legs by the numbers of their lanes. A list of numbers that was given once must not be changed,
    and no number may be in it twice. A lane that was closed is silent; its number is not given out again.
    """

    def receive(self, now_ns: int) -> None:
        """Take in all that has arrived."""

    def read(self, lanes: Sequence[int], now_ns: int) -> npt.NDArray[np.int16]:
        """The next frame of each lane, [N, 320]; gaps concealed."""

    def write(self, lanes: Sequence[int], frames: Sequence[Frame | None], now_ns: int) -> None:
        """Send a frame (None: silence) on each lane."""

    def early_ns(self, lane: int) -> int | None:
        """How much earlier the lane's tick could come and still find its packets; None when not known."""

    def moved(self, lane: int, now_ns: int) -> None:
        """The lane's ticks come at another time from now on."""


class Lane(NamedTuple):
    """Where a leg is on a wire that carries many."""

    wire: Wire
    number: int


class AudioSide(Protocol):
    """What the media clock needs of a leg."""

    @property
    def lane(self) -> Lane | None:
        """Where this leg is read and written in batches with others; None: it is, one by one."""

    def read(self) -> Frame | None:
        """The next incoming frame; None is a gap. Called by the clock only."""

    def write(self, frame: Frame) -> None:
        """Send one frame. Called by the clock only."""


class Leg(AudioSide, Protocol):
    """One party's connection to us."""

    on_event: Callable[[LegEvent], None] | None
    """Set once; what happened before is delivered then."""

    @property
    def kind(self) -> str:
        """What carries it: "sip", "websocket"."""

    @property
    def direction(self) -> Direction:
        """INBOUND: the peer called us."""

    @property
    def ref(self) -> str:
        """What the other side's logs call it: the SIP Call-ID, a provider's stream id."""

    @property
    def remote(self) -> str:
        """Where the other side's signalling is, host:port."""

    @property
    def codec(self) -> str:
        """What the audio is coded in; empty until known."""

    @property
    def termination(self) -> Termination | None:
        """How the leg ended; None while it has not."""

    def clear(self) -> int:
        """Drop what was written and not yet sent. Returns the number of 16 kHz samples already sent."""

    def written(self) -> int:
        """How many 16 kHz samples were written so far."""

    def played(self) -> int:
        """How many 16 kHz samples since the first write the peer has heard, as far as is known."""

    def send_digit(self, digit: str, duration_ms: int = 100) -> None:
        """Press a key (one of 0-9 * # A-D) for the far end to hear. Raises ValueError for what is no key."""

    def stats(self) -> LegStats:
        """The figures of now, or of the end. Disturbs nothing."""

    async def ring(self) -> None:
        """Tell the caller that it rings."""

    async def progress(self) -> bool:
        """Let the caller hear us before the answer. False: it cannot; let it ring. Raises CallError when the
        call is over."""

    async def answer(self) -> None:
        """Accept an incoming call."""

    async def hangup(self, why: Termination) -> None:
        """End the leg, or refuse it when it was not answered. Idempotent."""


@runtime_checkable
class TakesBack(Protocol):
    """A leg whose far end keeps a queue of what we say, and can be told to drop it."""

    def take_back(self) -> int | None:
        """Have the far end fall silent now, in the middle of what is said: what it holds is dropped, and may
        be written again. Returns the 16 kHz samples since the first write that it has heard; None: nothing
        was dropped."""


@runtime_checkable
class Quietens(Protocol):
    """A leg whose far end keeps a queue of what we say, and can be had to say the rest of that quieter."""

    def quieten(self, gain: float) -> bool:
        """What the far end holds goes on at this gain, 0 to 1, from where it is; nothing of it is lost or
        comes twice, and what is written and played counts on. True: what is written next follows on something
        that is so quiet already. False: nothing was held, or it stays as loud as it is."""


@runtime_checkable
class Referable(Protocol):
    """A leg whose far end can be asked to call somebody else in our place."""

    async def refer(self, to: str, timeout_s: float) -> None:
        """Have the far end call a number, an extension or an address itself. Returns when it says that
        somebody has answered there; the leg is up still, unless the far end has hung up. Raises CallError: it
        does not do that, refuses, reached nobody, or says nothing in time."""


class App(Protocol):
    """What a call is connected to."""

    def on_frame(self, frame: Frame) -> None:
        """One frame was heard (gaps are concealed before this call)."""

    def next_frame(self, t: int) -> Frame | None:
        """The next frame to send, or None for silence. `t`: position of its first sample since the start."""

    def on_event(self, event: LegEvent) -> None:
        """Something else happened on the leg."""
