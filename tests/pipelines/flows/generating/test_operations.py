from __future__ import annotations

import json
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

from pipelines.flows.generating.found_json import AnswerFault
from pipelines.flows.generating.guide import guide
from pipelines.flows.generating.operations import change_schema, changed

BEFORE: dict[str, Any] = {
    "name": "small",
    "nodes": [
        {"id": "start", "type": "start", "position": {"x": 1, "y": 2}},
        {"id": "bye", "type": "end_call", "text": "Goodbye.", "position": {"x": 3, "y": 4}},
    ],
    "edges": [{"type": "next", "source": "start", "target": "bye"}],
}


def put(*operations: dict[str, Any]) -> dict[str, Any]:
    return changed(BEFORE, {"operations": list(operations)})


def test_nodes_edges_variables_and_fields_change() -> None:
    ask = {
        "id": "ask",
        "type": "collect",
        "slot": {"kind": "number"},
        "variable": "people",
        "text": "How many?",
    }
    after = put(
        {"do": "put_variable", "variable": {"name": "people"}},
        {"do": "put_node", "node": ask},
        {"do": "remove_edges", "source": "start", "target": "bye", "type": "next"},
        {"do": "add_edge", "edge": {"type": "next", "source": "start", "target": "ask"}},
        {"do": "add_edge", "edge": {"type": "next", "source": "ask", "target": "bye"}},
        {"do": "put_node", "node": {"id": "bye", "type": "end_call", "text": "See you."}},
        {"do": "set", "field": "keep", "value": {"people": "people"}},
    )
    assert [each["id"] for each in after["nodes"]] == ["start", "bye", "ask"]
    assert after["nodes"][1] == {**BEFORE["nodes"][1], "text": "See you."}, "it stays where it is drawn"
    assert [(each["source"], each["target"]) for each in after["edges"]] == [("start", "ask"), ("ask", "bye")]
    assert after["keep"] == {"people": "people"}
    assert "variables" not in BEFORE, "what was there is left as it was"


def test_a_removed_node_takes_its_edges_along() -> None:
    after = put({"do": "remove_node", "id": "bye"})
    assert (after["edges"], len(after["nodes"])) == ([], 1)


def test_a_whole_document_is_taken_as_such() -> None:
    assert changed(BEFORE, {**BEFORE, "about": "x"})["about"] == "x"
    assert changed(BEFORE, {"document": {"name": "small", "nodes": 1}}) == {"name": "small", "nodes": 1}


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        ({}, "changes nothing"),
        ({"operations": []}, "changes nothing"),
        ({"operations": [{"do": "drop_table"}]}, "no operations"),
        ({"operations": [{"do": "remove_node", "id": "nobody"}]}, "operation 1 .* no node 'nobody'"),
        ({"operations": [{"do": "remove_edges", "source": "bye", "target": "start"}]}, "no such edge"),
        ({"operations": [{"do": "remove_variable", "name": "people"}]}, "no variable 'people'"),
        ({"operations": [{"do": "set", "field": "name", "value": "other"}]}, "no operations"),
        ({"operations": [{"do": "put_node", "node": {"id": "x", "type": "say"}}]}, "text: Field required"),
        ({"operations": [{"do": "remove_node", "id": "bye"}] * 1_000}, "no operations"),
    ],
)
def test_what_cannot_be_done_is_told(answer: dict[str, Any], fault: str) -> None:
    with pytest.raises(AnswerFault, match=fault):
        changed(BEFORE, answer)


def test_the_schema_of_an_answer_is_one() -> None:
    schema = change_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate({"operations": [{"do": "remove_node", "id": "bye"}]}, schema)
    json.dumps(schema)


def test_the_guide_names_each_type_and_what_it_needs() -> None:
    lines = {line.partition(" ")[0]: line for line in guide().splitlines()}
    assert '{id: string, type: "say", text: string, interruptible?: boolean' in lines["SayNode"]
    assert "options: [MenuOption]" in lines["MenuNode"]
    assert "secrets?: {name: SecretHeader}" in lines["HttpRequest"]
    assert "label?: string" in lines["Option"]
    assert len(guide()) < 16_000
