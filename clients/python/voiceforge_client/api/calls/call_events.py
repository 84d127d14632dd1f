"""GET /api/telephony/calls/{id}/events"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote
from uuid import UUID


def request(
    id: UUID,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/telephony/calls/{id}/events".format(
            id=quote(str(id), safe=""),
        ),
    }
    return _kwargs
