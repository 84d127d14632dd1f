"""As whom we call, and what a call gives along."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sip.trunks.callers import ANONYMOUS, CallerSaid, caller_on, given_along
from sip.trunks.spec import CallerRules, NumberRules, TrunkSpec

ACME = TrunkSpec("acme", "acme.test", username="me", dial=NumberRules(strip="+", prepend="00"))
SHOWN = CallerSaid("sip:00493012@acme.test", (("P-Asserted-Identity", "<sip:00493012@acme.test>"),))


@pytest.mark.parametrize("caller", ["+493012", "sip:+493012@here.test;user=phone", "tel:+493012;x=y"])
def test_the_callers_own_number_is_passed_on(caller: str) -> None:
    assert caller_on(ACME, caller) == SHOWN


@pytest.mark.parametrize(
    ("rules", "caller", "user"),
    [
        (CallerRules(), "", "me"),
        (CallerRules(), "demo", "me"),
        (CallerRules(), "sip:demo@here.test", "me"),
        (CallerRules(number="+4999"), "demo", "004999"),
        (CallerRules("fixed", "+4999"), "+493012", "004999"),
        (CallerRules("allowed", "+4999", ("+4930*",)), "+493012", "00493012"),
        (CallerRules("allowed", "+4999", ("+4930*",)), "+493112", "004999"),
        (CallerRules("allowed", "", ("+4930*",)), "+493112", "me"),
    ],
)
def test_who_may_not_be_shown_is_somebody_else(rules: CallerRules, caller: str, user: str) -> None:
    said = caller_on(replace(ACME, caller=rules), caller)
    assert said.from_uri == f"sip:{user}@acme.test"


@pytest.mark.parametrize(
    ("privacy", "caller", "private", "hidden"),
    [
        ("pass", "+493012", True, True),
        ("pass", "+493012", False, False),
        ("pass", ANONYMOUS, False, True),
        ("pass", "sip:Anonymous@there.test", False, True),
        ("always", "+493012", False, True),
        ("never", "+493012", True, False),
    ],
)
def test_who_hides_is_asserted_to_the_carrier_alone(
    privacy: str, caller: str, private: bool, hidden: bool
) -> None:
    rules = CallerRules(number="+493012", privacy=privacy)  # type: ignore[arg-type]
    said = caller_on(replace(ACME, caller=rules), caller, private=private)
    assert said == (CallerSaid(ANONYMOUS, (*SHOWN.headers, ("Privacy", "id"))) if hidden else SHOWN)


def test_a_trunk_that_must_not_assert_does_not() -> None:
    assert caller_on(replace(ACME, caller=CallerRules(asserts=False)), "+493012").headers == ()


def test_the_domain_and_the_kind_of_number_are_as_the_carrier_wants() -> None:
    spec = replace(ACME, from_domain="other.test", user_phone=True)
    assert caller_on(spec, "+493012").from_uri == "sip:00493012@other.test;user=phone"
    assert caller_on(spec, "").from_uri == "sip:me@other.test"


def test_only_what_the_trunk_names_is_given_along() -> None:
    spec = replace(ACME, headers_out=("X-Case", "X-Acme-*"), uui=True)
    said = {
        "headers": {"x-case": "7", "X-Acme-A": "a", "X-Other": "no", "Via": "no", "X-Acme-B": "a\r\nVia: b"},
        "uui": "3031;encoding=hex",
    }
    sent = [("x-case", "7"), ("X-Acme-A", "a"), ("User-to-User", "3031;encoding=hex")]
    assert given_along(spec, {"sip": said}) == sent
    assert given_along(ACME, {"sip": said}) == []
    assert given_along(spec, {"sip": {"headers": {f"X-Acme-{n}": "x" for n in range(99)}}})[20:] == []


@pytest.mark.parametrize("about", [{}, {"sip": 3}, {"sip": {"headers": [1], "uui": 7}}, {"sip": {"uui": ""}}])
def test_nonsense_gives_nothing_along(about: dict[str, object]) -> None:
    assert given_along(replace(ACME, headers_out=("X-*",), uui=True), about) == []


@pytest.mark.parametrize("name", ["X-A\r\nVia", "X-A b", "X-", "X-A:", "X-\u00e4"])
def test_what_is_no_name_of_a_header_is_not_given_along(name: str) -> None:
    spec = replace(ACME, headers_out=("X-*",))
    given = {"sip": {"headers": {name: "1", "X-B": "2"}}}
    assert [each for each in given_along(spec, given) if each[0] != "X-"] == [("X-B", "2")]


def test_who_calls_is_not_given_along_whatever_the_pattern() -> None:
    spec = replace(ACME, headers_out=("P-A*", "P-O*", "P-P*"))
    headers = {"P-Asserted-Identity": "<sip:boss@x>", "p-preferred-identity": "<sip:boss@x>", "P-Own": "1"}
    assert given_along(spec, {"sip": {"headers": headers}}) == [("P-Own", "1")]
