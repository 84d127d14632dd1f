"""Rows as values: what is taken, what is refused in words, and what a trunk calls things."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from mediaserver.sdp.policy import CodecOrder, Encryption
from sip.trunks.spec import CallerRules, TrunkSpec, contradiction

READ = TypeAdapter(TrunkSpec)


def read(**fields: Any) -> TrunkSpec:
    return READ.validate_python({"name": "acme", "host": "sip.acme.test", **fields})


def test_a_name_and_a_host_are_enough_and_call_nobody() -> None:
    spec = read()
    assert str(spec.target) == "sip:sip.acme.test" and str(spec.next_hop) == "sip:sip.acme.test"
    assert spec.prefixes == () and spec.login == "" and contradiction(spec) == ""


def test_what_is_written_out_is_read_again() -> None:
    spec = read(
        transport="tls", port=5061, prefixes=["+49", "!+49900"], password="secret",
        dial={"rewrites": [{"match": r"\+49(.*)", "replace": r"0\1"}], "strip": "+", "prepend": "00"},
        caller={"mode": "allowed", "allowed": ["+4930*"]}, quirks={"md5_only": True},
    )  # fmt: skip
    assert READ.validate_json(READ.dump_json(spec)) == spec
    assert "secret" not in repr(spec)


def test_its_calls_are_offered_what_it_says_in_its_order() -> None:
    policy = read(codecs=["G722", "PCMA"], encryption="required").media
    assert policy.codecs == ("G722", "PCMA") and policy.encryption is Encryption.REQUIRED
    assert policy.order is CodecOrder.OURS


def test_addresses_are_those_of_the_trade() -> None:
    spec = read(transport="tcp", port=5070, username="user one", user_phone=True, outbound_proxy="edge:5080")
    assert str(spec.target) == "sip:sip.acme.test:5070;transport=tcp"
    assert str(spec.address_of_record) == "sip:user%20one@sip.acme.test"
    assert str(spec.callee("0030")) == "sip:0030@sip.acme.test:5070;transport=tcp;user=phone"
    assert str(spec.next_hop) == "sip:edge:5080"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": "no name"}, "name"),
        ({"host": "sip:acme"}, "without sip:"),
        ({"host": "acme:5060"}, "without sip: and port"),
        ({"host": "a host"}, "without sip:"),
        ({"prefixes": ["49x"]}, "beginning of a number"),
        ({"headers_in": ["Via"]}, 'begins with "X-"'),
        ({"headers_out": ["X-A\r\nVia"]}, 'begins with "X-"'),
        ({"headers_out": ["P-*"]}, "says not who calls"),
        ({"headers_out": ["P-Asserted*"]}, "says not who calls"),
        ({"from_domain": "a>b"}, "without sip:"),
        ({"outbound_proxy": "proxy?Route=x"}, "no headers"),
        ({"receive": {"rewrites": [{"match": "0(.*)", "replace": "\\2"}]}}, "does not go with match"),
        ({"receive": {"rewrites": [{"match": "(1+)+", "replace": ""}]}}, "for ever"),
        ({"header": "no colon"}, "Name: value"),
        ({"networks": ["999.1.1.1"]}, "must be an address or a network"),
        ({"dial": {"rewrites": [{"match": "(", "replace": ""}]}}, "no regular expression"),
        ({"outbound_proxy": "sip:me@proxy"}, "not a user"),
        ({"caller": {"number": "+49 30"}}, "number or a plain user name"),
        ({"prefix": ["+49"]}, "prefix"),
        ({"quirks": {"md5": True}}, "md5"),
        ({"transport": "sctp"}, "transport"),
        ({"max_calls": -1}, "max_calls"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError) as error:
        read(**fields)
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        (TrunkSpec("a", "h", register=True), "username"),
        (TrunkSpec("a", "h", password="x"), "no username"),
        (TrunkSpec("a", "h", caller=CallerRules("fixed")), "caller.number"),
        (TrunkSpec("a", "h", caller=CallerRules("allowed")), "empty list"),
    ],
)
def test_what_does_not_go_together_is_told(spec: TrunkSpec, said: str) -> None:
    assert said in contradiction(spec)
