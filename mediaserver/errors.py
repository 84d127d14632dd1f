"""The one error tree. Each error says in one line what was wrong and how to mend it.

VoiceForgeError
├── ConfigError          the operator's: configuration missing, unreadable or wrong
├── StartupError         the machine's: a port in use, a database or engine that is down
│   ├── PortInUseError
│   ├── DatabaseError
│   └── SealError        a secret that is kept cannot be read with the key we have
├── NoServerError        a command asks the running server, and none answers it
├── EngineError          an engine failed; `retryable` says whether another try can help
│   ├── EngineMissingError
│   ├── EngineRequestError it cannot take this one, and would take others
│   ├── EngineWarmingError it loads its model, and works when that is done
│   ├── EngineBusyError  too much waits for it: another engine can take over at once
│   ├── EngineMemoryError its device has too little memory left
│   ├── EngineLostError  its worker ended while it worked
│   ├── ProviderError    a provider of speech refuses us, or is down; `kind` says why
│   └── ModelError       a language model's server; `about_request` says whether it is this request's fault
├── ToolError            a tool cannot do what a model asked of it; the model is told why
├── TelephonyError       a telephony provider's interface refuses us, or is down; `kind` says why
├── FetchError           what a user had us fetch from the web cannot be had; `kind` says why
├── PeerError            the other side's: what it sent cannot be read or used (messages, SDP, challenges)
│   ├── UnprovenError    a request is not shown to come from whom it says; the text is for the log
│   └── UnreadableAudioError  audio that was handed in is no audio, or more than is taken
├── CallError            a call could not be placed or ended badly; carries the SIP code when there is one
│   ├── NoSuchCallError  what is asked for is asked of a call that does not live
│   ├── CallFailedError  the provider says that the call failed: nobody was there to answer or not
│   ├── NotTakenError    no trunk or account took the call; another way out may
│   ├── DeclinedError    somebody answered and did not take the call that was to be handed over
│   └── UnreachableError nobody answered at all, or nothing could be sent there
└── CapacityError        we are full (ports, calls, workers)
    └── OutboundCapError a limit on calls out is used up (outbound.limits)
"""

from __future__ import annotations

from enum import Enum  # no StrEnum: environments of engines read this with Python 3.10
from uuid import UUID


class VoiceForgeError(Exception):
    """Base of all errors of this project; `str(error)` is one line fit for a terminal."""

    retryable = False


class ConfigError(VoiceForgeError):
    """The configuration is unreadable or has a wrong value."""


class StartupError(VoiceForgeError):
    """The server cannot start on this machine as it stands."""


class PortInUseError(StartupError):
    """A port we must listen on belongs to another process."""


class DatabaseError(StartupError):
    """The database cannot be reached or refused us."""

    retryable = True


class SealError(StartupError):
    """A secret in the database cannot be opened."""


class NoServerError(VoiceForgeError):
    """A command needs the running server, and none answers, or it refuses."""


class EngineError(VoiceForgeError):
    """An engine failed while working."""

    retryable = True
    about_request = False
    """The fault is this request's: it would take others."""
    warming = False
    """It is there and loads its model: all it needs is time."""
    after_s: float | None = None
    """It may be worth to ask again then, where anybody knows."""


class EngineMissingError(EngineError):
    """An engine is not installed or lacks what it needs (weights, key, GPU)."""

    retryable = False


class EngineRequestError(EngineError):
    """An engine cannot take this request, whoever works; nothing is wrong with the engine."""

    retryable = False
    about_request = True


class EngineWarmingError(EngineError):
    """An engine is being started, or loads its model."""

    warming = True

    def __init__(self, message: str, after_s: float | None = None) -> None:
        """`after_s`: about so long it takes still; None: nobody knows."""
        super().__init__(message)
        self.after_s = after_s


class EngineBusyError(EngineError):
    """An engine has no room, or its worker is being started again: nothing is broken, and others may have
    room."""


class EngineMemoryError(EngineError):
    """An engine's device had too little memory for this request."""


class EngineLostError(EngineError):
    """An engine's worker ended in the middle of this request; another one may take it."""


class ProviderFault(str, Enum):  # noqa: UP042 - Python 3.10 has no StrEnum
    """Why a provider of speech gave nothing."""

    __str__ = str.__str__

    KEY = "key"
    """It refuses the key."""
    QUOTA = "quota"
    """What was paid for is used up."""
    LIMIT = "limit"
    """Too much was asked of it at once."""
    DOWN = "down"
    """It cannot be reached, fails, or sends what cannot be read."""
    WARMING = "warming"
    """It is there and loads its model."""
    REFUSED = "refused"
    """It does not take this request; it may take others."""


class ProviderError(EngineError):
    """A provider of speech gave nothing, or not all."""

    def __init__(self, message: str, kind: ProviderFault, after_s: float | None = None) -> None:
        super().__init__(message)
        self.kind = kind
        self.after_s = after_s
        self.warming = kind is ProviderFault.WARMING
        self.retryable = kind not in (ProviderFault.KEY, ProviderFault.QUOTA)


class TelephonyError(VoiceForgeError):
    """The interface of a telephony provider (Twilio, Telnyx, …) refused what was asked of it, or is down."""

    def __init__(
        self,
        message: str,
        kind: ProviderFault,
        after_s: float | None = None,
        code: str = "",
        *,
        maybe: bool = False,
    ) -> None:
        """`after_s`: it says itself when to ask again. `code`: its own number of the fault. `maybe`: it may
        have done what it was asked for, and its answer was lost."""
        super().__init__(message)
        self.kind = kind
        self.after_s = after_s
        self.code = code
        self.maybe = maybe
        self.retryable = kind in (ProviderFault.LIMIT, ProviderFault.DOWN)


class ToolError(VoiceForgeError):
    """A tool cannot do what it was asked. Its text is told to the language model, and so perhaps to the
    caller: no secrets."""


class ModelError(EngineError):
    """A language model's server cannot be reached, refuses us, or does not answer as it should."""

    def __init__(
        self,
        message: str,
        *,
        retryable: bool = False,
        after_s: float | None = None,
        about_request: bool = False,
    ) -> None:
        """`about_request`: it would take other requests (this one is too long, or its content is filtered);
        another model may take this one."""
        super().__init__(message)
        self.retryable = retryable
        self.after_s = after_s
        self.about_request = about_request


class FetchFault(str, Enum):  # noqa: UP042 - Python 3.10 has no StrEnum
    """Why an address could not be fetched."""

    __str__ = str.__str__

    BAD_REQUEST = "bad request"
    """It is written wrongly: the address, a header, a secret that is not there or not for this host."""
    REFUSED_ADDRESS = "refused address"
    """We do not go there."""
    DNS = "dns"
    CONNECTION = "connection"
    TLS = "tls"
    TIMEOUT = "timeout"
    REDIRECT = "redirect"
    TOO_LARGE = "too large"
    BAD_ANSWER = "bad answer"
    """It is not HTTP, breaks off, or is not what it says that it is."""
    CIRCUIT_OPEN = "circuit open"
    """The host has failed time and again, and is not asked for a while."""
    BUSY = "busy"
    """We have too much to fetch."""


class FetchError(VoiceForgeError):
    """Something could not be fetched. The text is one line for whoever wrote the flow: no secrets."""

    def __init__(self, message: str, kind: FetchFault) -> None:
        super().__init__(message)
        self.kind = kind
        self.retryable = kind in _FETCH_AGAIN


_FETCH_AGAIN = {
    FetchFault.DNS,
    FetchFault.CONNECTION,
    FetchFault.TIMEOUT,
    FetchFault.CIRCUIT_OPEN,
    FetchFault.BUSY,
}


class PeerError(VoiceForgeError):
    """The other side sent what cannot be read or used."""


class UnprovenError(PeerError):
    """A request (a provider's webhook) is not shown to come from whom it says. The text says why, for the
    log."""


class UnreadableAudioError(PeerError):
    """Audio that was handed in cannot be read. `too_long`: it could be, were there less of it."""

    def __init__(self, message: str, *, too_long: bool = False) -> None:
        super().__init__(message)
        self.too_long = too_long


class CallError(VoiceForgeError):
    """A call failed. `code` is the SIP status code, or None when no answer came."""

    def __init__(self, message: str, code: int | None = None) -> None:
        super().__init__(message)
        self.code = code


class NoSuchCallError(CallError):
    """There is no such call, or it has ended."""

    def __init__(self, call_id: UUID) -> None:
        super().__init__(f"no call {call_id}", 404)


class CallFailedError(CallError):
    """A call was taken and failed on its way, by the provider's word: nobody knows whether it would have been
    answered."""


class NotTakenError(CallError):
    """No trunk, or no account at a provider, took the call: nobody was reached by it, and another way out may
    reach somebody."""


class DeclinedError(CallError):
    """Somebody answered and did not take the call. `verdict`: in what way."""

    def __init__(self, message: str, verdict: str) -> None:
        super().__init__(message, 603)
        self.verdict = verdict


class UnreachableError(CallError):
    """Nobody answered at all, or nothing could be sent there."""


class CapacityError(VoiceForgeError):
    """Every port, call slot or worker is taken; trying later can help."""

    retryable = True


class OutboundCapError(CapacityError):
    """A limit on calls, minutes or money is used up; nothing more is called out until it is free again."""
