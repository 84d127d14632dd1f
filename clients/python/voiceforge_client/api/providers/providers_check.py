"""POST /api/telephony/providers/{name}/check"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx

from ...models.check_shown import CheckShown


def request(
    name: str,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/telephony/providers/{name}/check".format(
            name=quote(str(name), safe=""),
        ),
    }
    return _kwargs


def read(response: httpx.Response) -> CheckShown:
    """What a success says."""
    response_200 = CheckShown.from_dict(response.json())

    return response_200
