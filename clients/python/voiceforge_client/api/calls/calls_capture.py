"""GET /api/telephony/calls/{id}/pcap"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx

from ...types import UNSET, Unset


def request(
    id: UUID,
    *,
    seconds: int | Unset = 0,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""

    params: dict[str, Any] = {}

    params["seconds"] = seconds

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/telephony/calls/{id}/pcap".format(
            id=quote(str(id), safe=""),
        ),
        "params": params,
    }
    return _kwargs


def read(response: httpx.Response) -> bytes:
    """What a success says."""
    return response.content
