"""DELETE /api/telephony/providers/{name}"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx


def request(
    name: str,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""

    _kwargs: dict[str, Any] = {
        "method": "delete",
        "url": "/api/telephony/providers/{name}".format(
            name=quote(str(name), safe=""),
        ),
    }
    return _kwargs


def read(response: httpx.Response) -> None:
    """What a success says."""
    return None
