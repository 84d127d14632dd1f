"""The shipped list of prefixes that cost more than a call should (`high_risk_prefixes.txt`). Read once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

SHIPPED = Path(__file__).with_name("high_risk_prefixes.txt")
_SHORT = "short:"


@dataclass(frozen=True, slots=True)
class RiskyPrefix:
    """`digits`: the beginning of a number in E.164, without `+`; of a short code as it is dialled."""

    digits: str
    kind: str
    what: str


class RiskList:
    """The longest prefix that fits a number counts."""

    def __init__(self, lines: Iterable[str] = ()) -> None:
        """Lines as in the shipped file. Raises ValueError."""
        self._numbers: dict[str, RiskyPrefix] = {}
        self._short: dict[str, RiskyPrefix] = {}
        for prefix, risky in _read(lines):
            (self._short if prefix.startswith(_SHORT) else self._numbers)[risky.digits] = risky
        self._longest = max(map(len, self._numbers), default=0)

    def __len__(self) -> int:
        return len(self._numbers) + len(self._short)

    @staticmethod
    def shipped() -> RiskList:
        """What comes with this program."""
        return RiskList(SHIPPED.read_text(encoding="utf-8").splitlines())

    def of_number(self, digits: str) -> RiskyPrefix | None:
        """`digits`: E.164 without `+`."""
        for length in range(min(self._longest, len(digits)), 0, -1):
            if (found := self._numbers.get(digits[:length])) is not None:
                return found
        return None

    def of_short_code(self, dialled: str) -> RiskyPrefix | None:
        return next((each for digits, each in self._short.items() if dialled.startswith(digits)), None)


def _read(lines: Iterable[str]) -> Iterator[tuple[str, RiskyPrefix]]:
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        prefix, kind, what = [*line.split(maxsplit=2), "", ""][:3]
        digits = prefix.removeprefix(_SHORT)
        if not (digits.isascii() and digits.isdigit() and kind and what):
            raise ValueError(f"line {number} is none: prefix, kind, what")
        yield prefix, RiskyPrefix(digits, kind, what)
