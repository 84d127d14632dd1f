"""POST /api/tts"""

from __future__ import annotations

from typing import Any

import httpx

from ...models.text_to_speak import TextToSpeak


def request(
    *,
    body: TextToSpeak,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/tts",
    }
    _kwargs["json"] = body.to_dict()

    _kwargs["headers"] = headers
    return _kwargs


def read(response: httpx.Response) -> bytes:
    """What a success says."""
    return response.content
