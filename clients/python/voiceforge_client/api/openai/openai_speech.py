"""POST /v1/audio/speech"""

from __future__ import annotations

from typing import Any

import httpx

from ...models.open_ai_speech import OpenAiSpeech


def request(
    *,
    body: OpenAiSpeech,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/audio/speech",
    }
    _kwargs["json"] = body.to_dict()

    _kwargs["headers"] = headers
    return _kwargs


def read(response: httpx.Response) -> bytes:
    """What a success says."""
    return response.content
