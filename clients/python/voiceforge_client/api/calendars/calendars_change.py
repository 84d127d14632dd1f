"""PUT /api/telephony/calendars/{name}"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx

from ...models.calendar_body import CalendarBody
from ...models.calendar_shown import CalendarShown


def request(
    name: str,
    *,
    body: CalendarBody,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "put",
        "url": "/api/telephony/calendars/{name}".format(
            name=quote(str(name), safe=""),
        ),
    }
    _kwargs["json"] = body.to_dict()

    _kwargs["headers"] = headers
    return _kwargs


def read(response: httpx.Response) -> CalendarShown:
    """What a success says."""
    response_200 = CalendarShown.from_dict(response.json())

    return response_200
