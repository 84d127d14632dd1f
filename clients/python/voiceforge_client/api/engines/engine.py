"""GET /api/engines/{kind}/{name}"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx

from ...models.engine_shown import EngineShown
from ...models.kind import Kind


def request(
    kind: Kind,
    name: str,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/engines/{kind}/{name}".format(
            kind=quote(str(kind), safe=""),
            name=quote(str(name), safe=""),
        ),
    }
    return _kwargs


def read(response: httpx.Response) -> EngineShown:
    """What a success says."""
    response_200 = EngineShown.from_dict(response.json())

    return response_200
