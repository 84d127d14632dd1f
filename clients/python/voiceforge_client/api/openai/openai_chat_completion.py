"""POST /v1/chat/completions"""

from __future__ import annotations

from typing import Any

import httpx

from ...models.chat_answered import ChatAnswered
from ...models.chat_request import ChatRequest


def request(
    *,
    body: ChatRequest,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/chat/completions",
    }
    _kwargs["json"] = body.to_dict()

    _kwargs["headers"] = headers
    return _kwargs


def read(response: httpx.Response) -> ChatAnswered:
    """What a success says."""
    response_200 = ChatAnswered.from_dict(response.json())

    return response_200
