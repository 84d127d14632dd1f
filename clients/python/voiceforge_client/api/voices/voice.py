"""GET /api/voices/{id}"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx

from ...models.voice_shown import VoiceShown


def request(
    id: str,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/voices/{id}".format(
            id=quote(str(id), safe=""),
        ),
    }
    return _kwargs


def read(response: httpx.Response) -> VoiceShown:
    """What a success says."""
    response_200 = VoiceShown.from_dict(response.json())

    return response_200
