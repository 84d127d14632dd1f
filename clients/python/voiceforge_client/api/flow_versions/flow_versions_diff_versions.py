"""GET /api/flows/{name}/diff"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx

from ...models.flow_compared import FlowCompared
from ...types import UNSET, Unset


def request(
    name: str,
    *,
    before: int | None | Unset = UNSET,
    after: int | None | Unset = UNSET,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""

    params: dict[str, Any] = {}

    json_before: int | None | Unset
    if isinstance(before, Unset):
        json_before = UNSET
    else:
        json_before = before
    params["before"] = json_before

    json_after: int | None | Unset
    if isinstance(after, Unset):
        json_after = UNSET
    else:
        json_after = after
    params["after"] = json_after

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/flows/{name}/diff".format(
            name=quote(str(name), safe=""),
        ),
        "params": params,
    }
    return _kwargs


def read(response: httpx.Response) -> FlowCompared:
    """What a success says."""
    response_200 = FlowCompared.from_dict(response.json())

    return response_200
