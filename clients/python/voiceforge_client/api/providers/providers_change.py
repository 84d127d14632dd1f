"""PUT /api/telephony/providers/{name}"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx

from ...models.account_body import AccountBody
from ...models.account_shown import AccountShown


def request(
    name: str,
    *,
    body: AccountBody,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "put",
        "url": "/api/telephony/providers/{name}".format(
            name=quote(str(name), safe=""),
        ),
    }
    _kwargs["json"] = body.to_dict()

    _kwargs["headers"] = headers
    return _kwargs


def read(response: httpx.Response) -> AccountShown:
    """What a success says."""
    response_200 = AccountShown.from_dict(response.json())

    return response_200
