"""DELETE /api/voice/my-voices/{voice}"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx


def request(
    voice: str,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""

    _kwargs: dict[str, Any] = {
        "method": "delete",
        "url": "/api/voice/my-voices/{voice}".format(
            voice=quote(str(voice), safe=""),
        ),
    }
    return _kwargs


def read(response: httpx.Response) -> None:
    """What a success says."""
    return None
