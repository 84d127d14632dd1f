"""DELETE /api/knowledge/{collection}/documents/{name}"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx


def request(
    collection: str,
    name: str,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""

    _kwargs: dict[str, Any] = {
        "method": "delete",
        "url": "/api/knowledge/{collection}/documents/{name}".format(
            collection=quote(str(collection), safe=""),
            name=quote(str(name), safe=""),
        ),
    }
    return _kwargs


def read(response: httpx.Response) -> None:
    """What a success says."""
    return None
