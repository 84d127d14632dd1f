from __future__ import annotations

from typing import Any

import pytest

from pipelines.flows.checks.known import KnownNames
from pipelines.flows.generating.invented import invented
from tests.pipelines.flows.checks.drawing import drawn, leads


def names(words: str, **node: Any) -> list[str]:
    document = drawn([{"id": "x", **node}], leads("start x bye"))
    return [each.what for each in invented(document, words, None, KnownNames(agents=["desk"]))]


@pytest.mark.parametrize(
    ("to", "words", "known"),
    [
        ("+14155550123", "to +1 415 555 0123.", True),
        ("+14155550123", "to +1 (415) 555-0123, please", True),
        ("+14155550123", "to 415 555 0123", True),
        ("+14155550123", "to 555.0123", True),
        ("+14155550123", "to 0123", False),
        ("+19005550123", "from 9005 to 550123", False),
        ("+19005550199", "to +1 415 555 0123", False),
        ("101", "to extension 101", True),
        ("101", "in 1010 days", False),
        ("sip:desk@example.com", "to sip:desk@example.com", True),
        ("sip:desk@example.com", "to example.com", False),
        ("{{ call.from }}", "call back", True),
        ("{{ call.about.to }}", "call back", False),
    ],
)
def test_numbers(to: str, words: str, known: bool) -> None:
    found = names(words, type="phone_transfer", text="One moment.", to=to)
    assert (found == []) is known


@pytest.mark.parametrize(
    ("url", "words", "known"),
    [
        ("https://shop.example.com/x", "ask shop.example.com for it", True),
        ("https://shop.example.com/x", "ask https://Shop.example.com/orders.", True),
        ("https://le.com/x", "ask shop.example.com for it", False),
        ("https://shop.example.com/x", "ask example.com", False),
        ("https://shop.example.com/x", "ask shop.example.com.evil.net", False),
        ("http://169.254.169.254/x", "ask the shop", False),
    ],
)
def test_hosts(url: str, words: str, known: bool) -> None:
    assert (names(words, type="tool", use={"kind": "http", "url": url}) == []) is known


def test_what_the_server_has_may_be_named() -> None:
    assert names("hand over", type="agent_transfer", agent="desk") == []
    assert names("hand over", type="agent_transfer", agent="other") == ["nobody has named the agent 'other'"]
    assert names("to other", type="agent_transfer", agent="other") == []
