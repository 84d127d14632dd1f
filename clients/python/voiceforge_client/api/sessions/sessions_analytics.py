"""GET /api/voice/analytics"""

from __future__ import annotations

from typing import Any

import httpx

from ...models.session_figures import SessionFigures
from ...types import UNSET, Unset


def request(
    *,
    days: int | Unset = 30,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""

    params: dict[str, Any] = {}

    params["days"] = days

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/voice/analytics",
        "params": params,
    }
    return _kwargs


def read(response: httpx.Response) -> SessionFigures:
    """What a success says."""
    response_200 = SessionFigures.from_dict(response.json())

    return response_200
