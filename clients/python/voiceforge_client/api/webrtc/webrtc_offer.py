"""POST /api/webrtc/offer"""

from __future__ import annotations

from typing import Any

import httpx

from ...types import UNSET, Unset


def request(
    *,
    body: Any,
    to: str | Unset = "",
    agent: str | Unset = "",
    flow: str | Unset = "",
    voice: str | Unset = "",
    language: str | Unset = "",
    name: str | Unset = "",
    draft: bool | Unset = False,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""
    headers: dict[str, Any] = {}

    params: dict[str, Any] = {}

    params["to"] = to

    params["agent"] = agent

    params["flow"] = flow

    params["voice"] = voice

    params["language"] = language

    params["name"] = name

    params["draft"] = draft

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/webrtc/offer",
        "params": params,
    }
    _kwargs["content"] = body.payload

    headers["Content-Type"] = "application/sdp"
    _kwargs["headers"] = headers
    return _kwargs


def read(response: httpx.Response) -> bytes:
    """What a success says."""
    return response.content
