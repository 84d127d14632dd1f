"""GET /api/voices"""

from __future__ import annotations

from typing import Any

import httpx

from ...models.gender import Gender
from ...models.page_voice_shown import PageVoiceShown
from ...types import UNSET, Unset


def request(
    *,
    limit: int | Unset = 50,
    cursor: str | Unset = "",
    language: str | Unset = "",
    gender: Gender | None | Unset = UNSET,
    engine: str | Unset = "",
    ready: bool | None | Unset = UNSET,
    q: str | Unset = "",
) -> dict[str, Any]:
    """For `httpx.Client.request`."""

    params: dict[str, Any] = {}

    params["limit"] = limit

    params["cursor"] = cursor

    params["language"] = language

    json_gender: None | str | Unset
    if isinstance(gender, Unset):
        json_gender = UNSET
    elif isinstance(gender, str):
        json_gender = gender
    else:
        json_gender = gender
    params["gender"] = json_gender

    params["engine"] = engine

    json_ready: bool | None | Unset
    if isinstance(ready, Unset):
        json_ready = UNSET
    else:
        json_ready = ready
    params["ready"] = json_ready

    params["q"] = q

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/voices",
        "params": params,
    }
    return _kwargs


def read(response: httpx.Response) -> PageVoiceShown:
    """What a success says."""
    response_200 = PageVoiceShown.from_dict(response.json())

    return response_200
