"""Which numbers may be called at all, beside what trunks and `sip.allowed_targets` permit: rules by prefix,
and the shipped list of what costs more than a call should.

Pure. Numbers are judged by what they mean, however they are written (`numbers`). It only ever says no: who
allows a number is `mediaserver.calls.targets`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from mediaserver.outbound.numbers import SHORTEST, NumberPlan
from mediaserver.outbound.risk import RiskList

NAMED_AT_LEAST = 4
"""Digits of a prefix that names the national numbers of a country which nobody named."""


class OutboundPolicy:
    """`rules`: "+49" allows what begins so, "!+49900" excepts some, "*" is any number; the longest that fits
    decides. Empty: all that is allowed elsewhere. `risks`: denied unless a prefix as long names them."""

    def __init__(
        self,
        plan: NumberPlan | None = None,
        rules: Iterable[str] = (),
        risks: RiskList | None = None,
    ) -> None:
        self._plan = plan or NumberPlan()
        self._rules = {self._digits(each): not each.startswith("!") for each in rules}
        self._risks = risks if risks is not None else RiskList()

    def against(self, number: str, granted: Collection[str] = ()) -> str:
        """Why this number may not be called, in words that say how to mend it; empty when it may. `granted`:
        the beginnings of numbers that allow it elsewhere, as they are written there."""
        named = [self._digits(each) for each in granted]
        readings = self._plan.readings(number)
        if not readings:
            return self._against_unread(number, named)
        return next(filter(None, (self._against(each, named) for each in sorted(readings))), "")

    def against_rewritten(self, number: str, dialled: str, granted: Collection[str] = ()) -> str:
        """The same for what a trunk's rules have made of a number, as far as that names a country by itself:
        how a carrier writes national numbers is its own affair."""
        if not dialled.startswith("+") and self._plan.prefix(dialled) == dialled:
            return ""
        before = self._plan.readings(number)
        named = [self._digits(each) for each in granted]
        for each in sorted(self._plan.readings(dialled) - before):
            if why := self._against(each, named):
                return why
        return ""

    def _against_unread(self, number: str, named: Iterable[str]) -> str:
        if self._plan.unreadable(number):
            if any(len(each) >= NAMED_AT_LEAST for each in named):
                return ""
            return "nobody said which country's number this is: set outbound.country_code"
        risk = self._risks.of_short_code(number)
        if risk is not None and not any(each.startswith(risk.digits) for each in named):
            return f"{risk.digits} is {risk.kind} ({risk.what}): name that prefix where it is to be called"
        digits = sum(each.isdigit() for each in number)
        if self._rules and not (digits < SHORTEST or self._allows(number)):
            return "no prefix of outbound.rules allows it"
        return ""

    def _against(self, digits: str, named: Iterable[str]) -> str:
        if self._rules and not self._allows(digits):
            return "no prefix of outbound.rules allows it"
        risk = self._risks.of_number(digits)
        if risk is None:
            return ""
        rule = self._fitting(digits)
        names = [*named, *([rule] if rule is not None and self._rules[rule] else [])]
        if any(each.startswith(risk.digits) and digits.startswith(each) for each in names):
            return ""
        return (
            f"+{risk.digits} is {risk.kind} ({risk.what}): a rule, a trunk's prefix or an allowed target has "
            f"to name +{risk.digits} for it"
        )

    def _allows(self, digits: str) -> bool:
        rule = self._fitting(digits)
        return rule is not None and self._rules[rule]

    def _fitting(self, digits: str) -> str | None:
        return max((each for each in self._rules if digits.startswith(each)), key=len, default=None)

    def _digits(self, prefix: str) -> str:
        bare = prefix.removeprefix("!")
        return "" if bare == "*" else self._plan.prefix(bare)
