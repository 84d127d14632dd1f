"""That what a question is answered with fits the variable that keeps it: numbers that are kept as texts can
be neither compared with numbers nor said as what they count, and that is found out in a call."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipelines.flows.checks.findings import FlowFinding, error
from pipelines.flows.document.document import Document
from pipelines.flows.document.nodes import CollectNode
from pipelines.flows.document.slots import (
    ChoiceSlot,
    DigitsSlot,
    DurationSlot,
    GrammarSlot,
    MoneySlot,
    NumberSlot,
    SlotSpec,
)

_FIGURES = re.compile(r"-?\d{1,15}(?:\.\d{1,6})?")


def value_kinds(document: Document) -> Iterator[FlowFinding]:
    kinds = {variable.name: variable.kind for variable in document.variables}
    for node in document.by_id.values():
        if not isinstance(node, CollectNode) or node.variable not in kinds:
            continue
        gives, kept = _gives(node.slot), kinds[node.variable]
        if gives != kept and not (kept == "number" and _in_figures(node.slot)):
            yield error(
                node.id,
                "variable",
                f"'{node.variable}' is a {kept}, and a slot of kind '{node.slot.kind}' gives a {gives}",
                f"Declare '{node.variable}' with kind '{gives}', or keep the answer in another variable.",
            )


def _in_figures(slot: SlotSpec) -> bool:
    """Texts that are numbers, too."""
    match slot:
        case ChoiceSlot(options=options):
            return all(_FIGURES.fullmatch(option.value) for option in options)
        case DigitsSlot() | GrammarSlot():
            return True
        case _:
            return False


def _gives(slot: SlotSpec) -> str:
    return "number" if isinstance(slot, NumberSlot | DurationSlot | MoneySlot) else "text"
