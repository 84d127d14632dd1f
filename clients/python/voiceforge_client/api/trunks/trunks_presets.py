"""GET /api/telephony/trunks/presets"""

from __future__ import annotations

from typing import Any

import httpx

from ...models.presets_shown import PresetsShown


def request() -> dict[str, Any]:
    """For `httpx.Client.request`."""

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/telephony/trunks/presets",
    }
    return _kwargs


def read(response: httpx.Response) -> PresetsShown:
    """What a success says."""
    response_200 = PresetsShown.from_dict(response.json())

    return response_200
