"""GET /api/telephony/calls/{id}/hearing"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx

from ...models.call_hearing_shown import CallHearingShown


def request(
    id: UUID,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/telephony/calls/{id}/hearing".format(
            id=quote(str(id), safe=""),
        ),
    }
    return _kwargs


def read(response: httpx.Response) -> CallHearingShown:
    """What a success says."""
    response_200 = CallHearingShown.from_dict(response.json())

    return response_200
