"""DELETE /api/webrtc/phone/{username}"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx


def request(
    username: str,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""

    _kwargs: dict[str, Any] = {
        "method": "delete",
        "url": "/api/webrtc/phone/{username}".format(
            username=quote(str(username), safe=""),
        ),
    }
    return _kwargs


def read(response: httpx.Response) -> None:
    """What a success says."""
    return None
