"""How every answer looks: JSON, and errors as {"error": {"code", "message", "detail"}}."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from aiohttp import web


def answer(content: Any, status: int = 200) -> web.Response:
    """A JSON answer; times become RFC 3339."""
    return web.json_response(content, status=status, dumps=dumps)


def error(status: int, code: str, message: str, detail: Any = None) -> web.Response:
    """An error: `code` for programs, `message` for people."""
    return answer({"error": {"code": code, "message": message, "detail": detail}}, status)


def dumps(content: Any) -> str:
    return json.dumps(content, default=_plain)


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
