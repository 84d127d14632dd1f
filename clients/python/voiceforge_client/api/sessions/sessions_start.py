"""POST /api/voice/start"""

from __future__ import annotations

from typing import Any

import httpx

from ...models.new_session import NewSession
from ...models.session_started import SessionStarted


def request(
    *,
    body: NewSession,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/voice/start",
    }
    _kwargs["json"] = body.to_dict()

    _kwargs["headers"] = headers
    return _kwargs


def read(response: httpx.Response) -> SessionStarted:
    """What a success says."""
    response_201 = SessionStarted.from_dict(response.json())

    return response_201
