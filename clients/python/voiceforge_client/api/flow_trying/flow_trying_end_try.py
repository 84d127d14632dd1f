"""DELETE /api/flows/tries/{id}"""

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
        "method": "delete",
        "url": "/api/flows/tries/{id}".format(
            id=quote(str(id), safe=""),
        ),
    }
    return _kwargs


def read(response: httpx.Response) -> None:
    """What a success says."""
    return None
