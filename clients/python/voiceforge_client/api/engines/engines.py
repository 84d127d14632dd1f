"""GET /api/engines"""

from __future__ import annotations

from typing import Any

import httpx

from ...models.engines_shown import EnginesShown
from ...models.kind import Kind
from ...types import UNSET, Unset


def request(
    *,
    kind: Kind | None | Unset = UNSET,
    ready: bool | None | Unset = UNSET,
    used: bool | None | Unset = UNSET,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""

    params: dict[str, Any] = {}

    json_kind: None | str | Unset
    if isinstance(kind, Unset):
        json_kind = UNSET
    elif isinstance(kind, str):
        json_kind = kind
    else:
        json_kind = kind
    params["kind"] = json_kind

    json_ready: bool | None | Unset
    if isinstance(ready, Unset):
        json_ready = UNSET
    else:
        json_ready = ready
    params["ready"] = json_ready

    json_used: bool | None | Unset
    if isinstance(used, Unset):
        json_used = UNSET
    else:
        json_used = used
    params["used"] = json_used

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/engines",
        "params": params,
    }
    return _kwargs


def read(response: httpx.Response) -> EnginesShown:
    """What a success says."""
    response_200 = EnginesShown.from_dict(response.json())

    return response_200
