"""What a text or an expression of a document uses, and what is wrong with it: compiled as the flow will be.

Names that nobody knows, fields that are never there, loops within loops.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from pipelines.flows.checks.findings import FlowFinding, did_you_mean, error, quoted, short
from pipelines.flows.checks.spots import EXPRESSIONS, Spot
from pipelines.flows.document.names import GIVEN
from pipelines.flows.expressions.cel import CelScope, ExpressionError
from pipelines.flows.expressions.liquid import SaidTemplate, UrlTemplate

GIVEN_FIELDS: dict[str, tuple[str, ...]] = {
    "call": ("id", "from", "to", "direction", "language", "about"),
    "now": ("date", "time", "weekday", "hour", "minute"),
    "last": ("said", "confidence", "error", "status"),
    "result": ("status", "body"),
}
"""What is in the names that are always there."""
MOST_LOOPS = 1
"""Of CEL within one another: two over lists of 500 items take long, and three for ever."""
_TEXTS = re.compile(r"""[rRbB]{0,2}(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')""")
_FIELDS = re.compile(rf"(?<![\w.])({'|'.join(sorted(GIVEN_FIELDS))})\s*\.\s*([A-Za-z_]\w*)(\s*\()?")
_BRACKETS = re.compile(r"\.\s*(?:map|filter|all|exists|exists_one|existsOne)\s*(\()|(\()|(\))")
_NOBODY = re.compile(r"undeclared reference to '([^']*)'")


@dataclass(frozen=True, slots=True)
class Reading:
    """One spot, read."""

    spot: Spot
    uses: frozenset[str]
    """Variables of the document."""
    found: tuple[FlowFinding, ...]


class SpotReader:
    """Reads spots with the names of one document; equal texts once."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = frozenset(names)
        self._scope = CelScope(self.names | GIVEN)
        self._patterns: dict[str, tuple[re.Pattern[str], ...]] = {}
        self._read: dict[tuple[bool | str, str], tuple[frozenset[str], str]] = {}

    def read(self, spot: Spot) -> Reading:
        uses, fault = self._compiled(spot)
        code = _code(spot)
        found = [self._fault(spot, uses, fault)] if fault else []
        if not fault:
            found += self._unknown(spot, uses)
            found += _fields(spot, code)
            found += _result(spot, uses)
            found += _loops(spot, code)
        return Reading(spot, uses & self.names, tuple(found))

    def guarded(self, spot: Spot, name: str) -> Literal["never", "asked", "only asked"]:
        """Whether it is asked there if the variable is known, and whether nothing else is done with it."""
        test, pure, word = self._tests(name)
        code = _code(spot)
        if word.search(pure.sub(" ", code)) is None:
            return "only asked"
        return "asked" if test.search(code) else "never"

    def _tests(self, name: str) -> tuple[re.Pattern[str], ...]:
        if name not in self._patterns:
            self._patterns[name] = (_test(name), _pure(name), _word(name))
        return self._patterns[name]

    def _compiled(self, spot: Spot) -> tuple[frozenset[str], str]:
        """The names in it, and why it cannot be read."""
        language: bool | str = "url" if spot.kind == "url" else spot.kind in EXPRESSIONS
        key = (language, spot.source)
        if key not in self._read:
            try:
                if language == "url":
                    uses = UrlTemplate(spot.source).uses
                elif language:
                    uses = self._scope.compile(spot.source).uses
                else:
                    uses = SaidTemplate(spot.source).uses
                self._read[key] = (uses, "")
            except ExpressionError as fault:
                self._read[key] = (frozenset(), str(fault))
        return self._read[key]

    def _fault(self, spot: Spot, uses: frozenset[str], fault: str) -> FlowFinding:
        nobody = _NOBODY.search(fault)
        if nobody is not None:
            return self._nobody(spot, nobody[1], f" ({fault})")
        if spot.kind in EXPRESSIONS:
            remedy = (
                "Expressions are CEL: compare with ==, < or >=, join with && and ||, put texts in quotes."
            )
        elif spot.kind == "url":
            remedy = "Put {{ variables }} into the path or the query alone, and nothing but them."
        else:
            remedy = (
                "Texts are Liquid: write a value as {{ name }}, and close each {% if … %} with {% endif %}."
            )
        return error(spot.node, spot.field, fault, remedy)

    def _unknown(self, spot: Spot, uses: frozenset[str]) -> Iterator[FlowFinding]:
        for name in sorted(uses - self.names - GIVEN):
            yield self._nobody(spot, name, "")

    def _nobody(self, spot: Spot, name: str, place: str) -> FlowFinding:
        return error(
            spot.node,
            spot.field,
            f"'{short(name, 60)}' is no variable of this flow{place}",
            f"{did_you_mean(name, sorted(self.names | GIVEN))}Declare it under 'variables', or put it right.",
        )


def _code(spot: Spot) -> str:
    """Without what stands in quotes; of a text the tags alone."""
    if spot.kind in EXPRESSIONS:
        return _TEXTS.sub("''", spot.source)
    return " ".join(_TEXTS.sub("''", tag) for tag in _tags(spot.source))


def _fields(spot: Spot, code: str) -> Iterator[FlowFinding]:
    for name, field, called in dict.fromkeys(_FIELDS.findall(code)):
        if field not in GIVEN_FIELDS[name] and not called:
            yield error(
                spot.node,
                spot.field,
                f"there is no '{name}.{short(field, 60)}'",
                f"{did_you_mean(field, GIVEN_FIELDS[name])}There are {quoted(GIVEN_FIELDS[name])}.",
            )


def _result(spot: Spot, uses: frozenset[str]) -> Iterator[FlowFinding]:
    if "result" in uses and not spot.result:
        yield error(
            spot.node,
            spot.field,
            "'result' is there only where a tool's answer is saved",
            "Save what is needed of it in the tool's 'save', and use that variable.",
        )


def _loops(spot: Spot, code: str) -> Iterator[FlowFinding]:
    if spot.kind not in EXPRESSIONS:
        return
    deep, most, open_ = 0, 0, list[bool]()
    for loop, bracket, _ in _BRACKETS.findall(code):
        if loop or bracket:
            open_.append(bool(loop))
            deep += bool(loop)
            most = max(most, deep)
        elif open_:
            deep -= open_.pop()
    if most > MOST_LOOPS:
        yield error(
            spot.node,
            spot.field,
            f"{most} loops (map, filter, all, exists) stand within one another",
            "Compute the inner one in a line of its own in a node of type 'code', or let the tool do it.",
        )


def _tags(source: str) -> Iterator[str]:
    """`{{ … }}` and `{% … %}` of a text that compiles."""
    at = 0
    while (at := source.find("{", at)) >= 0:
        close = {"{{": "}}", "{%": "%}"}.get(source[at : at + 2])
        end = source.find(close, at + 2) if close else at - 1
        if close and end < 0:
            return
        if close:
            yield source[at : end + 2]
        at = end + 2


def _test(name: str) -> re.Pattern[str]:
    """Where it is asked whether the variable is known."""
    return re.compile(
        rf"(?<![\w.]){name}\s*[!=]=\s*(?:null|nil|blank|empty)\b|\bhas\(\s*{name}\."
        rf"|\{{%-?\s*(?:if|unless|elsif)\b[^%]*(?<![\w.]){name}\b|(?<![\w.]){name}\s*\|\s*default\b"
    )


def _pure(name: str) -> re.Pattern[str]:
    """Tests that do no harm where it is not known."""
    return re.compile(
        rf"(?<![\w.]){name}\s*[!=]=\s*(?:null|nil|blank|empty)\b"
        rf"|(?<=if)\s+{name}(?=\s*-?%\}})|(?<=unless)\s+{name}(?=\s*-?%\}})|(?<![\w.]){name}\s*\|\s*default\b"
    )


def _word(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.]){name}\b")
