"""POST /api/telephony/messages"""

from __future__ import annotations

from typing import Any

import httpx

from ...models.text_sent import TextSent
from ...models.text_wanted import TextWanted


def request(
    *,
    body: TextWanted,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/telephony/messages",
    }
    _kwargs["json"] = body.to_dict()

    _kwargs["headers"] = headers
    return _kwargs


def read(response: httpx.Response) -> TextSent:
    """What a success says."""
    response_201 = TextSent.from_dict(response.json())

    return response_201
