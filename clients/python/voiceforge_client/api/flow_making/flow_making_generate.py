"""POST /api/flows/generate"""

from __future__ import annotations

from typing import Any

from ...models.flow_wanted import FlowWanted


def request(
    *,
    body: FlowWanted,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/flows/generate",
    }
    _kwargs["json"] = body.to_dict()

    _kwargs["headers"] = headers
    return _kwargs
