"""GET /api/flows/{name}/export"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx

from ...types import UNSET, Unset


def request(
    name: str,
    *,
    version: int | None | Unset = UNSET,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""

    params: dict[str, Any] = {}

    json_version: int | None | Unset
    if isinstance(version, Unset):
        json_version = UNSET
    else:
        json_version = version
    params["version"] = json_version

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/flows/{name}/export".format(
            name=quote(str(name), safe=""),
        ),
        "params": params,
    }
    return _kwargs


def read(response: httpx.Response) -> Any:
    """What a success says."""
    response_200 = response.json()
    return response_200
