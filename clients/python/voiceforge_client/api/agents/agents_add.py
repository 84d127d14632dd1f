"""POST /api/agents"""

from __future__ import annotations

from typing import Any

import httpx

from ...models.agent_shown import AgentShown
from ...models.new_agent import NewAgent


def request(
    *,
    body: NewAgent,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/agents",
    }
    _kwargs["json"] = body.to_dict()

    _kwargs["headers"] = headers
    return _kwargs


def read(response: httpx.Response) -> AgentShown:
    """What a success says."""
    response_201 = AgentShown.from_dict(response.json())

    return response_201
