"""What is to be fetched, as whoever asks says it: checked before anything is sent."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mediaserver.errors import FetchError, FetchFault
from mediaserver.fetching.secrets import FromSecret

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
IDEMPOTENT = frozenset(("GET", "HEAD", "OPTIONS", "PUT", "DELETE"))
"""May be sent again when it is not known whether they arrived (:rfc:`9110` 9.2.2)."""
MOST_BYTES = 1_048_576
"""Of an answer, decompressed."""
MOST_BODY = 262_144
"""Bytes that are sent."""
MOST_HEADERS = 64
MOST_HEADER = 4096
"""Characters of a header's value."""
MOST_RETRIES = 3
MOST_QUERY = 64
"""Values in the query, beside those that the address has itself."""
OURS = frozenset(
    ("host", "content-length", "transfer-encoding", "connection", "keep-alive", "upgrade", "expect", "te")
    + ("trailer", "accept-encoding", "proxy-authorization", "proxy-connection")
)
"""Headers that say how a message is carried: with other values than ours one request could be read as two."""
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
_UNFIT = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class FetchRequest:
    """Immutable. It holds names of secrets and never their values, so that it may be shown."""

    url: str
    """https://host/path?query; with its templates filled in."""
    method: str = "GET"
    headers: Mapping[str, str | FromSecret] = field(default_factory=dict)
    query: tuple[tuple[str, str | FromSecret], ...] = ()
    """Appended to the query of `url`, encoded here."""
    body: bytes = b""
    content_type: str = ""
    """Of the body."""
    timeout_s: float | None = None
    """All that it may take; never more than `fetch.timeout_s`, which None is."""
    most_bytes: int = MOST_BYTES
    """Of the answer, decompressed; more is an error. Never more than MOST_BYTES."""
    retries: int = 0
    """Further tries, within the time, after an answer of 429, 502, 503 or 504 or none at all."""
    idempotent: bool | None = None
    """Whether it may arrive twice. None: as the method has it, so that POST and PATCH are sent once."""

    status_only: bool = False
    """The body of the answer is of no interest: it is not read, however long it is or slowly it comes."""
    redirects: bool = True
    """Whether to go where an answer redirects (`mediaserver.fetching.redirects`); else that is the answer."""

    @classmethod
    def of_json(cls, url: str, value: Any, method: str = "POST", **more: Any) -> FetchRequest:
        """With a body of JSON. Raises FetchError for what JSON does not have."""
        try:
            body = json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
        except (TypeError, ValueError, RecursionError):
            raise _bad("the body cannot be written as JSON") from None
        return cls(url, method, body=body, content_type="application/json", **more)

    @property
    def may_repeat(self) -> bool:
        return self.method.upper() in IDEMPOTENT if self.idempotent is None else self.idempotent

    def check(self) -> None:
        """All but the address. Raises FetchError."""
        if self.method.upper() not in METHODS:
            raise _bad(f"there is no method {self.method[:20]!r}: take one of {', '.join(METHODS)}")
        if len(self.headers) > MOST_HEADERS or len(self.query) > MOST_QUERY:
            raise _bad(f"it has more than {MOST_HEADERS} headers, or {MOST_QUERY} values in its query")
        for name, value in self.headers.items():
            self._check_header(name, value)
        if len(self.body) > MOST_BODY:
            raise _bad(f"its body is larger than {MOST_BODY // 1024} KB")
        if self.body and self.method.upper() in ("GET", "HEAD"):
            raise _bad(f"{self.method.upper()} has no body: take POST, or put it into the query")
        if _UNFIT.search(self.content_type) or len(self.content_type) > MOST_HEADER:
            raise _bad("its content type cannot be sent")
        if self.timeout_s is not None and not self.timeout_s > 0:
            raise _bad("its time-out must be more than 0 seconds")
        if not 0 <= self.retries <= MOST_RETRIES:
            raise _bad(f"retries must be 0 to {MOST_RETRIES}")

    @staticmethod
    def _check_header(name: str, value: str | FromSecret) -> None:
        if not _TOKEN.fullmatch(name):
            raise _bad(f"{name[:40]!r} is no name of a header")
        if name.lower() in OURS:
            raise _bad(f"the header {name} is set by the server itself")
        told = value if isinstance(value, str) else value.before + value.after
        if _UNFIT.search(told) or len(told) > MOST_HEADER:
            raise _bad(f"the value of the header {name} has a line break in it, or is too long")


def _bad(why: str) -> FetchError:
    return FetchError(why, FetchFault.BAD_REQUEST)
