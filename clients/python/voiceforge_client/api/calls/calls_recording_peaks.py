"""GET /api/telephony/calls/{id}/recording/peaks"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx

from ...models.recording_peaks import RecordingPeaks
from ...types import UNSET, Unset


def request(
    id: UUID,
    *,
    points: int | Unset = 1200,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""

    params: dict[str, Any] = {}

    params["points"] = points

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/telephony/calls/{id}/recording/peaks".format(
            id=quote(str(id), safe=""),
        ),
        "params": params,
    }
    return _kwargs


def read(response: httpx.Response) -> RecordingPeaks:
    """What a success says."""
    response_200 = RecordingPeaks.from_dict(response.json())

    return response_200
