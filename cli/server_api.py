"""Asks the running server over HTTP, for commands that work without one, too."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from contextlib import closing
from http.client import HTTPException, HTTPResponse
from typing import Any

from mediaserver.config import Settings
from mediaserver.errors import NoServerError
from mediaserver.host_port import host_port
from mediaserver.key_file import read_key

WAIT_S = 2.0
_ANY = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}


def asked(settings: Settings, path: str) -> Any:
    """The answer to a GET as JSON; None where no server runs, or it does not answer us. Blocks."""
    try:
        with _opened(settings, path, WAIT_S) as response:
            return json.load(response)
    except (OSError, ValueError, HTTPException):
        return None


def told(settings: Settings, method: str, path: str, content: dict[str, Any] | None = None) -> Any:
    """The answer to a request that changes something, as JSON. Blocks. Raises NoServerError."""
    try:
        with demanded(settings, path, WAIT_S, method=method, content=content) as response:
            return json.load(response)
    except (ValueError, HTTPException):
        raise NoServerError(f"what answers at {_address(settings)} is no VoiceForge") from None


def demanded(
    settings: Settings,
    path: str,
    wait_s: float = 30.0,
    *,
    method: str = "GET",
    content: dict[str, Any] | None = None,
) -> HTTPResponse:
    """The answer to a request, to be read and closed; `wait_s` at most for each piece of it. Blocks. Raises
    NoServerError, which says why there is none."""
    where = _address(settings)
    try:
        return _opened(settings, path, wait_s, method, content)
    except urllib.error.HTTPError as error:
        with closing(error):
            raise NoServerError(f"the server at {where} says {error.code}: {_reason(error)}") from None
    except (OSError, HTTPException) as error:
        why = getattr(error, "reason", error)
        raise NoServerError(
            f"no server answers at {where} ({why}): start it with `voiceforge serve`, or name its settings "
            "with --config"
        ) from None


def _opened(
    settings: Settings,
    path: str,
    wait_s: float,
    method: str = "GET",
    content: dict[str, Any] | None = None,
) -> HTTPResponse:
    data = None if content is None else json.dumps(content).encode()
    request = urllib.request.Request(_address(settings) + path, data, method=method)
    if data is not None:
        request.add_header("Content-Type", "application/json")
    # The key that the server has made for this machine's own commands.
    if secret := settings.http.admin_token.get_secret_value() or read_key(settings.data):
        request.add_header("Authorization", f"Bearer {secret}")
    straight = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    response: HTTPResponse = straight.open(request, timeout=wait_s)
    return response


def _address(settings: Settings) -> str:
    http = settings.http
    return f"http://{host_port(_ANY.get(http.host, http.host), http.port)}"


def _reason(error: urllib.error.HTTPError) -> str:
    """What the server says for people."""
    try:
        said = json.load(error)["error"]
        return " ".join(str(part) for part in (said["message"], said["detail"]) if part)
    except (OSError, ValueError, LookupError, TypeError, HTTPException):
        return str(error.reason)
