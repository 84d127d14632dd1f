"""PUT /api/telephony/prompts/{name}"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx

from ...models.prompt_shown import PromptShown
from ...models.prompts_replace_files_body import PromptsReplaceFilesBody


def request(
    name: str,
    *,
    body: PromptsReplaceFilesBody,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "put",
        "url": "/api/telephony/prompts/{name}".format(
            name=quote(str(name), safe=""),
        ),
    }
    _kwargs["files"] = body.to_multipart()

    _kwargs["headers"] = headers
    return _kwargs


def read(response: httpx.Response) -> PromptShown:
    """What a success says."""
    response_200 = PromptShown.from_dict(response.json())

    return response_200
