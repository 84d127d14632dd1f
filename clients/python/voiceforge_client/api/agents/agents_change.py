"""PUT /api/agents/{name}"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx

from ...models.agent_body import AgentBody
from ...models.agent_shown import AgentShown


def request(
    name: str,
    *,
    body: AgentBody,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "put",
        "url": "/api/agents/{name}".format(
            name=quote(str(name), safe=""),
        ),
    }
    _kwargs["json"] = body.to_dict()

    _kwargs["headers"] = headers
    return _kwargs


def read(response: httpx.Response) -> AgentShown:
    """What a success says."""
    response_200 = AgentShown.from_dict(response.json())

    return response_200
