"""GET /api/telephony/calls/{id}"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx

from ...models.call_detail import CallDetail


def request(
    id: UUID,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/telephony/calls/{id}".format(
            id=quote(str(id), safe=""),
        ),
    }
    return _kwargs


def read(response: httpx.Response) -> CallDetail:
    """What a success says."""
    response_200 = CallDetail.from_dict(response.json())

    return response_200
