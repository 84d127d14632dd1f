"""GET /api/telephony/prompts"""

from __future__ import annotations

from typing import Any

import httpx

from ...models.page_prompt_shown import PagePromptShown
from ...types import UNSET, Unset


def request(
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
        "url": "/api/telephony/prompts",
        "params": params,
    }
    return _kwargs


def read(response: httpx.Response) -> PagePromptShown:
    """What a success says."""
    response_200 = PagePromptShown.from_dict(response.json())

    return response_200
