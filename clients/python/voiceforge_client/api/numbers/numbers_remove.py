"""DELETE /api/telephony/numbers/{number}"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx


def request(
    number: str,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""

    _kwargs: dict[str, Any] = {
        "method": "delete",
        "url": "/api/telephony/numbers/{number}".format(
            number=quote(str(number), safe=""),
        ),
    }
    return _kwargs


def read(response: httpx.Response) -> None:
    """What a success says."""
    return None
