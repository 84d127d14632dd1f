"""Asks the running server over HTTP, for commands that work without one, too."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

from mediaserver.config import Settings
from mediaserver.host_port import host_port

WAIT_S = 2.0
_ANY = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}


def asked(settings: Settings, path: str) -> Any:
    """The answer to a GET as JSON; None where no server runs, or it does not answer us. Blocks."""
    http = settings.http
    request = urllib.request.Request(f"http://{host_port(_ANY.get(http.host, http.host), http.port)}{path}")
    if token := http.admin_token.get_secret_value():
        request.add_header("Authorization", f"Bearer {token}")
    straight = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with straight.open(request, timeout=WAIT_S) as response:
            return json.load(response)
    except (OSError, ValueError, urllib.error.URLError):
        return None
