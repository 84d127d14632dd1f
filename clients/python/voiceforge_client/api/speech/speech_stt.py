"""POST /api/stt"""

from __future__ import annotations

from typing import Any

import httpx

from ...models.speech_stt_files_body import SpeechSttFilesBody
from ...models.transcript_shown import TranscriptShown


def request(
    *,
    body: SpeechSttFilesBody,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/stt",
    }
    _kwargs["files"] = body.to_multipart()

    _kwargs["headers"] = headers
    return _kwargs


def read(response: httpx.Response) -> TranscriptShown:
    """What a success says."""
    response_200 = TranscriptShown.from_dict(response.json())

    return response_200
