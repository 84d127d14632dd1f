"""What is wrong with a request, and how each part of the API says so.

Everywhere it is {"error": {"code", "message", "detail"}}; below /v1 it is what OpenAI's clients read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from aiohttp import web
from pydantic import BaseModel, Field

from api.answers import answer
from mediaserver.errors import VoiceForgeError

T = TypeVar("T")

CODES: Mapping[int, str] = {
    400: "bad_request", 401: "unauthorized", 403: "forbidden", 404: "not_found", 405: "method_not_allowed",
    408: "timeout", 409: "conflict", 412: "precondition_failed", 413: "too_large",
    415: "unsupported_media_type", 416: "range_not_satisfiable", 417: "expectation_failed",
    421: "on_another_server", 422: "unprocessable", 426: "upgrade_required", 429: "limit_reached",
    431: "headers_too_large",
    500: "internal", 501: "not_implemented", 503: "unavailable", 504: "timeout",
}  # fmt: skip
"""The usual `code` of an answer that names none of its own."""
OPENAI = "/v1/"
"""Below it errors have the shape that OpenAI's clients read."""
_OPENAI_TYPES: Mapping[int, str] = {
    401: "authentication_error", 403: "permission_error", 404: "not_found_error", 429: "rate_limit_error"
}  # fmt: skip


class Problem(VoiceForgeError):
    """A request that cannot be answered as asked. `code`: for programs; `message`: for people, what was wrong
    and how to mend it; `detail`: more of it, JSON-ready; `headers`: e.g. Retry-After."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        detail: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.detail = detail
        self.headers = dict(headers or {})


def started(part: T | None) -> T:
    """A part of the server that is there once it runs. Raises Problem (503) before."""
    if part is None:
        raise Problem(503, "unavailable", "The server is still starting.", headers={"Retry-After": "2"})
    return part


def sentence(error: Exception) -> str:
    """An error's line as a sentence of a message."""
    text = " ".join(str(error).split())
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!")) else ".")


class ProblemBody(BaseModel):
    """What is inside `error`."""

    code: str = Field(description="For programs.")
    message: str = Field(description="For people: what was wrong, and how to mend it.")
    detail: Any = Field(default=None, description="More of it, where there is more.")


class ProblemShown(BaseModel):
    """Every error of /api."""

    error: ProblemBody


class OpenAiProblemBody(BaseModel):
    """What is inside `error` below /v1."""

    message: str
    type: str
    param: str | None
    code: str | None


class OpenAiProblemShown(BaseModel):
    """Every error below /v1."""

    error: OpenAiProblemBody


def told(path: str, status: int, code: str, message: str, detail: Any = None) -> web.Response:
    """The answer to a request for this path that cannot be answered as asked."""
    if path.startswith(OPENAI) and status == 422:
        status = 400  # OpenAI's makes no difference
    return answer(problem_body(path, status, code, message, detail), status)


def problem_body(path: str, status: int, code: str, message: str, detail: Any = None) -> dict[str, Any]:
    """What says so, JSON-ready; also for a stream that has begun."""
    if path.startswith(OPENAI):
        kind = _OPENAI_TYPES.get(status, "invalid_request_error" if status < 500 else "server_error")
        param = detail[0]["field"] if isinstance(detail, list) and detail and "field" in detail[0] else None
        return {"error": {"message": message, "type": kind, "param": param, "code": code}}
    return {"error": {"code": code, "message": message, "detail": detail}}


def told_problem(path: str, problem: Problem) -> web.Response:
    response = told(path, problem.status, problem.code, problem.message, problem.detail)
    response.headers.update(problem.headers)
    return response
