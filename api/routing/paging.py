"""Lists that are read page by page: a cursor says where the last page ended, so that rows which come or go in
between are neither doubled nor skipped (keyset pagination)."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from typing import Any, Generic, TypeVar

from pydantic import Field

from api.routing.models import RequestModel, ResponseModel
from api.routing.problems import Problem

T = TypeVar("T")

LIMIT = 200
"""Items at most in one answer."""
LONGEST_CURSOR = 500


class PageQuery(RequestModel):
    """Which part of a list."""

    limit: int = Field(default=50, ge=1, le=LIMIT, description="Items at most in one answer.")
    cursor: str = Field(
        default="",
        max_length=LONGEST_CURSOR,
        description="`next` of the page before; without one the list begins.",
    )


class Page(ResponseModel, Generic[T]):
    """A part of a list."""

    items: list[T]
    next: str | None = Field(default=None, description="`cursor` of the next page; null: this was the last.")


def cursor_of(*place: Any) -> str:
    """An opaque cursor for a place in a list: numbers and texts, as its order has them."""
    written = json.dumps(place, separators=(",", ":"), default=str).encode()
    return base64.urlsafe_b64encode(written).decode().rstrip("=")


def place_of(cursor: str, *kinds: type) -> tuple[Any, ...] | None:
    """The place that `cursor_of` was given, of these kinds (int, float, str); None for an empty cursor.
    Raises Problem: it is none of ours."""
    if not cursor:
        return None
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        place = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError):
        place = None
    if not isinstance(place, list) or len(place) != len(kinds):
        raise _no_cursor()
    for value, kind in zip(place, kinds, strict=True):
        if isinstance(value, bool) or not isinstance(value, kind):
            raise _no_cursor()
        if isinstance(value, int) and not -(2**63) <= value < 2**63:
            raise _no_cursor()
        if isinstance(value, str) and not value.isprintable():
            raise _no_cursor()
    return tuple(place)


def page_of(items: Sequence[T], limit: int, place: Any) -> tuple[list[T], str | None]:
    """One more than `limit` was read: the page, and the cursor behind it. `place(item)`: a tuple, see
    `cursor_of`."""
    shown = list(items[:limit])
    return shown, cursor_of(*place(shown[-1])) if len(items) > limit else None


def _no_cursor() -> Problem:
    return Problem(400, "bad_cursor", "cursor is no `next` of this list: leave it out to begin anew.")
