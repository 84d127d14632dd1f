"""GET /api/flows/templates/{template}"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx

from ...models.flow_template_whole import FlowTemplateWhole


def request(
    template: str,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/flows/templates/{template}".format(
            template=quote(str(template), safe=""),
        ),
    }
    return _kwargs


def read(response: httpx.Response) -> FlowTemplateWhole:
    """What a success says."""
    response_200 = FlowTemplateWhole.from_dict(response.json())

    return response_200
