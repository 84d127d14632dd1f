"""GET /api/telephony/calls/{id}/ladder"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx

from ...models.calls_ladder_format_type_0 import (
    CallsLadderFormatType0,
)
from ...models.ladder_shown import LadderShown
from ...types import UNSET, Unset


def request(
    id: UUID,
    *,
    format_: CallsLadderFormatType0 | None | Unset = UNSET,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""

    params: dict[str, Any] = {}

    json_format_: None | str | Unset
    if isinstance(format_, Unset):
        json_format_ = UNSET
    elif isinstance(format_, str):
        json_format_ = format_
    else:
        json_format_ = format_
    params["format"] = json_format_

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/telephony/calls/{id}/ladder".format(
            id=quote(str(id), safe=""),
        ),
        "params": params,
    }
    return _kwargs


def read(response: httpx.Response) -> LadderShown:
    """What a success says."""
    response_200 = LadderShown.from_dict(response.json())

    return response_200
