"""Names of people in a text, as far as they are known. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

MOST_NAMES = 50
"""That are looked for in one call."""
LONGEST_NAME = 100
SHORTEST_PART = 3
"""Characters of a part of a name that is looked for by itself."""
_PARTS = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*")
_PARTICLES = frozenset(
    "der die das den dem del della des dos das von van vom zum zur and und the mrs miss herr frau señor "
    "señora monsieur madame signor signora doctor prof professor sir".split()
)
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
"""Scripts in which no space stands around a name."""


class PeopleNames:
    """Names that are to be left out; parts of them (the first name, the family name) are, too."""

    def __init__(self) -> None:
        self._known: dict[str, None] = {}
        self._pattern: re.Pattern[str] | None = None

    def learn(self, names: Iterable[str]) -> bool:
        """Whether any of them was new."""
        before = len(self._known)
        for name in names:
            whole = " ".join(name.split())
            if not 2 <= len(whole) <= LONGEST_NAME or any(each.isdigit() for each in whole):
                continue
            parts = [part for part in _PARTS.findall(whole) if _tells(part)]
            for each in (whole, *parts):
                if len(self._known) < MOST_NAMES:
                    self._known.setdefault(each.casefold())
        if len(self._known) == before:
            return False
        longest_first = sorted(self._known, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(_expression, longest_first)), re.IGNORECASE)
        return True

    def find(self, text: str) -> Iterator[tuple[int, int]]:
        """Where they begin and end."""
        if self._pattern is None:
            return iter(())
        return (found.span() for found in self._pattern.finditer(text))


def _tells(part: str) -> bool:
    return (len(part) >= SHORTEST_PART or bool(_UNSPACED.search(part))) and part.casefold() not in _PARTICLES


def _expression(name: str) -> str:
    written = r"\s+".join(re.escape(part) for part in name.split())
    return written if _UNSPACED.search(name) else rf"(?<!\w){written}(?:['\u2019]?s)?(?!\w)"
