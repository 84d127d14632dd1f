"""Twilio's words for how things stand, and ours. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from email.utils import parsedate_to_datetime

from mediaserver.media.leg import Direction
from providers.call_state import CallState
from providers.provider import NOT_VALID, AnsweredBy

_STATES = {state.value: state for state in CallState} | {
    "answered": CallState.IN_PROGRESS,
    "in_progress": CallState.IN_PROGRESS,
    "cancelled": CallState.CANCELED,
}
_ANSWERED_BY = {
    "human": AnsweredBy.HUMAN,
    "machine_start": AnsweredBy.MACHINE,
    "machine_end_beep": AnsweredBy.MACHINE_END,
    "machine_end_silence": AnsweredBy.MACHINE_END,
    "machine_end_other": AnsweredBy.MACHINE_END,
    "fax": AnsweredBy.FAX,
    "unknown": AnsweredBy.UNKNOWN,
}
_MESSAGE_STATES = {
    "accepted": "queued", "scheduled": "queued", "queued": "queued", "sending": "queued",
    "sent": "sent", "partially_delivered": "sent",
    "delivered": "delivered", "read": "delivered",
    "undelivered": "undelivered",
    "failed": "failed", "canceled": "failed",
}  # fmt: skip


def state_of(word: str) -> CallState | None:
    """None: a word that we do not know."""
    return _STATES.get(word.strip().lower())


def answered_by(word: str) -> AnsweredBy | None:
    """What answering-machine detection says; None: nothing."""
    return _ANSWERED_BY.get(word, AnsweredBy.UNKNOWN) if word else None


def message_state(word: str) -> str | None:
    """Of a message that we sent: queued, sent, delivered, undelivered, failed."""
    return _MESSAGE_STATES.get(word)


def direction_of(word: str) -> Direction | None:
    """`outbound-api`, `outbound-dial`, `inbound` …"""
    if word.startswith("outbound"):
        return Direction.OUTBOUND
    return Direction.INBOUND if word == "inbound" else None


def attestation(verdict: str) -> str:
    """`TN-Validation-Passed-A` and its like: "A", "B", "C"; `NOT_VALID`: the signature speaks against it;
    empty: not told."""
    if verdict.startswith("TN-Validation-Failed"):
        return NOT_VALID
    head, _, letter = verdict.rpartition("-")
    return letter if head == "TN-Validation-Passed" and letter in ("A", "B", "C") else ""


def moment(text: str) -> datetime | None:
    """:rfc:`2822`, as Twilio writes times; also ISO 8601."""
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            at = read(text)
        except ValueError:
            continue
        return at if at.tzinfo else at.replace(tzinfo=UTC)
    return None


def price(text: str | None) -> Decimal | None:
    """What a call costs: Twilio writes it below zero, and only some minutes after the end."""
    try:
        amount = Decimal(text) if text else None
    except InvalidOperation:
        return None
    return abs(amount) if amount is not None and amount.is_finite() else None


def whole(text: str | None) -> int | None:
    """A count of seconds or a code; None: not told, or no number."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None
