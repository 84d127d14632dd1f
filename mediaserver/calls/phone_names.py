"""The user names of phones that may register: those of the settings, and those of pages, which come and go.

A page's name is known by its beginning alone, so that what is dialled means the same whether it is open.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

PAGE_PREFIX = "web-"
"""Of phones in browsers, which have no settings of their own."""
_PAGE = re.compile(rf"{PAGE_PREFIX}[a-z0-9](?:[a-z0-9-]{{0,26}}[a-z0-9])?")


def is_page_name(name: str) -> bool:
    """Whether it is one that phones in browsers have: `web-` and up to 28 small letters, digits, hyphens."""
    return _PAGE.fullmatch(name) is not None


class PhoneNames(Collection[str]):
    """Holds every name that may be a phone's; goes over those that the operator has set."""

    def __init__(self, configured: Collection[str]) -> None:
        self._configured = frozenset(configured)

    def __contains__(self, name: object) -> bool:
        return name in self._configured or (isinstance(name, str) and is_page_name(name))

    def __iter__(self) -> Iterator[str]:
        return iter(self._configured)

    def __len__(self) -> int:
        return len(self._configured)
