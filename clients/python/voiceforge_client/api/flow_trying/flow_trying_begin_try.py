"""POST /api/flows/tries"""

from __future__ import annotations

from typing import Any

import httpx

from ...models.flow_to_try import FlowToTry
from ...models.tried_answer import TriedAnswer


def request(
    *,
    body: FlowToTry,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/flows/tries",
    }
    _kwargs["json"] = body.to_dict()

    _kwargs["headers"] = headers
    return _kwargs


def read(response: httpx.Response) -> TriedAnswer:
    """What a success says."""
    response_201 = TriedAnswer.from_dict(response.json())

    return response_201
