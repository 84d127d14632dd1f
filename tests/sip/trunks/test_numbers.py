"""Which numbers a trunk may call, and how they look there."""

from __future__ import annotations

import pytest

from sip.trunks.numbers import may_call, rewritten
from sip.trunks.spec import NumberRules, Rewrite, TrunkSpec

NATIONAL = NumberRules((Rewrite(r"\+49(\d+)", r"0\1"), Rewrite(r"(11[0-9])", r"\1")), "+", "00")


@pytest.mark.parametrize(
    ("rules", "number", "expected"),
    [
        (NATIONAL, "+4930123", "030123"),
        (NATIONAL, "+33123", "0033123"),
        (NATIONAL, "112", "112"),
        (NATIONAL, "demo", "demo"),
        (NumberRules(strip="00", prepend="+"), "0049301", "+49301"),
        (NumberRules(strip="00", prepend="+"), "49301", "49301"),
        (NumberRules(prepend="+49"), "301", "+49301"),
        (NumberRules(strip="+"), "+", "+"),
        (NumberRules((Rewrite(".*", ""),)), "5", "5"),
        (NumberRules(prepend="x"), "9" * 65, "9" * 65),
        (NumberRules(), "+1", "+1"),
    ],
)
def test_numbers_are_written_anew(rules: NumberRules, number: str, expected: str) -> None:
    assert rewritten(rules, number) == expected


@pytest.mark.parametrize(
    ("prefixes", "number", "allowed"),
    [
        ((), "+4930", False),
        (("+49",), "+4930", True),
        (("+49",), "+33", False),
        (("+49", "!+49900"), "+49900123", False),
        (("+49", "!+49900", "+499001"), "+4990011", True),
        (("*", "!+49900"), "+49900", False),
        (("*", "!+49900"), "110", True),
        (("+49", "!+49900"), "+490900123", False),
        (("*", "!+49900"), "+4900900123", False),
        (("+49", "!+49900", "+499001"), "+490900123", True),
        (("+39", "!+39892"), "+390892123", True),  # a zero of Italy's own
        (("+49", "!+493900"), "+4930900123", True),
        (("+", "!+"), "+1", False),
        (("+49",), "+49x", False),
        (("*",), "demo", False),
        (("*",), "sip:+49@evil.test", False),
    ],
)
def test_what_no_prefix_allows_is_not_called(prefixes: tuple[str, ...], number: str, allowed: bool) -> None:
    assert may_call(TrunkSpec("t", "h", prefixes=prefixes), number) is allowed
