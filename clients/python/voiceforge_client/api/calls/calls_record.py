"""POST /api/telephony/calls/{id}/record"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx

from ...models.record_wanted import RecordWanted
from ...models.recording_state_shown import RecordingStateShown


def request(
    id: UUID,
    *,
    body: RecordWanted,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/telephony/calls/{id}/record".format(
            id=quote(str(id), safe=""),
        ),
    }
    _kwargs["json"] = body.to_dict()

    _kwargs["headers"] = headers
    return _kwargs


def read(response: httpx.Response) -> RecordingStateShown:
    """What a success says."""
    response_200 = RecordingStateShown.from_dict(response.json())

    return response_200
