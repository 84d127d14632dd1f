"""POST /api/engines/{kind}/{name}/test"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx

from ...models.engine_trial_shown import EngineTrialShown
from ...models.kind import Kind


def request(
    kind: Kind,
    name: str,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/engines/{kind}/{name}/test".format(
            kind=quote(str(kind), safe=""),
            name=quote(str(name), safe=""),
        ),
    }
    return _kwargs


def read(response: httpx.Response) -> EngineTrialShown:
    """What a success says."""
    response_200 = EngineTrialShown.from_dict(response.json())

    return response_200
