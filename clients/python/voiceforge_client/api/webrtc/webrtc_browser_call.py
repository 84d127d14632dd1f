"""GET /api/webrtc/calls/{id}"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx

from ...models.browser_call_shown import BrowserCallShown


def request(
    id: str,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/webrtc/calls/{id}".format(
            id=quote(str(id), safe=""),
        ),
    }
    return _kwargs


def read(response: httpx.Response) -> BrowserCallShown:
    """What a success says."""
    response_200 = BrowserCallShown.from_dict(response.json())

    return response_200
