"""Why calls end at Asterisk: its hang-up causes (ITU-T Q.850) and our words for them, both ways. Pure."""

from __future__ import annotations

from typing import Any

from mediaserver.media.leg import Termination, Why
from providers.call_state import CallState

STATES = {"Down": CallState.INITIATED, "Rsrvd": CallState.INITIATED, "Dialing": CallState.INITIATED,
          "OffHook": CallState.INITIATED, "Ring": CallState.RINGING, "Ringing": CallState.RINGING,
          "Up": CallState.IN_PROGRESS}  # fmt: skip
"""Of channels."""
_ENDS = {
    16: CallState.COMPLETED,
    17: CallState.BUSY,
    18: CallState.NO_ANSWER,
    19: CallState.NO_ANSWER,
    21: CallState.BUSY,
    26: CallState.CANCELED,
    127: CallState.COMPLETED,
    0: CallState.COMPLETED,
}
_CODES = {1: 404, 3: 404, 17: 486, 18: 408, 19: 480, 20: 480, 21: 603, 27: 502, 28: 484, 34: 503, 38: 503,
          41: 503, 42: 503, 58: 488, 88: 488}  # fmt: skip
"""SIP statuses (:rfc:`3398` 7.2.4.1)."""
_REASONS = {
    Why.BUSY: "busy",
    Why.REJECTED: "rejected",
    Why.NOT_FOUND: "unallocated",
    Why.NO_ANSWER: "no_answer",
    Why.FAILED: "failure",
    Why.SHUTDOWN: "congestion",
    Why.UNREACHABLE: "congestion",
}


def state_of(channel: Any) -> CallState | None:
    """Of a channel as ARI shows it."""
    return STATES.get(str(channel.get("state"))) if isinstance(channel, dict) else None


DIALLED = {
    "BUSY": 17,
    "NOANSWER": 19,
    "CANCEL": 26,
    "CONGESTION": 34,
    "CHANUNAVAIL": 3,
}
"""Causes for what `Dial` events say of a call that nobody answered: channels that stand for others (Local)
end with a cause that says nothing."""


def end_of(cause: Any, *, was_up: bool) -> tuple[CallState, int | None]:
    """The state of a call that ended with this cause, and the SIP status."""
    number = cause if isinstance(cause, int) else 0
    if was_up:
        return CallState.COMPLETED, None
    state = _ENDS.get(number, CallState.FAILED)
    if state is CallState.COMPLETED:
        state = CallState.NO_ANSWER
    return state, _CODES.get(number)


def reason_of(why: Termination | None) -> str:
    """What a channel is hung up with."""
    return "normal" if why is None else _REASONS.get(why.why, "normal")
