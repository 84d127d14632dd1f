"""POST /api/telephony/providers/{name}/callback"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx

from ...models.callback_asked import CallbackAsked
from ...models.callback_wanted import CallbackWanted


def request(
    name: str,
    *,
    body: CallbackWanted,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/telephony/providers/{name}/callback".format(
            name=quote(str(name), safe=""),
        ),
    }
    _kwargs["json"] = body.to_dict()

    _kwargs["headers"] = headers
    return _kwargs


def read(response: httpx.Response) -> CallbackAsked:
    """What a success says."""
    response_202 = CallbackAsked.from_dict(response.json())

    return response_202
