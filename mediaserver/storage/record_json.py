"""Records as lines of JSON, for what must outlast a database that is away."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import datetime
from enum import Enum
from types import UnionType
from typing import Any, get_args, get_type_hints
from uuid import UUID

from mediaserver.storage.records import Record

_KINDS: dict[str, type] = {kind.__name__: kind for kind in get_args(Record)}
_HINTS = {name: get_type_hints(kind) for name, kind in _KINDS.items()}


def encode(record: Record, **more: str) -> str:
    """One line without its newline. `more`: further text beside the record, e.g. why it was rejected. Never
    raises: of what cannot be written the line says so, and is no record."""
    name = type(record).__name__
    data = {each.name: getattr(record, each.name) for each in fields(record)}
    try:
        return json.dumps({"record": name, "data": data, **more}, default=_plain)
    except (TypeError, ValueError, RecursionError) as error:  # one record must not keep the others waiting
        return json.dumps({"record": name, "lost": f"it cannot be written: {type(error).__name__}", **more})


def decode(line: str) -> Record:
    """Raises ValueError when the line is no record (torn by a crash, or of another version)."""
    try:
        content = json.loads(line)
        name, data = _of_today(content["record"], content["data"])
        hints = _HINTS[name]
        values = {key: _typed(hints[key], value) for key, value in data.items()}
        record: Record = _KINDS[name](**values)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a record: {error!r}") from None
    return record


def _of_today(name: str, data: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """A journal may have been written by an earlier version, just before it was updated."""
    match name:
        case "BookingMade":
            fields = {key: data[key] for key in ("place", "day", "time", "minutes", "people")}
            return "OutcomeMade", {
                "call_id": data["call_id"], "flow": "booking", "status": data["status"], "data": fields,
            }  # fmt: skip
        case "LegOpened" if "sip_call_id" in data:
            return name, {("ref" if key == "sip_call_id" else key): value for key, value in data.items()}
        case _:
            return name, data


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _typed(hint: Any, value: Any) -> Any:
    if isinstance(hint, UnionType):  # only ever with None
        return (
            None
            if value is None
            else _typed(next(each for each in get_args(hint) if each is not None), value)
        )
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(value)
    if hint is UUID:
        return UUID(value)
    if hint is datetime:
        return datetime.fromisoformat(value)
    if hint == tuple[str, ...]:
        return tuple(value)
    return value
