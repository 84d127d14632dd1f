"""GET /api/telephony/calendars"""

from __future__ import annotations

from typing import Any

import httpx

from ...models.calendars_shown import CalendarsShown


def request() -> dict[str, Any]:
    """For `httpx.Client.request`."""

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/telephony/calendars",
    }
    return _kwargs


def read(response: httpx.Response) -> CalendarsShown:
    """What a success says."""
    response_200 = CalendarsShown.from_dict(response.json())

    return response_200
