"""What Vonage is told to do with a call: Call Control Objects (developer.vonage.com, "NCCO reference"), and
what its events say. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from mediaserver.media.leg import Direction
from mediaserver.media.stream_format import StreamFormat
from mediaserver.printable import printable
from providers.amounts import amount, seconds
from providers.call_state import CallState
from providers.provider import AnsweredBy, CallReport, Connect, Decision, Divert, IncomingCall
from providers.streams.vonage import CALL
from providers.telephone_numbers import plus, who_calls

STATES = {
    "started": CallState.INITIATED,
    "ringing": CallState.RINGING,
    "answered": CallState.IN_PROGRESS,
    "completed": CallState.COMPLETED,
    "busy": CallState.BUSY,
    "timeout": CallState.NO_ANSWER,
    "unanswered": CallState.NO_ANSWER,
    "rejected": CallState.FAILED,
    "failed": CallState.FAILED,
    "cancelled": CallState.CANCELED,
}
_ENDS_BY_CODE = {"rejected": 603, "busy": 486}


def ncco_of(decision: Decision, audio: StreamFormat, ref: str = "") -> list[dict[str, Any]]:
    match decision:
        case Connect():
            return connect(decision.doors.media, audio, ref)
        case Divert() if decision.to:
            return phone(decision.to, decision.caller)
        case Divert() if decision.text:
            return [{"action": "talk", "text": decision.text}]
        case _:
            # There is no action that refuses; a call without anything to do is ended.
            return []


def connect(url: str, audio: StreamFormat, ref: str = "") -> list[dict[str, Any]]:
    """A media stream. `ref`: comes back when it opens."""
    endpoint = {
        "type": "websocket",
        "uri": url,
        "content-type": f"audio/l16;rate={audio.rate}",
        "headers": {CALL: ref} if ref else {},
    }
    return [{"action": "connect", "endpoint": [endpoint]}]


def phone(to: str, caller: str) -> list[dict[str, Any]]:
    shown = {"from": caller.lstrip("+")} if caller else {}
    return [{"action": "connect", **shown, "endpoint": [{"type": "phone", "number": to.lstrip("+")}]}]


def text_of(told: Mapping[str, Any], name: str) -> str:
    value = told.get(name)
    return printable(value)[:300] if isinstance(value, str) else ""


def incoming_call(ref: str, told: Mapping[str, Any]) -> IncomingCall:
    about = {"conversation_uuid": text_of(told, "conversation_uuid")}
    who = plus(who_calls(text_of(told, "from")))
    return IncomingCall(ref, who, plus(text_of(told, "to")), about=about)


def flat(call: Mapping[str, Any]) -> dict[str, Any]:
    """A call's record as an event has it: its ends are objects there."""
    ends = {name: call[name] for name in ("from", "to") if isinstance(call.get(name), dict)}
    return {**call, **{name: end.get("number") or end.get("uri") for name, end in ends.items()}}


def call_report(told: Mapping[str, Any], session: UUID | None, key: str) -> CallReport | None:
    """Of an event, or of a call's record. None: it is of the stream's own leg, or of none."""
    ref = text_of(told, "uuid")
    if not ref or text_of(told, "to").startswith(("ws:", "wss:")):
        return None
    status = text_of(told, "status")
    cost = amount(told.get("price"))
    return CallReport(
        ref,
        STATES.get(status),
        session=session,
        direction=Direction.INBOUND if told.get("direction") == "inbound" else Direction.OUTBOUND,
        caller=plus(text_of(told, "from")),
        to=plus(text_of(told, "to")),
        duration_s=seconds(told.get("duration")),
        cost=cost,
        currency="EUR" if cost is not None else "",
        answered_by=_answered_by(status, text_of(told, "sub_state")),
        code=_ENDS_BY_CODE.get(status),
        detail=text_of(told, "detail") or text_of(told, "reason"),
        key=key,
    )


def _answered_by(status: str, sub_state: str) -> AnsweredBy | None:
    if status == "human":
        return AnsweredBy.HUMAN
    if status == "machine":
        # "beep_timeout": no beep came, and none is waited for any longer.
        return AnsweredBy.MACHINE_END if sub_state in ("beep_start", "beep_timeout") else AnsweredBy.MACHINE
    return None
