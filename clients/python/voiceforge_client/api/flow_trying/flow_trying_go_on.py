"""POST /api/flows/tries/{id}"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx

from ...models.tried_answer import TriedAnswer
from ...models.tried_turn import TriedTurn


def request(
    id: UUID,
    *,
    body: TriedTurn,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/flows/tries/{id}".format(
            id=quote(str(id), safe=""),
        ),
    }
    _kwargs["json"] = body.to_dict()

    _kwargs["headers"] = headers
    return _kwargs


def read(response: httpx.Response) -> TriedAnswer:
    """What a success says."""
    response_200 = TriedAnswer.from_dict(response.json())

    return response_200
