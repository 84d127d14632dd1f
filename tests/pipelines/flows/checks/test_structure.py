from __future__ import annotations

from typing import Any

import pytest

from mediaserver.errors import VoiceForgeError
from pipelines.flows.checks.checking import findings
from pipelines.flows.document.reading import document_of
from tests.pipelines.flows.checks.drawing import ask, drawn, faults, found_in, leads

MENU = {"id": "menu", "type": "menu", "text": "One or two?", "options": [{"name": "one"}, {"name": "two"}]}
TOOL = {"id": "tool", "type": "tool", "use": {"kind": "tool", "name": "lookup"}}


def test_a_small_flow_has_nothing_wrong() -> None:
    assert found_in(drawn([ask("people")], leads("start people bye"), "people")) == []


def test_there_is_exactly_one_start() -> None:
    none = document_of({"name": "x", "nodes": [{"id": "bye", "type": "end_call"}]})
    assert [each.what for each in findings(none)] == ["there is no start"]
    two = drawn([{"id": "again", "type": "start"}], leads("start bye", "again bye"))
    assert "error again type" in faults(two)


def test_ids_and_names_are_unique() -> None:
    document = drawn([ask("people"), ask("people")], leads("start people bye"), "people people")
    assert {"error people id", "error  variables"} <= set(faults(document))


@pytest.mark.parametrize(
    ("edge", "fault"),
    [
        ({"type": "next", "source": "people", "target": "by"}, "error people edges.2.target"),
        ({"type": "next", "source": "poeple", "target": "bye"}, "error  edges.2.source"),
        ({"type": "next", "source": "people", "target": "start"}, "error people edges.2.target"),
        ({"type": "next", "source": "bye", "target": "people"}, "error bye edges.2"),
        ({"type": "next", "source": "*", "target": "bye"}, "error  edges.2.source"),
        ({"type": "outcome", "source": "start", "target": "bye", "outcome": "x"},
         "error start edges.2.outcome"),
        ({"type": "timeout", "source": "start", "target": "bye"}, "warning start edges.2"),
        ({"type": "key", "source": "start", "target": "bye", "keys": "0"}, "warning start edges.2"),
        ({"type": "error", "source": "people", "target": "bye", "errors": ["time-out"]},
         "error people edges.2.errors"),
        ({"type": "next", "source": "people", "target": "bye"}, "warning people"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_edge(edge: dict[str, Any], fault: str) -> None:
    assert fault in faults(drawn([ask("people")], [*leads("start people bye"), edge], "people"))


def test_a_misspelt_target_is_guessed() -> None:
    [found] = [each for each in found_in(drawn([], leads("start by"))) if each.field == "edges.0.target"]
    assert found.remedy.startswith("Did you mean 'bye'?")
    assert "node 'start' edges.0.target" in str(found)


def test_every_outcome_leads_somewhere() -> None:
    edges = leads("start menu", "menu:one bye")
    [found] = [each for each in found_in(drawn([MENU], edges)) if each.fatal]
    assert (found.node, found.what) == ("menu", "nothing follows when 'menu' comes to 'two'")
    assert found_in(drawn([MENU], [*edges, *leads("menu:two bye")])) == []
    assert found_in(drawn([MENU], [*edges, *leads("menu bye")])) == []
    assert "error menu edges.2.outcome" in faults(drawn([MENU], [*edges, *leads("menu:three bye")]))


def test_a_read_back_leads_on_from_each_change() -> None:
    check = {
        "id": "check", "type": "confirm", "facts": "{{ people }}.",
        "changes": [{"variable": "people", "say": ["people"]}],
    }  # fmt: skip
    edges = leads("start people check", "check:yes bye", "check:no people", "check:cancel bye")
    [found] = [each for each in found_in(drawn([ask("people"), check], edges, "people")) if each.fatal]
    assert "'change people'" in found.what
    forgetful = [*edges, *leads("check:change people people")]
    [kept] = found_in(drawn([ask("people"), check], forgetful, "people"))
    assert (kept.severity, kept.field) == ("warning", "changes.0")


def test_conditions_alone_are_a_dead_end() -> None:
    when = {"type": "expression", "source": "which", "target": "bye", "when": "people > 1"}
    nodes = [ask("people"), {"id": "which", "type": "condition"}]
    document = drawn(nodes, [*leads("start people which"), when], "people")
    assert faults(document) == ["error which"]
    assert found_in(drawn(nodes, [*leads("start people which bye"), when], "people")) == []


def test_a_transfer_that_fails_leads_on() -> None:
    desk = {"id": "desk", "type": "phone_transfer", "text": "One moment.", "to": "+14155550123"}
    assert "'busy'" in found_in(drawn([desk], leads("start desk")))[0].what
    error = {"type": "error", "source": "desk", "target": "bye"}
    assert faults(drawn([desk], [*leads("start desk"), error])) == ["error desk"]
    both = [*leads("start desk", "desk:left bye", "desk:handed back bye"), error]
    assert found_in(drawn([desk], both)) == []


def test_what_cannot_be_reached_and_cannot_end() -> None:
    lost = drawn([ask("people"), MENU], leads("start people bye", "menu bye"), "people")
    assert faults(lost) == ["error menu"]
    for_ever = drawn([MENU], leads("start menu menu"))
    assert "no end can be reached from 'menu'" in " ".join(each.what for each in found_in(for_ever))


def test_edges_from_anywhere_reach_and_lead_to_an_end() -> None:
    out = {"type": "key", "source": "*", "target": "bye", "keys": "0"}
    document = drawn([MENU], [*leads("start menu menu"), out])
    assert found_in(document) == []


def test_a_circle_waits_for_somebody() -> None:
    flag = {"id": "flag", "type": "set", "values": {"people": 1}}
    when = {"type": "expression", "source": "flag", "target": "bye", "when": "people > 1"}
    spinning = [*leads("start flag flag"), when]
    [found] = found_in(drawn([flag], spinning, "people"))
    assert found.what.startswith("the circle flag → flag can go round without waiting")
    wait = {"id": "wait", "type": "wait", "seconds": 1}
    assert found_in(drawn([flag, wait], [*leads("start flag wait flag"), when], "people")) == []


def test_a_question_that_is_passed_over_is_no_wait() -> None:
    nodes = [ask("people"), {"id": "many", "type": "say", "text": "Too many."}]
    few = {"type": "expression", "source": "people", "target": "bye", "when": "people < 9"}
    [found] = found_in(drawn(nodes, [*leads("start people many people"), few], "people"))
    assert found.node == "people"
    assert "Set 'forget'" in found.remedy
    asked = [*leads("start people many"), *leads("many people", forget=True), few]
    assert found_in(drawn(nodes, asked, "people")) == []
    emptied = {"id": "empty", "type": "set", "values": {"people": None}}
    assert found_in(drawn([*nodes, emptied], [*leads("start people many empty people"), few], "people")) == []


def test_a_tool_that_is_tried_for_ever() -> None:
    again = {"type": "error", "source": "tool", "target": "tool"}
    assert faults(drawn([TOOL], [*leads("start tool bye"), again])) == ["error tool"]


def test_failures_are_handled_or_told_of() -> None:
    [found] = found_in(drawn([TOOL], leads("start tool bye")))
    assert (found.severity, found.node) == ("warning", "tool")
    for source in ("tool", "*"):
        error = {"type": "error", "source": source, "target": "bye"}
        assert found_in(drawn([TOOL], [*leads("start tool bye"), error])) == []


def test_outcomes_of_calls() -> None:
    ends = [
        {"id": "good", "type": "end_call", "outcome": "confirmd"},
        {"id": "later", "type": "end_call", "outcome": "callback"},
    ]
    edges = leads("start menu", "menu:one good", "menu:two later", "menu bye")
    assert faults(drawn([MENU, *ends], edges, outcomes=["confirmed"])) == [
        "error good outcome",
        "warning  outcomes",
    ]


def test_a_text_of_which_nobody_hears_that_it_was_not_sent() -> None:
    sms = {"id": "sms", "type": "send_sms", "message": "Your table."}
    [found] = found_in(drawn([sms], leads("start sms bye")))
    assert not found.fatal and "whether the text was sent or not" in found.what
    assert found_in(drawn([sms], leads("start sms bye", "sms:not sent bye"))) == []
    assert "error sms edges.1.outcome" in faults(drawn([sms], leads("start sms", "sms:gone bye", "sms bye")))


def test_a_text_goes_to_no_number_that_is_a_value() -> None:
    for to in ("{{ number }}", "0301234567", "+0123456789", "+49 30 123456"):
        sms = {"id": "sms", "type": "send_sms", "message": "Your table.", "to": to}
        with pytest.raises(VoiceForgeError):
            drawn([sms], leads("start sms bye"))


def test_each_word_of_who_has_picked_up_leads_somewhere() -> None:
    who = {"id": "who", "type": "who_answered"}
    [found] = [each for each in found_in(drawn([who], leads("start who", "who:human bye"))) if each.fatal]
    assert "'machine', 'fax'" in found.what and "'unknown'" in found.what
    assert found_in(drawn([who], leads("start who bye", "who:machine bye"))) == []


@pytest.mark.parametrize("more", [{"warm": True}, {"trunk": "acme"}])
def test_a_provider_that_calls_itself_briefs_nobody_and_takes_no_trunk(more: dict[str, Any]) -> None:
    transfer = {"id": "desk", "type": "phone_transfer", "text": "One moment.", "to": "+4930123456"}
    by = {**transfer, "called_by": "provider"}
    assert found_in(drawn([by], leads("start desk bye"))) == []
    assert f"error desk {next(iter(more))}" in faults(drawn([{**by, **more}], leads("start desk bye")))
    assert found_in(drawn([{**transfer, **more}], leads("start desk bye"))) == []
