"""GET /api/agents/{name}"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx

from ...models.agent_shown import AgentShown


def request(
    name: str,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/agents/{name}".format(
            name=quote(str(name), safe=""),
        ),
    }
    return _kwargs


def read(response: httpx.Response) -> AgentShown:
    """What a success says."""
    response_200 = AgentShown.from_dict(response.json())

    return response_200
