"""What Zadarma tells of calls, recordings and messages, read: fields to reports. Pure; who has sent them was
proven before (`signature`).

Source: zadarma.com/en/support/api, "Webhooks", and the classes `Webhook\\Notify*` of the official client.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import parse_qsl

from mediaserver.media.leg import Direction
from mediaserver.printable import printable
from providers.call_state import CallState
from providers.provider import CallReport, RecordingReport, TextMessage

MOST_FIELDS = 64
MOST_HEAD = 1_000
"""Octets of what stands before the content of a part."""
MOST_TEXT = 4000
"""Characters of an SMS; longer ones do not exist."""

STATES: Mapping[str, CallState] = {
    "NOTIFY_START": CallState.RINGING,
    "NOTIFY_INTERNAL": CallState.RINGING,
    "NOTIFY_ANSWER": CallState.IN_PROGRESS,
    "NOTIFY_OUT_START": CallState.INITIATED,
}
DISPOSITIONS: Mapping[str, CallState] = {
    "answered": CallState.COMPLETED,
    "busy": CallState.BUSY,
    "cancel": CallState.CANCELED,
    "no answer": CallState.NO_ANSWER,
}
"""All others (failed, no money, unallocated number, no limit, line limit …) are failures."""
_BOUNDARY = re.compile(r'boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))', re.IGNORECASE)
_NAME = re.compile(r'\bcontent-disposition:[^\r\n]*?;[ \t]*name="([^"\r\n]{1,100})"', re.IGNORECASE)
_CALLS_OUT = ("NOTIFY_OUT_START", "NOTIFY_OUT_END")
_ENDS = ("NOTIFY_END", "NOTIFY_OUT_END")


def fields_of(body: bytes, content_type: str) -> dict[str, str]:
    """Of a form, whichever way it is written: Zadarma sends both. Raises ValueError."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        return _parts(body, content_type)
    pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    return dict(pairs)


def _parts(body: bytes, content_type: str) -> dict[str, str]:
    """By hand: this is read before anybody has proven anything, and a parser of mail takes seconds for what a
    stranger may send. Raises ValueError."""
    said = _BOUNDARY.search(content_type)
    if said is None:
        raise ValueError("its parts cannot be told apart")
    mark = b"\r\n--" + (said[1] or said[2]).encode("ascii")
    pieces = (b"\r\n" + body).split(mark, MOST_FIELDS + 2)
    if len(pieces) > MOST_FIELDS + 2:
        raise ValueError("it has too many fields")
    if len(pieces) < 3 or not pieces[-1].startswith(b"--"):
        raise ValueError("it has no end")
    fields: dict[str, str] = {}
    for piece in pieces[1:-1]:
        head, found, content = piece.partition(b"\r\n\r\n")
        if not found or len(head) > MOST_HEAD:
            raise ValueError("a part of it cannot be read")
        if (named := _NAME.search(head.decode())) is not None:
            fields[named[1]] = content.decode()
    return fields


def call_report(fields: Mapping[str, str], utc_offset_h: float) -> CallReport | None:
    """None: it tells nothing of how a call stands."""
    event, ref = fields.get("event", ""), fields.get("pbx_call_id", "")
    over = event in _ENDS
    disposition = fields.get("disposition", "").strip().lower()
    state = DISPOSITIONS.get(disposition, CallState.FAILED) if over else STATES.get(event)
    if state is None or not ref or len(ref) > 100:
        return None
    called = fields.get("called_did") or fields.get("destination", "")
    return CallReport(
        ref,
        state,
        direction=_direction(event, ref),
        caller=number(fields.get("caller_id", "")),
        to=number(called),
        at=moment(fields.get("call_start", ""), utc_offset_h),
        duration_s=_count(fields.get("duration", "")),
        detail=_detail(fields, disposition),
        key=f"{event}:{ref}:{fields.get('internal', '')}",
    )


def _direction(event: str, ref: str) -> Direction | None:
    """NOTIFY_ANSWER comes for both: the ref says which ("in_…", "out_…")."""
    if event in _CALLS_OUT or ref.startswith("out_"):
        return Direction.OUTBOUND
    return Direction.INBOUND if event != "NOTIFY_ANSWER" or ref.startswith("in_") else None


def _detail(fields: Mapping[str, str], disposition: str) -> str:
    cause = _count(fields.get("status_code", ""))
    said = [disposition[:60], *([f"Q.931 cause {cause}"] if cause is not None else [])]
    if extension := fields.get("internal", ""):
        said.append(f"extension {extension[:20]}")
    return printable(", ".join(filter(None, said)))


def caller_name(pattern: str, fields: Mapping[str, str]) -> str:
    """What is shown as the caller's name. `pattern`: with {called} and {caller}."""
    name = pattern.replace("{called}", number(fields.get("called_did", "")))
    return printable(name.replace("{caller}", number(fields.get("caller_id", ""))))[:100]


def recording_report(fields: Mapping[str, str]) -> RecordingReport | None:
    """NOTIFY_RECORD. That a call's end says that it was recorded counts for nothing: the file is not there
    before some forty seconds have passed."""
    ref, call_ref = fields.get("call_id_with_rec", ""), fields.get("pbx_call_id", "")
    if not ref or not call_ref or len(ref) > 200 or len(call_ref) > 100:
        return None
    return RecordingReport(ref, call_ref, ready=True)


def text_message(fields: Mapping[str, str], told: str) -> TextMessage | None:
    """`told`: makes its id unique, since an SMS has none here."""
    raw = fields.get("result", "")
    try:
        content = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    if not isinstance(content, dict):
        return None
    sender, to, text = (content.get(name) for name in ("caller_id", "caller_did", "text"))
    if not isinstance(text, str) or not sender or not to:
        return None
    return TextMessage(f"{fingerprint(raw)}-{told}", number(str(sender)), number(str(to)), text[:MOST_TEXT])


def fingerprint(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def number(text: str) -> str:
    """In E.164 where it is a number in full; extensions and names stay as they are."""
    bare = re.sub(r"[\s()-]", "", text)
    return f"+{bare.lstrip('+')}" if re.fullmatch(r"\+?[1-9][0-9]{6,14}", bare) else printable(text[:64])


def moment(text: str, utc_offset_h: float) -> datetime | None:
    """`2026-11-20 12:00:00`, in the account's time zone."""
    try:
        told = datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
        return told - timedelta(hours=utc_offset_h)
    except (ValueError, OverflowError):
        return None


def statistics_report(row: Mapping[str, Any], utc_offset_h: float) -> CallReport:
    """A row of `statistics/pbx` (version 2): a call that is over."""
    disposition = str(row.get("disposition", "")).strip().lower()
    ref = str(row.get("pbx_call_id", ""))
    return CallReport(
        ref,
        DISPOSITIONS.get(disposition, CallState.FAILED),
        direction=_direction("", ref),
        caller=number(str(row.get("clid", ""))),
        to=number(str(row.get("destination", ""))),
        at=moment(str(row.get("callstart", "")), utc_offset_h),
        duration_s=_count(str(row.get("seconds", ""))),
        detail=printable(disposition[:60]),
    )


def cost_of(row: Mapping[str, Any]) -> tuple[Decimal | None, str]:
    """What a row of `statistics` was billed, and in which currency."""
    try:
        return Decimal(str(row.get("billcost"))), str(row.get("currency", ""))[:3]
    except InvalidOperation:
        return None, ""


def _count(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None
