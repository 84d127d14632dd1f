"""What Plivo's callbacks say (plivo.com/docs/voice, "Callbacks"), as the rest of us say it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from mediaserver.media.leg import Direction
from providers.amounts import amount, seconds
from providers.call_state import CallState
from providers.provider import AnsweredBy, CallReport, IncomingCall
from providers.telephone_numbers import plus, who_calls

STATES = {
    "queued": CallState.QUEUED,
    "ringing": CallState.RINGING,
    "in-progress": CallState.IN_PROGRESS,
    "completed": CallState.COMPLETED,
    "busy": CallState.BUSY,
    "timeout": CallState.NO_ANSWER,
    "no-answer": CallState.NO_ANSWER,
    "cancel": CallState.CANCELED,
    "failed": CallState.FAILED,
}


def is_over(told: Mapping[str, str]) -> bool:
    """Whether this tells of a call's end: also at the address where calls are asked about, where the
    application has no other."""
    state = STATES.get(told.get("CallStatus", ""))
    return told.get("Event") == "Hangup" or (state is not None and state.over)


def incoming_call(ref: str, told: Mapping[str, str]) -> IncomingCall:
    return IncomingCall(
        ref,
        plus(who_calls(told.get("From", ""))),
        plus(told.get("To", "")),
        forwarded_from=plus(told.get("ForwardedFrom", "")),
        caller_name=told.get("CallerName", ""),
    )


def call_report(ref: str, told: Mapping[str, str], session: UUID | None) -> CallReport:
    machine = told.get("Machine")
    cost = amount(told.get("TotalCost"))
    inbound = told.get("Direction") == "inbound"
    return CallReport(
        ref,
        STATES.get(told.get("CallStatus", "")) if machine is None else None,
        session=session,
        direction=Direction.INBOUND if inbound else Direction.OUTBOUND,
        caller=plus(told.get("From", "")),
        to=plus(told.get("To", "")),
        duration_s=seconds(told.get("Duration")),
        cost=cost,
        currency="USD" if cost is not None else "",
        answered_by={"true": AnsweredBy.MACHINE, "false": AnsweredBy.HUMAN}.get(machine or ""),
        detail=told.get("HangupCauseName", ""),
    )
