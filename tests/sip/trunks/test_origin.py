"""Who calls by a trunk, and over whom, from the headers of its INVITE."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sip.messages.message import Request
from sip.messages.uri import Uri
from sip.trunks.callers import ANONYMOUS
from sip.trunks.origin import Origin, origin_of
from sip.trunks.spec import NumberRules, Rewrite, TrunkSpec

RECEIVE = NumberRules((Rewrite(r"00(\d+)", r"+\1"), Rewrite(r"0(\d+)", r"+49\1")))
ACME = TrunkSpec("acme", "acme.test", username="me", receive=RECEIVE)


def told(*lines: tuple[str, str], spec: TrunkSpec = ACME, uri: str = "sip:030999@us.test") -> Origin:
    headers = dict([("From", "<sip:030111@acme.test>;tag=1"), ("To", "<sip:030999@us.test>")])
    rest = [line for line in lines if line[0] not in headers]
    headers |= {name: value for name, value in lines if name in headers}
    return origin_of(Request("INVITE", Uri.parse(uri), [*headers.items(), *rest]), spec)


def test_numbers_come_in_as_e164() -> None:
    assert told() == Origin("sip:+4930111@acme.test", "+4930999@us.test", {"sip": {"trunk": "acme"}})


def test_parameters_of_a_number_are_no_part_of_it() -> None:
    """As carriers write them into the user part (RFC 3261 section 19.1.6)."""
    uri = "sip:030999;npdi=yes;rn=+4930998@us.test;user=phone"
    came = told(("From", "<sip:+4930111;isup-oli=62@acme.test;user=phone>;tag=1"), uri=uri)
    assert (came.from_uri, came.dialled) == ("sip:+4930111@acme.test", "+4930999@us.test")
    asserted = told(("P-Asserted-Identity", "<sip:0033123;cpc=ordinary@acme.test>")).about["sip"]["asserted"]
    assert asserted == ["+33123"]
    assert told(uri="sip:support;day@us.test").dialled == "support;day@us.test"


@pytest.mark.parametrize(
    "asserted",
    ['"A" <sip:0033123@acme.test>', "<tel:0033123>, <sip:030111@acme.test>", "sip:0033123@acme.test"],
)
def test_who_is_asserted_is_believed_before_from(asserted: str) -> None:
    origin = told(("P-Asserted-Identity", asserted))
    assert origin.from_uri == "sip:+33123@acme.test"
    assert origin.about["sip"]["asserted"][0] == "+33123"


@pytest.mark.parametrize("privacy", ["id", "user;id", "header; critical"])
def test_who_hides_is_told_to_nobody(privacy: str) -> None:
    origin = told(("P-Asserted-Identity", "<sip:0033123@acme.test>"), ("Privacy", privacy))
    assert origin.from_uri == ANONYMOUS and origin.about["sip"] == {"trunk": "acme", "private": True}


def test_privacy_of_something_else_hides_nobody() -> None:
    assert "private" not in told(("Privacy", "none")).about["sip"]
    assert "private" not in told(("Privacy", "history;critical")).about["sip"]


def test_diversions_and_history_are_read() -> None:
    said = told(
        ("Diversion", "<sip:0301@acme.test>;reason=no-answer;counter=1, <tel:0302>;reason=\"user-busy\""),
        ("History-Info", "<sip:0301@a.test?Reason=SIP%3Bcause%3D302>;index=1, <sip:me@b.test>;index=1.1"),
    ).about["sip"]  # fmt: skip
    assert said["diversion"] == [
        {"from": "+49301", "reason": "no-answer"}, {"from": "+49302", "reason": "user-busy"},
    ]  # fmt: skip
    assert said["history"] == [
        {"to": "+49301", "index": "1", "cause": "302"}, {"to": "me@b.test", "index": "1.1"},
    ]  # fmt: skip


def test_chosen_headers_and_uui_are_told_and_no_others() -> None:
    lines = [("X-Case", "7"), ("x-acme-a", "ü\x01"), ("X-Other", "no"), ("User-to-User", "30;encoding=hex")]
    spec = replace(ACME, headers_in=("X-Case", "X-Acme-*"), uui=True)
    said = told(*lines, spec=spec).about["sip"]
    assert said["headers"] == {"X-Case": "7", "x-acme-a": "ü"} and said["uui"] == "30;encoding=hex"
    assert told(*lines).about == {"sip": {"trunk": "acme"}}


@pytest.mark.parametrize(
    ("uri", "to", "dialled"),
    [
        ("sip:me@10.0.0.1:5060", "<sip:030999@us.test>", "+4930999@10.0.0.1"),
        ("sip:me@10.0.0.1:5060", "<sip:me@us.test>", "me@10.0.0.1"),
        ("sip:10.0.0.1", "<tel:030999>", "+4930999@10.0.0.1"),
        ("sip:10.0.0.1", "<sip:us.test>", ""),
        ("sip:sales@US.test", "<sip:x@us.test>", "sales@us.test"),
    ],
)
def test_whom_it_wants(uri: str, to: str, dialled: str) -> None:
    assert told(("To", to), uri=uri).dialled == dialled


def test_what_cannot_be_read_is_not_there() -> None:
    lines = [
        ("P-Asserted-Identity", "<sip:"),
        ("Diversion", ">x<"),
        ("History-Info", "<>;;;"),
        ("Privacy", ";"),
    ]
    assert told(*lines) == told()


def test_a_thousand_diversions_are_a_few() -> None:
    many = ", ".join(f"<sip:0{n}@a.test>" for n in range(100))
    assert len(told(("Diversion", many)).about["sip"]["diversion"]) == 10
    assert "diversion" not in told(("Diversion", ", ".join([many] * 10))).about["sip"]
