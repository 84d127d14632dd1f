"""GET /api/telephony/calls"""

from __future__ import annotations

import datetime
from typing import Any

import httpx

from ...models.call_page import CallPage
from ...models.calls_direction_type_0 import (
    CallsDirectionType0,
)
from ...models.calls_state_type_0 import CallsStateType0
from ...types import UNSET, Unset


def request(
    *,
    limit: int | Unset = 50,
    cursor: str | Unset = "",
    state: CallsStateType0 | None | Unset = UNSET,
    direction: CallsDirectionType0 | None | Unset = UNSET,
    agent: str | Unset = "",
    from_: str | Unset = "",
    to: str | Unset = "",
    since: datetime.datetime | None | Unset = UNSET,
    until: datetime.datetime | None | Unset = UNSET,
    outcome: str | Unset = "",
    q: str | Unset = "",
) -> dict[str, Any]:
    """For `httpx.Client.request`."""

    params: dict[str, Any] = {}

    params["limit"] = limit

    params["cursor"] = cursor

    json_state: None | str | Unset
    if isinstance(state, Unset):
        json_state = UNSET
    elif isinstance(state, str):
        json_state = state
    else:
        json_state = state
    params["state"] = json_state

    json_direction: None | str | Unset
    if isinstance(direction, Unset):
        json_direction = UNSET
    elif isinstance(direction, str):
        json_direction = direction
    else:
        json_direction = direction
    params["direction"] = json_direction

    params["agent"] = agent

    params["from"] = from_

    params["to"] = to

    json_since: None | str | Unset
    if isinstance(since, Unset):
        json_since = UNSET
    elif isinstance(since, datetime.datetime):
        json_since = since.isoformat()
    else:
        json_since = since
    params["since"] = json_since

    json_until: None | str | Unset
    if isinstance(until, Unset):
        json_until = UNSET
    elif isinstance(until, datetime.datetime):
        json_until = until.isoformat()
    else:
        json_until = until
    params["until"] = json_until

    params["outcome"] = outcome

    params["q"] = q

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/telephony/calls",
        "params": params,
    }
    return _kwargs


def read(response: httpx.Response) -> CallPage:
    """What a success says."""
    response_200 = CallPage.from_dict(response.json())

    return response_200
