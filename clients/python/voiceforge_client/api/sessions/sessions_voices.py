"""GET /api/voice/voices/{provider}"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx

from ...models.page_provider_voice import PageProviderVoice
from ...types import UNSET, Unset


def request(
    provider: str,
    *,
    limit: int | Unset = 50,
    cursor: str | Unset = "",
) -> dict[str, Any]:
    """For `httpx.Client.request`."""

    params: dict[str, Any] = {}

    params["limit"] = limit

    params["cursor"] = cursor

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/voice/voices/{provider}".format(
            provider=quote(str(provider), safe=""),
        ),
        "params": params,
    }
    return _kwargs


def read(response: httpx.Response) -> PageProviderVoice:
    """What a success says."""
    response_200 = PageProviderVoice.from_dict(response.json())

    return response_200
