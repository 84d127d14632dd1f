"""DELETE /api/webrtc/calls/{id}"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx


def request(
    id: str,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""

    _kwargs: dict[str, Any] = {
        "method": "delete",
        "url": "/api/webrtc/calls/{id}".format(
            id=quote(str(id), safe=""),
        ),
    }
    return _kwargs


def read(response: httpx.Response) -> None:
    """What a success says."""
    return None
