"""How a provider's word for the end of a call is said here: as a leg's end, and as a call's error. Pure."""

from __future__ import annotations

from mediaserver.errors import CallError, CallFailedError, ProviderFault, TelephonyError
from mediaserver.media.leg import Direction, EndedBy, Termination, Why
from providers.call_state import CallState
from providers.calls.facts import CallFacts
from providers.calls.machine import CallMachine, Phase

CODES = {
    CallState.BUSY: 486,
    CallState.NO_ANSWER: 480,
    CallState.FAILED: 503,
    CallState.CANCELED: 487,
}
"""SIP's, where the provider names none."""

HANDED_OVER = Termination(EndedBy.SERVER, Why.COMPLETED, detail="the call was transferred")
NO_CALL = Termination(EndedBy.SERVER, Why.NOT_FOUND, 404, "there is no such call")
NOT_ASKED = Termination(EndedBy.SERVER, Why.NOT_FOUND, 404, "that was asked before")
NO_STREAM = "the provider opened no media stream: can it reach this server's public address?"
STREAM_LOST = "the provider's media stream broke off, and did not come again"


def ending_of(
    state: CallState, direction: Direction, *, was_up: bool, code: int | None = None, detail: str = ""
) -> Termination:
    """The leg's end, by the state in which the provider says that the call ended. `was_up`: somebody talked
    on it."""
    own = CODES.get(state)
    code = code if code is not None and code >= 300 else own
    match state:
        case CallState.BUSY:
            return Termination(EndedBy.PEER, Why.BUSY, code, detail)
        case CallState.NO_ANSWER:
            return Termination(EndedBy.PEER, Why.NO_ANSWER, code, detail)
        case CallState.FAILED:
            return Termination(EndedBy.NETWORK, Why.FAILED, code, detail)
        case CallState.CANCELED:
            by = EndedBy.PEER if direction is Direction.INBOUND else EndedBy.SERVER
            return Termination(by, Why.CANCELLED, code, detail)
        case _ if was_up:
            return Termination(EndedBy.PEER, Why.HANGUP, detail=detail)
        case _ if direction is Direction.INBOUND:
            return Termination(EndedBy.PEER, Why.CANCELLED, 487, detail)
        case _:
            return Termination(EndedBy.PEER, Why.NO_ANSWER, 480, detail or "it ended before it was answered")


def ending_of_call(
    machine: CallMachine, direction: Direction, facts: CallFacts, *, stopped: bool
) -> Termination:
    """The leg's end, by all that is known. `stopped`: the provider has ended its last stream."""
    if machine.phase is Phase.CLOSING and not machine.state.over:
        if not machine.was_up:
            return Termination(EndedBy.NETWORK, Why.UNREACHABLE, 408, NO_STREAM)
        if not stopped:
            return Termination(EndedBy.NETWORK, Why.LOST, 408, STREAM_LOST)
        return Termination(EndedBy.PEER, Why.HANGUP, detail=facts.detail)
    return ending_of(machine.state, direction, was_up=machine.was_up, code=facts.code, detail=facts.detail)


def error_of(ending: Termination, account: str) -> CallError:
    """What whoever placed a call is told when it ended before it was answered."""
    said = f": {ending.detail}" if ending.detail else ""
    kind = CallFailedError if ending.why is Why.FAILED else CallError
    return kind(f"{account}: {ending.why}{said}", ending.code)


def call_error(error: TelephonyError, account: str) -> CallError:
    """What a provider's refusal means for a call that was to be placed."""
    code = 403 if error.kind is ProviderFault.REFUSED else 503
    return CallError(f"{account}: {error}", code)
