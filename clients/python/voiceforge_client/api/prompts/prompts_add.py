"""POST /api/telephony/prompts"""

from __future__ import annotations

from typing import Any

import httpx

from ...models.prompt_shown import PromptShown
from ...models.prompts_add_files_body import PromptsAddFilesBody


def request(
    *,
    body: PromptsAddFilesBody,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/telephony/prompts",
    }
    _kwargs["files"] = body.to_multipart()

    _kwargs["headers"] = headers
    return _kwargs


def read(response: httpx.Response) -> PromptShown:
    """What a success says."""
    response_201 = PromptShown.from_dict(response.json())

    return response_201
