"""GET /v1/models"""

from __future__ import annotations

from typing import Any

import httpx

from ...models.models_shown import ModelsShown


def request() -> dict[str, Any]:
    """For `httpx.Client.request`."""

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/models",
    }
    return _kwargs


def read(response: httpx.Response) -> ModelsShown:
    """What a success says."""
    response_200 = ModelsShown.from_dict(response.json())

    return response_200
