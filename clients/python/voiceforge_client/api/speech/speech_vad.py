"""POST /api/vad"""

from __future__ import annotations

from typing import Any

import httpx

from ...models.segments_shown import SegmentsShown
from ...models.speech_vad_files_body import SpeechVadFilesBody


def request(
    *,
    body: SpeechVadFilesBody,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/vad",
    }
    _kwargs["files"] = body.to_multipart()

    _kwargs["headers"] = headers
    return _kwargs


def read(response: httpx.Response) -> SegmentsShown:
    """What a success says."""
    response_200 = SegmentsShown.from_dict(response.json())

    return response_200
