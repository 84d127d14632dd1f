"""GET /api/flows/{name}/draft"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx

from ...models.flow_draft_shown import FlowDraftShown


def request(
    name: str,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/flows/{name}/draft".format(
            name=quote(str(name), safe=""),
        ),
    }
    return _kwargs


def read(response: httpx.Response) -> FlowDraftShown:
    """What a success says."""
    response_200 = FlowDraftShown.from_dict(response.json())

    return response_200
