"""GET /api/flows/{name}/split"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx

from ...models.flows_fared import FlowsFared
from ...types import UNSET, Unset


def request(
    name: str,
    *,
    version: list[int] | Unset = UNSET,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""

    params: dict[str, Any] = {}

    json_version: list[int] | Unset = UNSET
    if not isinstance(version, Unset):
        json_version = version

    params["version"] = json_version

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/flows/{name}/split".format(
            name=quote(str(name), safe=""),
        ),
        "params": params,
    }
    return _kwargs


def read(response: httpx.Response) -> FlowsFared:
    """What a success says."""
    response_200 = FlowsFared.from_dict(response.json())

    return response_200
