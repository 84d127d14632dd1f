"""What a tool gave, or why it could not: data of a stranger, bounded before anything of the flow sees it.

Nothing in it is ever run, nor becomes a template's source.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeAlias, TypeVar

from mediaserver.errors import ToolError
from mediaserver.fetching.answer_json import read_json
from pipelines.flows.expressions.cel import CelExpression, ExpressionError
from pipelines.flows.expressions.values import Value, shortened
from pipelines.tools.results import visible

T = TypeVar("T")
ToolFault: TypeAlias = Literal["status", "timeout", "refused", "bad answer", "tool"]
"""Names of errors that an error edge may have."""
MOST_SHOWN = 2_000
"""Characters."""
SMALL = 16 * 1024
"""Bytes; what is read of more than that is read in a thread: the loop carries all calls."""


@dataclass(frozen=True, slots=True)
class ToolGave:
    """What came back."""

    body: Any
    """Anything; see `result_of`."""
    size: int
    """Bytes, about."""
    status: int = 0
    """Of an HTTP answer."""


class ToolUseError(ToolError):
    """A tool node could not do its work; `fault` is the error of its edge. The text is for the flow's author,
    and holds no secrets."""

    def __init__(self, fault: ToolFault, why: str, status: int = 0) -> None:
        super().__init__(why)
        self.fault = fault
        self.status = status


class ToolInUse(Protocol):
    """One use of a tool by a node."""

    @property
    def name(self) -> str:
        """For the record of the call."""

    @property
    def changes(self) -> bool:
        """It may change something: once begun it goes on to its end, whatever becomes of the call."""

    @property
    def given(self) -> Mapping[str, Any]:
        """What it is given, as JSON; empty before `run`."""

    async def run(self) -> ToolGave:
        """Within its time. Raises ToolUseError and ExpressionError."""


def result_of(gave: ToolGave) -> dict[str, Value]:
    """As `result` is in expressions: as much as a variable holds, and nothing that people cannot see."""
    return {"status": gave.status, "body": _seen(shortened(gave.body))}


def read_text(text: str) -> Any:
    """A text that is an object or a list of JSON, within the bounds of `read_json`, becomes that; any other
    stays as it is."""
    if text[:200].lstrip()[:1] in ("{", "["):
        try:
            return read_json(text.encode())
        except ValueError:
            return text
    return text


@dataclass(frozen=True, slots=True)
class TakenOver:
    """What a flow has of a result."""

    values: Mapping[str, Value]
    """Variables, and `result`."""
    shown: str
    """The beginning of it as text, for the call's record."""


async def taken_over(
    gave: ToolGave, save: Mapping[str, CelExpression], values: Mapping[str, Value]
) -> TakenOver:
    """Raises ToolUseError ('bad answer') where a result does not have what is asked of it."""

    def take() -> TakenOver:
        result = result_of(gave)
        scope, taken = {**values, "result": result}, dict[str, Value]()
        for name, expression in save.items():
            try:
                taken[name] = expression.value(scope)
            except ExpressionError as error:
                why = f"{name} cannot be had of it: {error}"
                raise ToolUseError("bad answer", why, gave.status) from None
        body = result["body"]
        shown = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
        return TakenOver({**taken, "result": result}, shown[:MOST_SHOWN])

    return await off_loop(gave.size, take)


async def off_loop(size: int, read: Callable[[], T]) -> T:
    """`read` of something of so many bytes."""
    return read() if size <= SMALL else await asyncio.to_thread(read)


def _seen(value: Value) -> Value:
    match value:
        case str():
            return visible(value)
        case list():
            return [_seen(each) for each in value]
        case dict():
            return {visible(key): _seen(each) for key, each in value.items()}
        case _:
            return value
