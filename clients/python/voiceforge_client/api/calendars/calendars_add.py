"""POST /api/telephony/calendars"""

from __future__ import annotations

from typing import Any

import httpx

from ...models.calendar_shown import CalendarShown
from ...models.new_calendar import NewCalendar


def request(
    *,
    body: NewCalendar,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/telephony/calendars",
    }
    _kwargs["json"] = body.to_dict()

    _kwargs["headers"] = headers
    return _kwargs


def read(response: httpx.Response) -> CalendarShown:
    """What a success says."""
    response_201 = CalendarShown.from_dict(response.json())

    return response_201
