"""GET /api/audit"""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx

from ...models.page_audit_line_shown import PageAuditLineShown
from ...types import UNSET, Unset


def request(
    *,
    limit: int | Unset = 50,
    cursor: str | Unset = "",
    key: None | Unset | UUID = UNSET,
    subject: str | Unset = "",
    action: str | Unset = "",
) -> dict[str, Any]:
    """For `httpx.Client.request`."""

    params: dict[str, Any] = {}

    params["limit"] = limit

    params["cursor"] = cursor

    json_key: None | str | Unset
    if isinstance(key, Unset):
        json_key = UNSET
    elif isinstance(key, UUID):
        json_key = str(key)
    else:
        json_key = key
    params["key"] = json_key

    params["subject"] = subject

    params["action"] = action

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/audit",
        "params": params,
    }
    return _kwargs


def read(response: httpx.Response) -> PageAuditLineShown:
    """What a success says."""
    response_200 = PageAuditLineShown.from_dict(response.json())

    return response_200
