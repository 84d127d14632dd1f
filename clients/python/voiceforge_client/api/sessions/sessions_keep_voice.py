"""PUT /api/voice/my-voices/{voice}"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx

from ...models.kept_voice import KeptVoice
from ...models.voice_of_key import VoiceOfKey
from ...types import UNSET, Unset


def request(
    voice: str,
    *,
    body: KeptVoice | Unset = UNSET,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "put",
        "url": "/api/voice/my-voices/{voice}".format(
            voice=quote(str(voice), safe=""),
        ),
    }

    if not isinstance(body, Unset):
        _kwargs["json"] = body.to_dict()

    _kwargs["headers"] = headers
    return _kwargs


def read(response: httpx.Response) -> VoiceOfKey:
    """What a success says."""
    response_200 = VoiceOfKey.from_dict(response.json())

    return response_200
