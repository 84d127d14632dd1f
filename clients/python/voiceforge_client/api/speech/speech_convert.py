"""POST /api/convert"""

from __future__ import annotations

from typing import Any

import httpx

from ...models.speech_convert_files_body import SpeechConvertFilesBody


def request(
    *,
    body: SpeechConvertFilesBody,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/convert",
    }
    _kwargs["files"] = body.to_multipart()

    _kwargs["headers"] = headers
    return _kwargs


def read(response: httpx.Response) -> bytes:
    """What a success says."""
    return response.content
