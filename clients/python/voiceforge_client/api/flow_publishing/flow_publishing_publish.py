"""POST /api/flows/{name}/publish"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx

from ...models.flow_published import FlowPublished
from ...models.which_version import WhichVersion
from ...types import UNSET, Unset


def request(
    name: str,
    *,
    body: WhichVersion | Unset = UNSET,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/flows/{name}/publish".format(
            name=quote(str(name), safe=""),
        ),
    }

    if not isinstance(body, Unset):
        _kwargs["json"] = body.to_dict()

    _kwargs["headers"] = headers
    return _kwargs


def read(response: httpx.Response) -> FlowPublished:
    """What a success says."""
    response_200 = FlowPublished.from_dict(response.json())

    return response_200
