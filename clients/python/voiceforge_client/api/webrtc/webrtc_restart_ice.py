"""PATCH /api/webrtc/calls/{id}"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx


def request(
    id: str,
    *,
    body: Any,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "patch",
        "url": "/api/webrtc/calls/{id}".format(
            id=quote(str(id), safe=""),
        ),
    }
    _kwargs["content"] = body.payload

    headers["Content-Type"] = "application/trickle-ice-sdpfrag"
    _kwargs["headers"] = headers
    return _kwargs


def read(response: httpx.Response) -> bytes:
    """What a success says."""
    return response.content
