"""The table `hearing_reports`: how well agents heard their callers. Every write may be repeated without
harm."""

from __future__ import annotations

import json
import math
from dataclasses import fields
from typing import Any
from uuid import UUID

from mediaserver.storage.records import HearingReport
from mediaserver.storage.sql import Database, to_json

_JSON = frozenset({"tones", "troubles", "interruptions", "reasks", "timings"})
_COLUMNS = tuple(column.name for column in fields(HearingReport))
_INSERT = (
    f"insert into hearing_reports ({', '.join(_COLUMNS)}) "
    f"values ({', '.join(f'${at}' for at in range(1, len(_COLUMNS) + 1))}) "
    "on conflict (call_id) do update set "
    + ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS if name != "call_id")
    + ", saved_at = now()"
)


async def reported(connection: Database, record: HearingReport) -> None:
    await connection.execute(_INSERT, *(_kept(name, getattr(record, name)) for name in _COLUMNS))


async def of_call(connection: Database, call_id: UUID) -> HearingReport | None:
    """The report of a call; None: no agent heard it to its end."""
    query = f"select {', '.join(_COLUMNS)} from hearing_reports where call_id = $1"
    row = await connection.fetchrow(query, call_id)
    return None if row is None else HearingReport(**{name: _read(name, row[name]) for name in _COLUMNS})


def _kept(name: str, value: Any) -> Any:
    if name == "timings":
        value = {part: ms for part, ms in value.items() if math.isfinite(ms)}
    if name in _JSON:
        return to_json(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None if name.endswith(("_db", "_ms", "loss_pct")) else 0.0
    return value


def _read(name: str, value: Any) -> Any:
    if name not in _JSON:
        return value
    found = json.loads(value)
    return tuple(found) if isinstance(found, list) else found
