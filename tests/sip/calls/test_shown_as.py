"""By which number a phone wants to be shown: asked for by those alone who may dial out."""

from __future__ import annotations

import pytest

from mediaserver.calls.may_dial import EVERYBODY, MayDial
from sip.access.endpoints import Admitted
from sip.calls.invitation import preferred
from sip.messages.message import Request
from sip.messages.uri import Uri

OPERATOR = Admitted("extension", "web-1", MayDial(dials_out=True))


def asks(*values: str) -> Request:
    lines = [("P-Preferred-Identity", value) for value in values]
    return Request("INVITE", Uri.parse("sip:+4930@host"), lines)


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("<sip:+49301234@host>", "+49301234"),
        ('"Ann" <sip:4711@host;user=phone>', "4711"),
        ("<sip:ann@host>", ""),
        ("<sip:+49%0d%0aX: 1@host>", ""),
        ("<tel:+49301234>", ""),
        ("nonsense <", ""),
        ("", ""),
    ],
)
def test_a_number_is_taken_and_nothing_else(value: str, number: str) -> None:
    assert preferred(asks(value), OPERATOR) == number


def test_who_may_not_dial_out_is_not_asked() -> None:
    assert preferred(asks("<sip:+49301234@host>"), Admitted("extension", "101", EVERYBODY)) == ""
    assert preferred(asks(), OPERATOR) == ""
