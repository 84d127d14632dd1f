"""GET /api/events/stream"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from ...types import UNSET, Unset


def request(
    *,
    topics: list[str] | Unset = UNSET,
    call: None | Unset | UUID = UNSET,
    after: int | None | Unset = UNSET,
    partials: bool | Unset = False,
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

    json_after: int | None | Unset
    if isinstance(after, Unset):
        json_after = UNSET
    else:
        json_after = after
    params["after"] = json_after

    params["partials"] = partials

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/events/stream",
        "params": params,
    }
    return _kwargs
