"""Whom the server may call, and the ways in which others try to get around that."""

from __future__ import annotations

import pytest

from mediaserver.calls.targets import Targets
from mediaserver.errors import CallError

TARGETS = Targets({"101"}, ["*@PBX.example", "sip:desk@[::1]:5070", "+4930*", "1??"])


@pytest.mark.parametrize(
    "to",
    [
        "101", "sip:ann@pbx.example", "sips:ann@PBX.example", "ann@pbx.example;transport=tcp",
        "desk@[::1]:5070", "+49301234", "155",
    ],
)  # fmt: skip
def test_extensions_and_what_is_allowed_may_be_called(to: str) -> None:
    TARGETS.check(to)


@pytest.mark.parametrize(
    "to",
    [
        "102x", "", "sip:ann@evil.example", "sip:ann@pbx.example.evil.example", "sip:ann@pbx.example:5099",
        "+4930@evil.example", "+1555", "1555", "sip:+4930123", "tel:+49301234", "sip:101@evil.example",
        "sip:a@evil.example;maddr=pbx.example", "sip:evil.example?x=@pbx.example", "a@b@pbx.example",
        "<sip:ann@pbx.example>", "sip:ann:secret@pbx.example", "sip:%61@pbx.example", "sip:a@pbx.example\n",
        "sip:a@pbx.example\r\nRoute: <sip:evil.example>", "sip:a@pbx.example;transport=tcp;lr", "101\n",
    ],
)  # fmt: skip
def test_nobody_else(to: str) -> None:
    with pytest.raises(CallError, match="allowed_targets") as refused:
        TARGETS.check(to)
    assert refused.value.code == 403


def test_by_default_nobody_may_be_called() -> None:
    with pytest.raises(CallError):
        Targets().check("sip:ann@pbx.example")


def test_a_pattern_of_many_stars_is_compared_at_once() -> None:
    """A regular expression would go back for years."""
    with pytest.raises(CallError):
        Targets(patterns=["*1" * 20 + "*x@h"]).check("1" * 90 + "@h")
