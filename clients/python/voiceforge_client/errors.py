"""What the server refuses is raised."""

from __future__ import annotations

from typing import Any

import httpx


class ApiError(Exception):
    """The server refused. `str()` of it is for people, `code` for programs."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        detail: Any = None,
        retry_after_s: float | None = None,
        request_id: str = "",
    ) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        """Of HTTP."""
        self.code = code
        """Such as `not_found`; docs/api.md of the server has them."""
        self.message = message
        self.detail = detail
        """Of a request that does not fit: a list of `field` and `problem`."""
        self.retry_after_s = retry_after_s
        """When to come again; None: the server does not say."""
        self.request_id = request_id
        """By which the server's log knows the request."""


def refusal(response: httpx.Response) -> ApiError:
    """Of an answer that was read to its end."""
    try:
        told = response.json()["error"]
        code, message, detail = (
            str(told.get("code") or told.get("type")),
            str(told["message"]),
            told.get("detail"),
        )
    except (ValueError, LookupError, TypeError, AttributeError):
        code, message, detail = (
            "http_error",
            response.reason_phrase or "the answer makes no sense",
            None,
        )
    after = response.headers.get("Retry-After", "")
    return ApiError(
        response.status_code,
        code,
        message,
        detail,
        float(after) if after.isdigit() else None,
        response.headers.get("X-Request-Id", ""),
    )


__all__ = ["ApiError", "refusal"]
