"""That what is written as SSML can be read, and stands where it is read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from pipelines.flows.checks.findings import FlowFinding, error
from pipelines.flows.checks.reading import Reading
from pipelines.flows.checks.spots import Spot
from pipelines.flows.compiling.texts import texts_of_defaults
from pipelines.flows.document.document import Document
from pipelines.flows.expressions.cel import ExpressionError
from pipelines.flows.expressions.liquid import SaidTemplate
from pipelines.spoken.marked import is_ssml
from pipelines.spoken.ssml import parse_ssml

_PLAIN_FIELDS = frozenset({"slot.offer", "offer"})
"""Said as they stand, between other words."""
_ATTRIBUTE = re.compile(r"([\w:.-]+)(\s*=\s*)(\"[^\"<]*\{\{[^\"<]*\"|'[^'<]*\{\{[^'<]*')")
_VALUES = {"time": "1s", "strength": "medium", "rate": "medium", "pitch": "medium", "volume": "medium"}
_REMEDY = "Close each element, and write '&amp;' for '&' and '&lt;' for '<'; values are by themselves."
_ANY = "x"
"""What may stand for a value that nobody knows before the call."""


def markup(document: Document, readings: Iterable[Reading]) -> Iterator[FlowFinding]:
    """Of all that is said. What cannot be read as a text has been told."""
    for reading in readings:
        if reading.spot.kind == "said" and is_ssml(reading.spot.source):
            yield from _of_spot(reading.spot)
    told = {reading.spot.field for reading in readings}
    for name, source in texts_of_defaults(document.defaults):
        if is_ssml(source) and f"defaults.{name}" not in told:
            yield from _of_spot(Spot("", f"defaults.{name}", source, "said"))
    for name, source in document.defaults.phrases.items():
        if is_ssml(source):
            yield _misplaced("", f"defaults.phrases.{name}")


def _of_spot(spot: Spot) -> Iterator[FlowFinding]:
    if spot.field in _PLAIN_FIELDS:
        yield _misplaced(spot.node, spot.field)
    elif fault := _fault(spot.source):
        yield error(spot.node, spot.field, fault, _REMEDY)


def _misplaced(node: str, field: str) -> FlowFinding:
    return error(node, field, "SSML is not read here", "Write the words alone.")


def _fault(source: str) -> str:
    """What is wrong with it, once with all values known and once with none; empty: nothing."""
    try:
        template = SaidTemplate(_ATTRIBUTE.sub(_with_a_value, source))
        for scope in (dict.fromkeys(template.uses, _ANY), {}):
            parse_ssml(template.ssml(scope))
    except ExpressionError:
        return ""  # a value of another kind is wanted, or it cannot be read at all, which was told
    except ValueError as fault:
        return str(fault)
    return ""


def _with_a_value(found: re.Match[str]) -> str:
    name = found[1].lower()
    return f'{found[1]}{found[2]}"{"en" if name == "xml:lang" else _VALUES.get(name, _ANY)}"'
