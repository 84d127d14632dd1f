"""GET /api/events"""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx

from ...models.event_page import EventPage
from ...types import UNSET, Unset


def request(
    *,
    topics: list[str] | Unset = UNSET,
    call: None | Unset | UUID = UNSET,
    after: int | Unset = 0,
    limit: int | Unset = 100,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""

    params: dict[str, Any] = {}

    json_topics: list[str] | Unset = UNSET
    if not isinstance(topics, Unset):
        json_topics = topics

    params["topics"] = json_topics

    json_call: None | str | Unset
    if isinstance(call, Unset):
        json_call = UNSET
    elif isinstance(call, UUID):
        json_call = str(call)
    else:
        json_call = call
    params["call"] = json_call

    params["after"] = after

    params["limit"] = limit

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/events",
        "params": params,
    }
    return _kwargs


def read(response: httpx.Response) -> EventPage:
    """What a success says."""
    response_200 = EventPage.from_dict(response.json())

    return response_200
