"""POST /api/voice/{id}/end"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx

from ...models.session_shown import SessionShown


def request(
    id: UUID,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/voice/{id}/end".format(
            id=quote(str(id), safe=""),
        ),
    }
    return _kwargs


def read(response: httpx.Response) -> SessionShown:
    """What a success says."""
    response_200 = SessionShown.from_dict(response.json())

    return response_200
