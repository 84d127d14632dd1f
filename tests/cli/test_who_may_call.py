"""Who may call, from the settings: the endpoints, the line in the log, and what is easily guessed."""

from __future__ import annotations

from typing import Any

import pytest

from cli.serving.who_may_call import endpoints_of, weak_secrets, who_may_call
from mediaserver.calls.may_dial import AGENTS, EVERYBODY, MayDial
from mediaserver.config import load
from mediaserver.settings.sip import SipSettings

GOOD = "correct horse battery"


def sip(**given: Any) -> SipSettings:
    return load(None, {"sip": given}).sip


def test_out_of_the_box_this_machine_alone_may_call() -> None:
    endpoints = endpoints_of(sip())
    assert endpoints.is_anonymous("127.0.0.1") and endpoints.is_anonymous("::1")
    assert not endpoints.is_anonymous("192.0.2.1") and not endpoints.is_trunk("127.0.0.1")
    line = who_may_call(sip())
    assert "this machine alone" in line and "extensions none" in line and "trunks none" in line


def test_the_settings_become_endpoints() -> None:
    endpoints = endpoints_of(
        sip(
            extensions={"100": GOOD, "101": {"password": "p", "may_dial": ["demo"]}},
            trunks={
                "pbx": {"networks": ["192.0.2.5"], "header": "X-Key:  abc "},
                "far": {"password": GOOD, "may_dial": ["+49*"]},
            },
            anonymous=["198.51.100.0/24"],
            anonymous_may_dial=["demo"],
        )
    )
    assert endpoints.extensions["100"].reach == EVERYBODY
    assert endpoints.extensions["101"].reach == MayDial(("demo",))
    assert endpoints.trunks["pbx"].header == ("X-Key", "abc") and endpoints.trunks["pbx"].reach == AGENTS
    assert endpoints.trunks["far"].reach == MayDial(("+49*",))
    assert (endpoints.password("far"), endpoints.extension_password("far")) == (GOOD, None)
    assert endpoints.password("pbx") is None and endpoints.is_trunk("192.0.2.5")
    assert endpoints.is_anonymous("198.51.100.77") and not endpoints.is_anonymous("127.0.0.1")
    assert endpoints.anonymous_reach == MayDial(("demo",), out=False)
    assert GOOD not in repr(list(endpoints.extensions.values()) + list(endpoints.trunks.values()))


def test_the_log_names_few_and_counts_the_rest() -> None:
    line = who_may_call(sip(extensions={str(n): GOOD for n in range(100, 120)}, anonymous=[]))
    assert "without proof nobody" in line and "100, 101, 102, 103, 104 and 15 more" in line
    assert GOOD not in line


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"extensions": {"100": "100"}}, "extension 100: its password is its own name"),
        ({"extensions": {"100": "eleven char"}}, "extension 100: its password is shorter than 12 characters"),
        ({"extensions": {"100": "1" * 20}}, "extension 100: its password repeats a few characters"),
        ({"extensions": {"100": GOOD}}, ""),
        (
            {"trunks": {"a": {"header": "X-Key: abc"}}},
            "trunk a: the value of its header is shorter than 12 characters",
        ),
        ({"trunks": {"a": {"header": "X-Key: abc", "networks": ["192.0.2.1"]}}}, ""),
        ({"trunks": {"a": {"password": "abc"}}}, "trunk a: its password is shorter than 12 characters"),
        ({"anonymous": ["0.0.0.0/0"]}, "sip.anonymous: anybody from 0.0.0.0/0 may call without a password"),
        ({"anonymous": ["10.0.0.0/8", "::1/128"]}, ""),
    ],
)
def test_what_is_easily_guessed_is_found_where_others_can_try(given: dict[str, Any], said: str) -> None:
    found = list(weak_secrets(sip(host="192.0.2.10", **given)))
    assert "; ".join(f"{each.name}: {each.detail}" for each in found) == said
    assert all(not each.fatal and each.mend for each in found)
    assert list(weak_secrets(sip(**given))) == [], "nobody else can"
