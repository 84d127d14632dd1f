"""How a number may be written, and what it means: E.164 from 00, 011, national numbers and service codes.

Pure. Who wants to slip past a list writes a forbidden number in another way, so where a number can be read in
several ways all of them are given, and whoever judges it judges all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

SHORTEST = 7
"""Digits of a telephone number in full; what is shorter is an extension or a short code."""
SHORTEST_BARE = 8
"""Digits without `+` or any prefix that are taken for a whole number in E.164."""
LONG_BARE = 10
"""The same where national numbers have no prefix that would tell them apart."""
_ZERO_IS_DIALLED = frozenset("27 31 32 33 40 41 43 44 46 49 61 64 81 82 90 353 358 380".split())
"""Country codes behind which no number begins with 0: it is dialled within the country alone (ITU-T E.164,
national prefixes), and who writes it in full all the same, as +49 (0)900, is understood by many carriers."""
_RUNS = re.compile(r"\+?[0-9]+")
_SCHEME = re.compile(r"^(sips?|tel):", re.IGNORECASE)
_NUMBER = re.compile(r"\+?[0-9][0-9\-.() ]*")
_SEPARATORS = str.maketrans("", "", "-.() ")
"""Visual separators (:rfc:`3966` 5.1.1)."""


@dataclass(frozen=True, slots=True)
class NumberPlan:
    """What is dialled where the server stands (ITU-T E.123, E.164). `country_code`: "49"; empty: not said,
    and then national numbers cannot be read."""

    country_code: str = ""
    international: tuple[str, ...] = ()
    """Dialled before a country code; empty: as is usual there."""
    national: str | None = None
    """Dialled before a national number; empty where there is none. None: as is usual there."""

    def readings(self, written: str) -> frozenset[str]:
        """All that a number may mean, in E.164 without its `+`; empty for extensions, short codes and what
        is `unreadable`."""
        found = set()
        for run in self._runs(written):
            found |= self._read(run)
        return frozenset(found.union(*map(without_zero, found)))

    def unreadable(self, written: str) -> bool:
        """Whether it is the national number of a country that nobody named."""
        return any(
            run.startswith("0") and len(run) >= SHORTEST and not self._read(run)
            for run in self._runs(written)
        )

    def prefix(self, written: str) -> str:
        """The beginning of a number, in E.164 without its `+`: "+49900", "0049900" and in Germany "0900" are
        all "49900"."""
        if written.startswith("+"):
            return written[1:]
        if (international := self._after_international(written)) is not None:
            return international
        national = self._national_prefix
        if self.country_code and national and written.startswith(national):
            own = written.removeprefix(national)
            return self.country_code + own
        return written

    @property
    def _international_prefixes(self) -> tuple[str, ...]:
        if self.international:
            return self.international
        if not self.country_code:
            return ("00", "011")
        return ("011",) if self.country_code == "1" else ("00",)

    @property
    def _national_prefix(self) -> str:
        if self.national is not None:
            return self.national
        return "1" if self.country_code == "1" else "0"

    def _runs(self, written: str) -> list[str]:
        """The numbers in it: behind `*` and `#` a code of two or three digits may stand before one."""
        runs: list[str] = _RUNS.findall(written)
        if written.startswith(("*", "#")) and runs:
            runs += [rest for rest in (runs[0][2:], runs[0][3:]) if len(rest) >= SHORTEST]
        return runs

    def _read(self, run: str) -> set[str]:
        if run.startswith("+"):
            digits = run[1:]
            # No country code begins with 0: an exchange that skips the + dials what follows.
            return self._read(digits) if digits.startswith("0") else {digits} - {""}
        if len(run) < SHORTEST:
            return set()
        if (international := self._after_international(run)) is not None:
            return {international} - {""}
        code, national = self.country_code, self._national_prefix
        bare = {run} if len(run) >= SHORTEST_BARE and not run.startswith("0") else set()
        if not code:
            return bare
        if not national:  # a long one may have its country code already
            return {code + run} | (bare if len(run) >= LONG_BARE else set())
        if run.startswith(national):
            return {code + run.removeprefix(national)}
        if code == "1" and len(run) == 10:
            return {code + run}
        return bare

    def _after_international(self, digits: str) -> str | None:
        for prefix in self._international_prefixes:
            if digits.startswith(prefix):
                return digits.removeprefix(prefix).lstrip("0")
        return None


def readings_in(address: str, plan: NumberPlan) -> frozenset[str]:
    """All that the telephone number of an address (sip:+49...@host) or a text may mean, in E.164 without its
    `+`; empty for names, extensions and anonymous callers."""
    user = _SCHEME.sub("", address.strip()).partition("@")[0].partition(";")[0]
    if not _NUMBER.fullmatch(user):
        return frozenset()
    return plan.readings(user.translate(_SEPARATORS))


def without_zero(digits: str) -> set[str]:
    """What a number in E.164, without its `+`, means as well when a zero follows the country code that is no
    part of it; empty when none does."""
    ends = (end for end in (2, 3) if digits[:end] in _ZERO_IS_DIALLED and digits[end : end + 1] == "0")
    return {digits[:end] + digits[end:].lstrip("0") for end in ends}
