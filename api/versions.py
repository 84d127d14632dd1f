"""Changes of rows that count their versions: who would undo what somebody else has changed meanwhile is told
(:rfc:`9110` 13.1.1, If-Match)."""

from __future__ import annotations

import re

from aiohttp import web

from api.answers import answer
from api.routing.models import ResponseModel
from api.routing.problems import Problem

_TAG = re.compile(r'(?:W/)?"?(\d{1,9})"?')


def check_version(request: web.Request, version: int) -> None:
    """Raises Problem (412) when the request names other versions than this; it need not name any."""
    header = request.headers.get("If-Match", "").strip()
    if not header or header == "*":
        return
    tags = [_TAG.fullmatch(tag.strip()) for tag in header.split(",")]
    if not any(tag is not None and int(tag[1]) == version for tag in tags):
        raise Problem(
            412,
            "version_changed",
            f"It is version {version} now: read it again, and send the change with its version in If-Match.",
            {"version": version},
        )


def versioned(shown: ResponseModel, version: int, status: int = 200) -> web.Response:
    """An answer with its version as ETag."""
    response = answer(shown.model_dump(mode="json"), status)
    response.headers["ETag"] = f'"{version}"'
    return response
