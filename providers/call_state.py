"""How a call stands at its provider, and how reports move it: forward only, however they arrive.

Reports come late, twice and out of order; the end is the end, and nothing else goes back.
"""

from __future__ import annotations

import enum


class CallState(enum.StrEnum):
    """As Twilio names them; other providers' words are mapped to these."""

    QUEUED = "queued"
    INITIATED = "initiated"
    RINGING = "ringing"
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    FAILED = "failed"
    CANCELED = "canceled"

    @property
    def over(self) -> bool:
        return self in _ENDS


_ENDS = frozenset(
    (CallState.COMPLETED, CallState.BUSY, CallState.NO_ANSWER, CallState.FAILED, CallState.CANCELED)
)
_BEFORE = (CallState.QUEUED, CallState.INITIATED, CallState.RINGING, CallState.IN_PROGRESS)


def after(state: CallState, told: CallState) -> CallState:
    """The state once a report was heard. An end that was told stays; what lies behind is left there."""
    if state.over:
        return state
    if told.over:
        return told
    return max(state, told, key=_BEFORE.index)
