"""GET /api/flows/schema"""

from __future__ import annotations

from typing import Any

import httpx

from ...models.flows_schema_response_200 import FlowsSchemaResponse200


def request() -> dict[str, Any]:
    """For `httpx.Client.request`."""

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/flows/schema",
    }
    return _kwargs


def read(response: httpx.Response) -> FlowsSchemaResponse200:
    """What a success says."""
    response_200 = FlowsSchemaResponse200.from_dict(response.json())

    return response_200
