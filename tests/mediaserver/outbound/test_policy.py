"""Which numbers are called at all, and the ways in which a forbidden one may be written."""

from __future__ import annotations

import pytest

from mediaserver.calls.targets import Targets, number_of
from mediaserver.errors import CallError
from mediaserver.outbound.numbers import NumberPlan
from mediaserver.outbound.policy import OutboundPolicy
from mediaserver.outbound.risk import RiskList

GERMANY, AMERICA, SPAIN, NOWHERE = NumberPlan("49"), NumberPlan("1"), NumberPlan("34", (), ""), NumberPlan()
SHIPPED = RiskList.shipped()


@pytest.mark.parametrize(
    ("plan", "written", "means"),
    [
        (GERMANY, "+4930123456", {"4930123456"}),
        (GERMANY, "004930123456", {"4930123456"}),
        (GERMANY, "030123456", {"4930123456"}),
        (GERMANY, "4930123456", {"4930123456"}),
        (GERMANY, "01149301234", {"491149301234"}),
        (GERMANY, "+0049900123456", {"49900123456"}),
        (GERMANY, "0000881600123456", {"881600123456"}),
        (GERMANY, "110", set()),
        (GERMANY, "*31#0900123456", {"49900123456"}),
        (AMERICA, "9005551234", {"19005551234"}),
        (AMERICA, "19005551234", {"19005551234"}),
        (AMERICA, "01144900123456", {"44900123456"}),
        (AMERICA, "*6719005551234", {"6719005551234", "19005551234", "9005551234"} - {"9005551234"}),
        (SPAIN, "806123456", {"34806123456"}),
        (SPAIN, "881600123456", {"34881600123456", "881600123456"}),
        (NOWHERE, "01144900123456", {"44900123456"}),
        (NOWHERE, "0044900123456", {"44900123456"}),
        (NOWHERE, "030123456", set()),
        (NOWHERE, "1001", set()),
    ],
)
def test_a_number_is_read_however_it_is_written(plan: NumberPlan, written: str, means: set[str]) -> None:
    assert plan.readings(written) >= means
    assert bool(plan.readings(written)) is bool(means)


def test_a_national_number_of_no_country_cannot_be_read() -> None:
    assert NOWHERE.unreadable("030123456") and not NOWHERE.unreadable("0049301234")
    assert not GERMANY.unreadable("030123456") and not NOWHERE.unreadable("1001")


def test_the_shipped_list_has_no_line_that_another_makes_needless_by_mistake() -> None:
    assert len(SHIPPED) > 150
    for digits, kind in (("8816", "satellite"), ("979123", "premium"), ("1809555", "revenue-share")):
        found = SHIPPED.of_number(digits)
        assert found is not None and found.kind == kind
    for ordinary in ("4930123456", "12125551234", "442079460000", "33142000000", "34911234567", "3225551234"):
        assert SHIPPED.of_number(ordinary) is None


def test_a_line_that_is_none_is_told() -> None:
    with pytest.raises(ValueError, match="line 2"):
        RiskList(["49900 premium Germany", "+49900"])


@pytest.mark.parametrize(
    "number",
    [
        "+49900123456", "0049900123456", "0900123456", "49900123456", "*31#0900123456", "#31#+49900123456",
        "+870772001234", "00881600123456", "+9791234567", "+18095551234", "+5312345678", "+0049900123456",
        "+490900123456", "00490900123456", "+4900900123456", "*31#+490900123456",
        "118800", "11880",
    ],
)  # fmt: skip
def test_what_costs_more_than_a_call_is_denied_though_all_is_allowed(number: str) -> None:
    policy = OutboundPolicy(GERMANY, ["*"], SHIPPED)
    assert "name" in policy.against(number, ["*", "+", "+4", "+49", "00", "0"])


def test_an_equally_long_prefix_that_names_it_wins_and_a_longer_one_is_for_itself_alone() -> None:
    policy = OutboundPolicy(GERMANY, [], SHIPPED)
    assert policy.against("+49900123456", ["+49900"]) == ""
    assert policy.against("0900123456", ["0900"]) == ""
    assert policy.against("+53771234", ["+53"]) == ""
    assert policy.against("+4990012345", ["+490"]) != ""
    ruled = OutboundPolicy(GERMANY, ["+49", "+499001"], SHIPPED)
    assert ruled.against("+49900123456", ["*"]) == "" and ruled.against("+49900223456", ["*"]) != ""
    assert OutboundPolicy(GERMANY, ["+49", "!+499001"], SHIPPED).against("+49900123456", ["+49900"]) != ""


def test_the_longest_rule_decides_however_the_number_is_written() -> None:
    policy = OutboundPolicy(GERMANY, ["+49", "!+4915", "+49151"])
    for number in ("+4930123456", "0049301234567", "030123456", "0151123456", "1001"):
        assert policy.against(number, ["*"]) == ""
    for number in ("+4916012345", "+4415123456", "0044151234567", "0160123456"):
        assert (policy.against(number, ["*"]) == "") is number.endswith(("16012345", "0160123456"))


def test_a_national_number_is_called_where_the_country_is_known_or_an_area_is_named() -> None:
    policy = OutboundPolicy(NOWHERE, [], SHIPPED)
    assert "outbound.country_code" in policy.against("0900123456", ["*"])
    assert "outbound.country_code" in policy.against("0900123456", ["0"])
    assert policy.against("030123456", ["0301"]) == ""


def test_what_a_trunk_makes_of_a_number_is_judged_where_it_names_a_country() -> None:
    policy = OutboundPolicy(NOWHERE, [], SHIPPED)
    assert "satellite" in policy.against_rewritten("555", "+870772001234", ["5"])
    assert "satellite" in policy.against_rewritten("555", "00870772001234", ["5"])
    assert policy.against_rewritten("+49900123456", "0049900123456", ["+49900"]) == ""
    assert policy.against_rewritten("+4930123456", "030123456", ["+49"]) == ""
    assert policy.against_rewritten("+4930123456", "992004930123456", ["+49"]) == "", "a carrier's own prefix"


def test_targets_ask_the_policy_for_numbers_and_for_numbers_in_addresses() -> None:
    policy = OutboundPolicy(GERMANY, [], SHIPPED)
    targets = Targets({"0900123456"}, ["*@pbx.example", "+49*", "+882*", "+49900@dear.example"], policy)
    for to in ("0900123456", "+4930123456", "sip:1001@pbx.example", "ann@pbx.example", "+88299123456",
               "+49900@dear.example"):  # fmt: skip
        targets.check(to)
    for to in ("+49900123456", "sip:+49900123456@pbx.example", "0049-900.123456@pbx.example",
               "+881600123@pbx.example"):  # fmt: skip
        with pytest.raises(CallError, match=r"not allowed: \+") as refused:
            targets.check(to)
        assert refused.value.code == 403


def test_a_trunks_prefix_allows_and_names() -> None:
    targets = Targets(policy=OutboundPolicy(GERMANY, [], SHIPPED))
    targets.trunks = lambda number: "+4990" if number.startswith("+4990") else None
    with pytest.raises(CallError, match="49900 is premium"):
        targets.check("+49900123456")
    targets.trunks = lambda number: "+49900"
    targets.check("+49900123456")


def test_the_number_of_a_target() -> None:
    assert number_of("sip:+49.30@h") == "+4930" and number_of("ann@h") == "" and number_of("110") == "110"
