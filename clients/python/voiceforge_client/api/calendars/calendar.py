"""GET /api/telephony/calendars/{name}"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx

from ...models.calendar_shown import CalendarShown


def request(
    name: str,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/telephony/calendars/{name}".format(
            name=quote(str(name), safe=""),
        ),
    }
    return _kwargs


def read(response: httpx.Response) -> CalendarShown:
    """What a success says."""
    response_200 = CalendarShown.from_dict(response.json())

    return response_200
