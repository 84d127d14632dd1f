"""The document that docs/flows.md teaches with, and its tables."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from pipelines.flows.document.document import DocumentNode
from pipelines.flows.document.edges import FlowEdge
from pipelines.flows.document.reading import read_document
from pipelines.flows.document.slots import SlotSpec

PAGE = (Path(__file__).parents[4] / "docs/flows.md").read_text()


def kinds(union: object, field: str) -> set[str]:
    """The names by which the models of a union are told apart."""
    models = get_args(get_args(union)[0])
    return {get_args(model.model_fields[field].annotation)[0] for model in models}


@pytest.mark.parametrize("block", re.findall(r"```json\n(\{\n  \"format\".*?)```", PAGE, re.DOTALL))
def test_each_document_on_the_page_is_one(block: str) -> None:
    assert read_document(block).nodes


def test_the_page_has_a_row_for_each_kind_of_node_and_edge() -> None:
    rows = set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE))
    assert kinds(DocumentNode, "type") | kinds(FlowEdge, "type") <= rows


def test_the_page_names_each_kind_of_slot() -> None:
    (line,) = re.findall(r"Slots are of the kinds (.*?)\.", PAGE, re.DOTALL)
    assert kinds(SlotSpec, "kind") == set(re.findall(r"`(\w+)`", line))
