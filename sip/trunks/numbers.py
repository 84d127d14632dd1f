"""Numbers on a trunk: which of them may be called by it, and how they are written there.

Pure. Inside, a number is E.164 where it is a telephone number at all; what is none is passed on as it is.
"""

from __future__ import annotations

import re
from typing import Protocol

from mediaserver.outbound.numbers import without_zero
from sip.trunks.patterns import LONGEST
from sip.trunks.spec import NumberRules

_NUMBER = re.compile(r"\+?[0-9*#]{1,40}")


class Prefixed(Protocol):
    """A way out for numbers: a trunk, an account at a provider."""

    @property
    def prefixes(self) -> tuple[str, ...]:
        """Beginnings of the numbers that may be called by it; see `TrunkSpec.prefixes`."""


def is_number(text: str) -> bool:
    """Whether this can be dialled on a telephone."""
    return _NUMBER.fullmatch(text) is not None


def number_in(user: str) -> str:
    """The user part of a SIP address without a number's parameters, as carriers write them there: isup-oli,
    cpc, rn, npdi (:rfc:`3261` section 19.1.6). As it is where it is no number."""
    number = user.partition(";")[0]
    return number if is_number(number) else user


def rewritten(rules: NumberRules, number: str) -> str:
    """The number by these rules; as it is where they say nothing of it, or would leave nothing of it. What is
    longer than any number stays as it is, too."""
    if len(number) > LONGEST:
        return number
    for rule in rules.rewrites:
        if (found := re.fullmatch(rule.match, number)) is not None:
            return found.expand(rule.replace) or number
    if rules.strip and not number.startswith(rules.strip):
        return number
    return rules.prepend + number.removeprefix(rules.strip) or number


def fitting_prefix(spec: Prefixed, number: str) -> str | None:
    """The longest of its prefixes that a number begins with, with its `!`; None: it has none."""
    fits = [each for each in spec.prefixes if _begins(number, each.removeprefix("!"))]
    # Of two that are alike the one that says no counts.
    return max(fits, key=lambda each: (len(each.removeprefix("!").strip("*")), each[0] == "!"), default=None)


def may_call(spec: Prefixed, number: str) -> bool:
    """Whether calls to this number may go out by it."""
    if not is_number(number):
        return False
    prefix = fitting_prefix(spec, number)
    if prefix is None or prefix.startswith("!"):
        return False
    # "+49 (0)900…" is +49900… to many a carrier: what is excepted is excepted however it is written.
    meant = without_zero(number[1:]) if number.startswith("+") else ()
    others = (fitting_prefix(spec, f"+{each}") for each in meant)
    return not any(each is not None and each.startswith("!") for each in others)


def _begins(number: str, prefix: str) -> bool:
    return prefix == "*" or number.startswith(prefix)
