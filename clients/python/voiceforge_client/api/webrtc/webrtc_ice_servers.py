"""GET /api/webrtc/ice-servers"""

from __future__ import annotations

from typing import Any

import httpx

from ...models.ice_servers_shown import IceServersShown


def request() -> dict[str, Any]:
    """For `httpx.Client.request`."""

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/webrtc/ice-servers",
    }
    return _kwargs


def read(response: httpx.Response) -> IceServersShown:
    """What a success says."""
    response_200 = IceServersShown.from_dict(response.json())

    return response_200
