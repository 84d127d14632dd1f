"""GET /api/usage"""

from __future__ import annotations

import datetime
from typing import Any
from uuid import UUID

import httpx

from ...models.report_format import ReportFormat
from ...models.usage_by import UsageBy
from ...models.usage_kind import UsageKind
from ...models.usage_shown import UsageShown
from ...types import UNSET, Unset


def request(
    *,
    format_: None | ReportFormat | Unset = UNSET,
    by: list[UsageBy] | Unset = UNSET,
    since: datetime.date | None | Unset = UNSET,
    until: datetime.date | None | Unset = UNSET,
    key: None | Unset | UUID = UNSET,
    agent: None | str | Unset = UNSET,
    flow: None | str | Unset = UNSET,
    engine: None | str | Unset = UNSET,
    kind: None | Unset | UsageKind = UNSET,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""

    params: dict[str, Any] = {}

    json_format_: None | str | Unset
    if isinstance(format_, Unset):
        json_format_ = UNSET
    elif isinstance(format_, str):
        json_format_ = format_
    else:
        json_format_ = format_
    params["format"] = json_format_

    json_by: list[str] | Unset = UNSET
    if not isinstance(by, Unset):
        json_by = []
        for by_item_data in by:
            by_item: str = by_item_data
            json_by.append(by_item)

    params["by"] = json_by

    json_since: None | str | Unset
    if isinstance(since, Unset):
        json_since = UNSET
    elif isinstance(since, datetime.date):
        json_since = since.isoformat()
    else:
        json_since = since
    params["since"] = json_since

    json_until: None | str | Unset
    if isinstance(until, Unset):
        json_until = UNSET
    elif isinstance(until, datetime.date):
        json_until = until.isoformat()
    else:
        json_until = until
    params["until"] = json_until

    json_key: None | str | Unset
    if isinstance(key, Unset):
        json_key = UNSET
    elif isinstance(key, UUID):
        json_key = str(key)
    else:
        json_key = key
    params["key"] = json_key

    json_agent: None | str | Unset
    if isinstance(agent, Unset):
        json_agent = UNSET
    else:
        json_agent = agent
    params["agent"] = json_agent

    json_flow: None | str | Unset
    if isinstance(flow, Unset):
        json_flow = UNSET
    else:
        json_flow = flow
    params["flow"] = json_flow

    json_engine: None | str | Unset
    if isinstance(engine, Unset):
        json_engine = UNSET
    else:
        json_engine = engine
    params["engine"] = json_engine

    json_kind: None | str | Unset
    if isinstance(kind, Unset):
        json_kind = UNSET
    elif isinstance(kind, str):
        json_kind = kind
    else:
        json_kind = kind
    params["kind"] = json_kind

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/usage",
        "params": params,
    }
    return _kwargs


def read(response: httpx.Response) -> UsageShown:
    """What a success says."""
    response_200 = UsageShown.from_dict(response.json())

    return response_200
