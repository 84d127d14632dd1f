"""POST /api/flows/{name}/simulate"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from ...models.simulation_wanted import SimulationWanted
from ...types import UNSET, Unset


def request(
    name: str,
    *,
    body: SimulationWanted | Unset = UNSET,
) -> dict[str, Any]:
    """For `httpx.Client.request`."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/flows/{name}/simulate".format(
            name=quote(str(name), safe=""),
        ),
    }

    if not isinstance(body, Unset):
        _kwargs["json"] = body.to_dict()

    _kwargs["headers"] = headers
    return _kwargs
