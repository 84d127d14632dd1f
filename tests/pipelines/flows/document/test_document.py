from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

from pipelines.flows.document.document import Document
from pipelines.flows.document.json_schema import described_schema, document_schema
from pipelines.flows.document.reading import (
    DEEPEST,
    MOST_BYTES,
    DocumentError,
    document_of,
    read_document,
    written,
)

BOOKING = Path(__file__).parents[4] / "pipelines/flows/templates/room_booking.json"


def small(**more: Any) -> dict[str, Any]:
    return {
        "name": "small",
        "nodes": [{"id": "start", "type": "start"}, {"id": "bye", "type": "end_call", "text": "Goodbye."}],
        "edges": [{"type": "next", "source": "start", "target": "bye"}],
        **more,
    }


def booking() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(BOOKING.read_text())["document"]
    return found


def test_the_booking_is_a_document_and_comes_back_as_it_was() -> None:
    document = document_of(booking())
    again = document_of(written(document))
    assert again == document
    assert written(again) == written(document)
    assert document.by_id["place"].type == "collect"
    assert [edge.target for edge in document.leaving["check"]][:3] == ["booked", "change", "cancelled"]


def test_the_schema_is_one_and_fits_the_booking() -> None:
    schema = document_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(booking(), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(small(nodes=[{"id": "x", "type": "nothing"}]), schema)


def test_every_field_of_the_schema_for_people_says_what_it_means() -> None:
    schema = described_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    told = [("Document", schema), *schema["$defs"].items()]
    silent = [
        f"{name}.{field}"
        for name, part in told
        for field, each in part.get("properties", {}).items()
        if "const" not in each and field != "kind" and "description" not in each
    ]
    assert not silent
    assert schema["$defs"]["OutcomeEdge"]["properties"]["forget"]["description"].startswith("What the target")
    assert "description" not in document_schema()["$defs"]["SayNode"]["properties"]["text"], (
        "models pay for it"
    )


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"nodes": [{"id": "ask", "type": "collect", "text": "Where?"}]}, "node 'ask' slot: Field required"),
        ({"nodes": [{"id": "ask", "type": "colect"}]}, "node 'ask'"),
        ({"nodes": [{"id": "a b", "type": "start"}]}, "node 'a b' id"),
        (
            {"nodes": [{"id": "s", "type": "say", "text": "Hi", "txt": "x"}]},
            "node 's' txt: there is no such field",
        ),
        (
            {"edges": [{"type": "next", "source": "start", "target": "x y"}]},
            "edge 1 \\(start → x y\\) target",
        ),
        ({"edges": [{"type": "expression", "source": "a", "target": "b"}]}, "edge 1 \\(a → b\\) when"),
        ({"variables": [{"name": "call"}]}, "variable 'call' name: 'call' has a meaning of its own"),
        ({"variables": [{"name": "Day"}]}, "variable 'Day' name"),
        ({"name": "with blanks"}, "name"),
        ({"nothing": 1}, "nothing: there is no such field"),
        ({"nodes": "none"}, "nodes"),
        ({"format": 2}, "format"),
    ],
)
def test_a_fault_names_its_place(change: dict[str, Any], fault: str) -> None:
    with pytest.raises(DocumentError, match=fault):
        document_of(small(**change))


@pytest.mark.parametrize(
    "raw",
    [
        b" " * (MOST_BYTES + 1),
        b"[" * 1_000_000,
        b'{"a":' * (DEEPEST + 1) + b"1" + b"}" * (DEEPEST + 1),
        b"{",
        b"[]",
        b"\xff\xfe",
        b'{"name": 1e999999}',
        b'{"name": ' + b"9" * 10_000 + b"}",
        b'{"name": "\\ud800"}',
        b"null",
    ],
)
def test_what_is_no_document_is_refused(raw: bytes) -> None:
    with pytest.raises(DocumentError):
        read_document(raw)


def test_many_faults_are_told_in_few_lines() -> None:
    with pytest.raises(DocumentError) as raised:
        document_of(small(nodes=[{"id": f"n{n}", "type": "say"} for n in range(500)]))
    assert len(raised.value.faults) == 21
    assert len(str(raised.value)) < 3_000


def test_a_document_is_never_changed() -> None:
    document = document_of(small())
    assert isinstance(document, Document)
    with pytest.raises(ValueError, match="frozen"):
        document.name = "other"  # type: ignore[misc]
