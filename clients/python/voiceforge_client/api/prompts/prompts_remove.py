"""DELETE /api/telephony/prompts/{name}"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx

from ...types import UNSET, Unset


def request(
    name: str,
    *,
    force: bool | Unset = False,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""

    params: dict[str, Any] = {}

    params["force"] = force

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "delete",
        "url": "/api/telephony/prompts/{name}".format(
            name=quote(str(name), safe=""),
        ),
        "params": params,
    }
    return _kwargs


def read(response: httpx.Response) -> None:
    """What a success says."""
    return None
