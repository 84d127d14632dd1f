from __future__ import annotations

from typing import Any

import pytest

from tests.pipelines.flows.checks.drawing import ask, drawn, found_in, leads

TEXTS: list[dict[str, Any]] = [{"kind": "date"}, {"kind": "digits"}, {"kind": "name"}, {"kind": "yes_no"}]
NUMBERS: list[dict[str, Any]] = [{"kind": "number"}, {"kind": "duration"}, {"kind": "money"}]


def kept(slot: dict[str, Any], kind: str) -> list[str]:
    variable = {"name": "n", "kind": kind}
    found = found_in(drawn([ask("n", slot=slot)], leads("start n bye"), variables=[variable]))
    return [f"{each.field}: {each.remedy}" for each in found if each.fatal]


@pytest.mark.parametrize("slot", NUMBERS, ids=lambda slot: str(slot["kind"]))
def test_numbers_are_kept_as_numbers(slot: dict[str, Any]) -> None:
    assert kept(slot, "number") == []
    [fault] = kept(slot, "text")
    assert fault.startswith("variable: Declare 'n' with kind 'number'")


@pytest.mark.parametrize("slot", TEXTS, ids=lambda slot: str(slot["kind"]))
def test_texts_are_kept_as_texts(slot: dict[str, Any]) -> None:
    assert kept(slot, "text") == []
    assert len(kept(slot, "boolean")) == 1


def test_what_is_written_in_figures_may_be_kept_as_a_number() -> None:
    assert kept({"kind": "digits"}, "number") == []
    for values, faults in ((["1", "2.5"], 0), (["1", "two"], 1)):
        slot = {"kind": "choice", "options": [{"value": each, "say": ["red"]} for each in values[:1]]}
        slot["options"] += [{"value": values[1], "say": ["blue"]}]  # type: ignore[operator]
        assert len(kept(slot, "number")) == faults
    assert len(kept({"kind": "date"}, "number")) == 1
