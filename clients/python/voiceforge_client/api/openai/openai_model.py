"""GET /v1/models/{model}"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx

from ...models.model_shown import ModelShown


def request(
    model: str,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/models/{model}".format(
            model=quote(str(model), safe=""),
        ),
    }
    return _kwargs


def read(response: httpx.Response) -> ModelShown:
    """What a success says."""
    response_200 = ModelShown.from_dict(response.json())

    return response_200
