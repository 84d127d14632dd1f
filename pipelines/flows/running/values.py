"""Variables as expressions and texts see them, and what may become of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from pipelines.flows.compiling.compiled import FlowPart
from pipelines.flows.document.document import Variable
from pipelines.flows.document.names import GIVEN
from pipelines.flows.expressions.cel import ExpressionError
from pipelines.flows.expressions.liquid import SpokenValue
from pipelines.flows.expressions.values import Value, ValueFault, checked, shortened

MASK = "•••"
"""In place of a secret value, wherever it is kept."""


class FlowNames(Mapping[str, Any]):
    """All names of one part of a flow, worked out when they are asked for. `spoken`: values are as they are
    said, where otherwise than kept; `masked`: secret ones are not there."""

    def __init__(
        self,
        part: FlowPart,
        known: Mapping[str, Any],
        given: Mapping[str, Callable[[], Value]],
        say: Callable[[str, Any], str | None] | None = None,
        *,
        masked: bool = False,
    ) -> None:
        """`say`: how a variable's value is said; None: as it is."""
        self._of = part
        self._known = known
        self._given = given
        self._say = say
        self._secret = part.secret if masked else frozenset()

    def __getitem__(self, name: str) -> Any:
        given = self._given.get(name)
        if given is not None:
            return given()
        self._of.variables[name]  # KeyError, as a mapping has it
        value = self._known.get(name)
        if value is None:
            return None
        if name in self._secret:
            return MASK
        if self._say is None:
            return value
        said = self._say(name, value)
        return value if said is None else SpokenValue(value, said)

    def __iter__(self) -> Iterator[str]:
        yield from self._of.variables
        yield from GIVEN

    def __len__(self) -> int:
        return len(self._of.variables) + len(GIVEN)


def moment(now: datetime) -> dict[str, Value]:
    """`now`, of the server's local time."""
    return {
        "date": now.date().isoformat(),
        "time": f"{now:%H:%M}",
        "weekday": WEEKDAYS[now.weekday()],
        "hour": now.hour,
        "minute": now.minute,
    }


WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def fitted(variable: Variable, value: Any) -> Value:
    """The value as this variable keeps it: JSON of bounded size, of its kind. Raises ExpressionError."""
    try:
        kept = checked(value)
    except ValueFault as error:
        raise ExpressionError(f"the variable '{variable.name}' cannot have that value: {error}") from None
    if kept is None:
        return None
    match variable.kind, kept:
        case "text", str():
            return kept
        case "text", bool():
            return "true" if kept else "false"
        case "text", int():
            return str(kept)
        case "text", float():
            return f"{kept:.15g}"
        case "number", bool():
            pass
        case "number", int() | float():
            return kept
        case "number", str():
            number = _number(kept)
            if number is not None:
                return number
        case "boolean", bool():
            return kept
        case "boolean", ("true" | "false"):
            return kept == "true"
        case ("list", list()) | ("object", dict()):
            return kept
        case _:
            pass
    shown = MASK if variable.secret else repr(kept)[:60]
    raise ExpressionError(f"the variable '{variable.name}' is a {variable.kind}, and {shown} is none")


def _number(text: str) -> int | float | None:
    try:
        return int(text)
    except ValueError:
        pass
    try:
        found = checked(float(text))
    except (ValueError, ValueFault):
        return None
    return found if isinstance(found, float) else None


def as_text(value: Any) -> str:
    """A value as an outcome: '5', '14:30'."""
    match value:
        case bool():
            return "true" if value else "false"
        case float():
            return f"{value:.15g}"
        case str() | int():
            return str(value)
        case _:
            return ""


def texts_in(value: Any) -> Iterator[str]:
    """Of a value and all within it, as they may stand in messages; empty ones are left out."""
    match value:
        case list():
            for each in value:
                yield from texts_in(each)
        case dict():
            for each in value.values():
                yield from texts_in(each)
        case _:
            if text := as_text(value):
                yield text


def given_at_start(part: FlowPart, about: Mapping[str, Any]) -> dict[str, Any]:
    """What a part's variables are before anything was asked. What was given along and fits none is left
    out."""
    found: dict[str, Any] = {}
    for name, variable in part.variables.items():
        for value in (about.get(variable.given) if variable.given else None, variable.default):
            if value is None:
                continue
            try:
                kept = fitted(variable, shortened(value))
            except ExpressionError:
                continue
            if kept is not None:
                found[name] = kept
                break
    return found
