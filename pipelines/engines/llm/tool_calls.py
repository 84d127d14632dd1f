"""Calls of tools, put together from the pieces in which models stream them.

A machine without I/O. What cannot be read becomes a call with a `fault`: the model can be told, and mend it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from mediaserver.errors import PeerError
from pipelines.engines.llm.wire_text import JSON, shown, spoken_text
from pipelines.engines.protocols import LlmToolCall

MOST_CALLS = 32
"""Of one answer."""
MOST_ARGUMENTS = 64 * 1024
"""Characters of one call's arguments."""
MOST_IN_ALL = 4 * MOST_ARGUMENTS
"""Of all calls of one answer: they are sent back in every further request."""
MOST_DEPTH = 40
"""Levels of arguments; whatever handles them later recurses, too."""
MOST_VALUES = 1_000
"""In one call's arguments. Each is checked against a tool's types, on the loop of all calls, and a list of
sixteen thousand wrong ones took a quarter of a second to complain of."""
MOST_NAME = 200
MOST_KEPT = 256 * 1024
"""Characters of what is kept for the server beside a call, or beside all calls of an answer."""


@dataclass(slots=True)
class _Open:
    id: str
    name: str
    pieces: list[str] = field(default_factory=list)
    length: int = 0
    ended: bool = False
    kept: Mapping[str, Any] = field(default_factory=dict)
    looks: int = 0
    """How often it was looked whether it is whole."""


class CallAssembly:
    """The calls of one answer, in the order in which they began."""

    def __init__(self) -> None:
        self._calls: list[_Open] = []
        self._places: dict[int, _Open] = {}
        self._length = 0
        self.pieces = 0
        """That have come."""

    def add(
        self, place: int, id: Any, name: Any, arguments: Any, kept: Mapping[str, Any] | None = None
    ) -> None:
        """A piece. `place` says which call it belongs to. Servers that number all their calls 0, or none
        (Ollama, Gemini), begin a new one with a new id, or with a name where the call before is whole.
        `kept`: see `LlmToolCall`. Raises PeerError for too many calls, and for too long ones."""
        self.pieces += 1
        id, name = shown(id, MOST_NAME), shown(name, MOST_NAME)
        call = self._places.get(place)
        if call is None or (name and _another(call, id, arguments)):
            if len(self._calls) >= MOST_CALLS:
                raise PeerError(f"it called more than {MOST_CALLS} tools at once")
            call = _Open(id, name)
            self._calls.append(call)
            self._places[place] = call
        else:
            call.id = call.id or id
            call.name = call.name or name
        if kept and fit_to_keep(kept):
            call.kept = kept
        if isinstance(arguments, dict):  # some servers send them as they are
            arguments = _dumped(arguments)
        if isinstance(arguments, str) and arguments:
            call.length += len(arguments)
            self._length += len(arguments)
            if self._length > MOST_IN_ALL:
                raise PeerError(f"its calls of tools are longer than {MOST_IN_ALL} characters")
            if call.length <= MOST_ARGUMENTS:
                call.pieces.append(arguments)

    def end(self, place: int) -> list[LlmToolCall]:
        """The call at a place, which is whole now; none where none is open."""
        call = self._places.pop(place, None)
        return [] if call is None else self._ended([call])

    def end_all(self) -> list[LlmToolCall]:
        """Those that are still open, whole now."""
        self._places.clear()
        return self._ended([call for call in self._calls if not call.ended])

    def _ended(self, calls: list[_Open]) -> list[LlmToolCall]:
        for call in calls:
            call.ended = True
            call.id = call.id or f"call_{next(n for n, each in enumerate(self._calls, 1) if each is call)}"
        return [replace(_made(call), kept=call.kept) for call in calls]


def _another(call: _Open, id: str, arguments: Any) -> bool:
    """A named piece at the place of this call belongs to a new one. Some servers name the same call in each
    of its pieces: without ids that differ, a new one begins with arguments of its own behind whole ones."""
    if id and call.id:
        return id != call.id
    if not call.name or not call.pieces:
        return False
    begins = isinstance(arguments, dict) or (isinstance(arguments, str) and arguments.lstrip()[:1] == "{")
    if not begins or call.looks >= MOST_CALLS:
        return False
    call.looks += 1
    return not _made(call).fault


def fit_to_keep(kept: Mapping[str, Any]) -> bool:
    """It goes back to the server as it came, so that it must be JSON, and no more than the server needs."""
    try:
        return len(json.dumps(_clean(dict(kept)), allow_nan=False)) <= MOST_KEPT
    except (ValueError, RecursionError):
        return False


def _dumped(arguments: dict[str, Any]) -> str:
    try:
        return json.dumps(arguments)
    except RecursionError:
        return "[" * (MOST_DEPTH + 2)  # as deep as what was sent; it is told when the call is whole


def _made(call: _Open) -> LlmToolCall:
    id = call.id
    if not call.name:
        return LlmToolCall(id, "", {}, "the call names no tool")
    if call.length > MOST_ARGUMENTS:
        return LlmToolCall(id, call.name, {}, f"the arguments are longer than {MOST_ARGUMENTS} characters")
    text = "".join(call.pieces).strip()
    try:
        arguments = JSON.decode(text) if text else {}
        if isinstance(arguments, str):  # written as JSON twice, as some models do
            arguments = JSON.decode(arguments) if arguments.strip() else {}
        arguments = _clean(arguments)
        if _values(arguments) > MOST_VALUES:
            return LlmToolCall(id, call.name, {}, f"the arguments have more than {MOST_VALUES} values")
    except (ValueError, RecursionError) as error:
        why = str(error) if isinstance(error, ValueError) else "nested too deeply"
        return LlmToolCall(id, call.name, {}, f"the arguments are not valid JSON ({shown(why)})")
    if arguments is None:
        arguments = {}
    if not isinstance(arguments, dict):
        return LlmToolCall(id, call.name, {}, "the arguments are not a JSON object")
    return LlmToolCall(id, call.name, arguments)


def _values(value: Any) -> int:
    match value:
        case dict():
            return 1 + sum(map(_values, value.values()))
        case list():
            return 1 + sum(map(_values, value))
        case _:
            return 1


def _clean(value: Any, depth: int = MOST_DEPTH) -> Any:
    """Without characters that neither a database nor a terminal can take. Raises ValueError for what is
    nested too deeply, and for a number that JSON does not have (1e999 is read as infinity): every further
    request would be refused for it."""
    match value:
        case str():
            return spoken_text(value)
        case float() if not math.isfinite(value):
            raise ValueError("a number is too large")
        case dict() | list() if not depth:
            raise ValueError("nested too deeply")
        case dict():
            return {spoken_text(key): _clean(item, depth - 1) for key, item in value.items()}
        case list():
            return [_clean(item, depth - 1) for item in value]
        case _:
            return value
