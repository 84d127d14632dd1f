from __future__ import annotations

import pytest

from tests.pipelines.flows.checks.drawing import ask, drawn, faults, leads


@pytest.mark.parametrize(
    ("facts", "no", "found"),
    [
        ("{{ n }} and {{ m }}.", "n", ["warning ok facts"]),
        ("{{ n }}.", "n", []),
        ("{{ n }} and {{ m }}.", "anew", []),
        ("{{ n }} and {{ m }}.", "bye", []),
    ],
)
def test_who_says_no_can_put_all_of_it_right(facts: str, no: str, found: list[str]) -> None:
    confirm = {"id": "ok", "type": "confirm", "facts": facts, "cancels": False}
    anew = {"id": "anew", "type": "set", "values": {"n": None, "m": None}}
    edges = leads("start n m ok", "ok:yes bye", "anew n")
    edges += [{"type": "outcome", "source": "ok", "outcome": "no", "target": no, "forget": True}]
    document = drawn([ask("n"), ask("m"), confirm, anew], edges, "n m")
    assert [fault for fault in faults(document) if fault != "error anew"] == found
