"""POST /v1/audio/transcriptions"""

from __future__ import annotations

from typing import Any

import httpx

from ...models.open_ai_transcript import OpenAiTranscript
from ...models.openai_transcription_body import OpenaiTranscriptionBody


def request(
    *,
    body: OpenaiTranscriptionBody,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/audio/transcriptions",
    }
    _kwargs["files"] = body.to_multipart()

    _kwargs["headers"] = headers
    return _kwargs


def read(response: httpx.Response) -> OpenAiTranscript:
    """What a success says."""
    response_200 = OpenAiTranscript.from_dict(response.json())

    return response_200
