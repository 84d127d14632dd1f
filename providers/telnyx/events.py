"""What Telnyx's webhooks say, as the rest of us say it. Pure; by the schemas of its OpenAPI document
(`CallInitiatedEvent`, `CallHangupEvent`, `CallCostEvent`, …), of which every field may be absent.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mediaserver.media.leg import Direction
from mediaserver.printable import printable
from providers.accounts import doors
from providers.amounts import amount
from providers.call_state import CallState
from providers.provider import (
    NOT_VALID,
    AnsweredBy,
    CallReport,
    IncomingCall,
    MessageReport,
    RecordingReport,
    TextMessage,
)
from providers.telephone_numbers import called, who_calls
from providers.telnyx.client_state import ClientState

SAID = 300
"""Characters of what it says in words."""


@dataclass(frozen=True, slots=True)
class Event:
    """One webhook."""

    id: str
    type: str
    """call.initiated, message.received, …"""
    at: datetime | None
    payload: Mapping[str, Any] = field(repr=False)

    @classmethod
    def parse(cls, body: bytes) -> Event:
        """Raises ValueError for what is no event."""
        try:
            told = json.loads(body)
        except (ValueError, RecursionError):
            raise ValueError("it is no JSON") from None
        data = told.get("data") if isinstance(told, dict) else None
        if not isinstance(data, dict):
            raise ValueError("it has no data: set the application's webhook API version to 2")
        id_, type_, payload = data.get("id"), data.get("event_type"), data.get("payload")
        if not isinstance(id_, str) or not 0 < len(id_) <= 100 or not isinstance(type_, str):
            raise ValueError("it has no id, or no event_type")
        if not isinstance(payload, dict):
            raise ValueError("it has no payload")
        return cls(id_, type_, _time(data.get("occurred_at")), payload)

    def text(self, name: str) -> str:
        """A field of the payload; empty where it is absent or no text."""
        value = self.payload.get(name)
        return printable(value)[:SAID] if isinstance(value, str) else ""

    @property
    def ref(self) -> str:
        """The call's `call_control_id`."""
        return self.text("call_control_id")

    @property
    def state(self) -> ClientState:
        return ClientState.parse(self.payload.get("client_state"))

    @property
    def is_incoming(self) -> bool:
        """Somebody calls, and Telnyx waits for what we say."""
        # "bridging": it goes on to somebody else by itself.
        waits = self.payload.get("state") != "bridging"
        return self.type == "call.initiated" and self.payload.get("direction") == "incoming" and waits


def incoming_call(event: Event) -> IncomingCall:
    """Of a `call.initiated` that is incoming."""
    about = {
        name: told
        for name in ("call_session_id", "call_leg_id", "call_screening_result", "offered_codecs")
        if (told := event.text(name))
    }
    attested = event.text("shaken_stir_attestation").upper()
    attested = attested if attested in ("A", "B", "C") else ""
    if attested and event.payload.get("shaken_stir_validated") is False:
        attested = NOT_VALID
    return IncomingCall(
        event.ref,
        who_calls(event.text("from")),
        called(event.text("to")),
        forwarded_from=_diversion(event.payload.get("sip_headers")),
        caller_name=event.text("caller_id_name"),
        about=about,
        attested=attested,
    )


def call_report(event: Event) -> CallReport | None:
    """None: it tells nothing of a call's state, its answer, its cost or its stream."""
    if not event.ref or (read := _READ.get(event.type)) is None:
        return None
    report = read(event)
    return CallReport(
        event.ref,
        session=event.state.session,
        direction=_DIRECTIONS.get(event.text("direction")),
        caller=event.text("from"),
        to=event.text("to"),
        at=event.at,
        key=event.id,
        **report,
    )


def _hangup(event: Event) -> dict[str, Any]:
    cause, sip = event.text("hangup_cause"), event.text("sip_hangup_cause")
    code = int(sip) if sip.isdecimal() and len(sip) == 3 else None
    state = _CAUSES.get(cause)
    if state is None:
        state = CallState.FAILED if code is not None and code >= 400 else CallState.COMPLETED
    by = event.text("hangup_source")
    detail = f"Telnyx: {cause or 'no cause'}{f', by the {by}' if by in ('caller', 'callee') else ''}"
    return {"state": state, "code": code if code != 200 else None, "detail": detail}


def _cost(event: Event) -> dict[str, Any]:
    parts = event.payload.get("cost_parts")
    first = parts[0] if isinstance(parts, list) and parts and isinstance(parts[0], dict) else {}
    currency = first.get("currency")
    seconds = event.payload.get("billed_duration_secs")
    return {
        "cost": amount(event.payload.get("total_cost")) if event.text("status") != "error" else None,
        "currency": currency[:3].upper() if isinstance(currency, str) else "USD",
        "duration_s": seconds if isinstance(seconds, int) and 0 <= seconds < 1 << 31 else None,
    }


def _answered_by(event: Event) -> dict[str, Any]:
    return {"answered_by": _ANSWERED.get(event.text("result"), AnsweredBy.UNKNOWN)}


_DIRECTIONS = {"incoming": Direction.INBOUND, "outgoing": Direction.OUTBOUND}
_CAUSES = {
    "normal_clearing": CallState.COMPLETED,
    "time_limit": CallState.COMPLETED,
    "user_busy": CallState.BUSY,
    "timeout": CallState.NO_ANSWER,
    "no_answer": CallState.NO_ANSWER,
    "originator_cancel": CallState.CANCELED,
    "call_rejected": CallState.FAILED,
    "not_found": CallState.FAILED,
}
_ANSWERED = {
    "human": AnsweredBy.HUMAN,
    "human_residence": AnsweredBy.HUMAN,
    "human_business": AnsweredBy.HUMAN,
    "machine": AnsweredBy.MACHINE,
    "fax_detected": AnsweredBy.FAX,
}
_GREETED = {"answered_by": AnsweredBy.MACHINE_END}
"""With a beep or without one: nothing more of it comes, and whoever waits for its end is to speak."""
_READ: Mapping[str, Callable[[Event], dict[str, Any]]] = {
    "call.initiated": lambda event: {"state": CallState.INITIATED},
    "call.answered": lambda event: {"state": CallState.IN_PROGRESS},
    "call.hangup": _hangup,
    "call.cost": _cost,
    "call.machine.detection.ended": _answered_by,
    "call.machine.premium.detection.ended": _answered_by,
    "call.machine.greeting.ended": lambda event: _GREETED,
    "call.machine.premium.greeting.ended": lambda event: _GREETED,
    "streaming.failed": lambda event: {
        "detail": f"Telnyx could not open the media stream: {event.text('failure_reason') or 'no reason'}"
    },
}


def recording_report(event: Event) -> RecordingReport | None:
    """Its `ref` or `call_ref` may be empty: not every event names them."""
    ref = event.text("recording_id")
    if event.type == "call.recording.error":
        return RecordingReport(ref, event.ref, ready=False, detail=event.text("reason"))
    if event.type != "call.recording.saved":
        return None
    return RecordingReport(ref, event.ref, ready=True)


def text_message(event: Event) -> TextMessage:
    """Of a `message.received`."""
    media = event.payload.get("media")
    listed = media if isinstance(media, list) else []
    urls = [each.get("url") for each in listed[:10] if isinstance(each, dict)]
    text = event.payload.get("text")
    return TextMessage(
        event.text("id") or event.id,
        _number(event.payload.get("from")),
        _number(_first(event.payload.get("to"))),
        text if isinstance(text, str) else "",
        tuple(url for url in urls if isinstance(url, str)),
    )


def message_report(event: Event) -> MessageReport | None:
    """Of a `message.sent` or `message.finalized`."""
    to = _first(event.payload.get("to"))
    status = to.get("status") if isinstance(to, dict) else None
    state = _SENT.get(status) if isinstance(status, str) else None
    errors = event.payload.get("errors")
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    words = printable(f"{first.get('title', '')} {first.get('detail', '')} {first.get('code', '')}")[:SAID]
    ref = event.text("id")
    if not ref or not state:
        return None
    # Telnyx signs the body and not the address that it calls, and says in the body which one that is.
    told_at = event.payload.get("webhook_url")
    text = doors.text_of(told_at) if isinstance(told_at, str) else None
    return MessageReport(ref, state, " ".join(words.split()), text)


_SENT = {
    "queued": "queued",
    "sending": "queued",
    "sent": "sent",
    "delivery_unconfirmed": "sent",
    "delivered": "delivered",
    "read": "delivered",
    "delivery_failed": "undelivered",
    "expired": "undelivered",
    "sending_failed": "failed",
}


def _first(value: object) -> Any:
    return value[0] if isinstance(value, list) and value else value


def _number(value: object) -> str:
    number = value.get("phone_number") if isinstance(value, dict) else value
    return printable(number)[:60] if isinstance(number, str) else ""


def _diversion(headers: object) -> str:
    """Who the call was for before it was forwarded here (:rfc:`5806`)."""
    for each in headers if isinstance(headers, list) else []:
        if isinstance(each, dict) and str(each.get("name")).lower() == "diversion":
            return printable(str(each.get("value") or ""))[:100]
    return ""


def _time(value: object) -> datetime | None:
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
