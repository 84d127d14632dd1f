"""POST /api/telephony/calls/{id}/hangup"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx


def request(
    id: UUID,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/telephony/calls/{id}/hangup".format(
            id=quote(str(id), safe=""),
        ),
    }
    return _kwargs


def read(response: httpx.Response) -> None:
    """What a success says."""
    return None
