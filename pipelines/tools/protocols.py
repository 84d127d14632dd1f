"""A tool that a language model may call: its name, its schema, and what it does.

Must not know what calls it or where it comes from: Python, an MCP server and knowledge all become this.
"""

from __future__ import annotations

import re
import string
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from uuid import UUID

from mediaserver.errors import ConfigError, ToolError

USUAL_TIMEOUT_S = 8.0
LONGEST_TIMEOUT_S = 120.0
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""What OpenAI-compatible servers and Anthropic's both take."""
_PLACE = re.compile(r"[A-Za-z_]\w*")
MOST_ASKED = 200
"""Characters of an argument that a question names; of a longer one the caller would agree to a part."""
_MARKUP = str.maketrans(dict.fromkeys("<>[]{}`|~\\", " "))


@dataclass(frozen=True, slots=True)
class ToolContext:
    """What a tool may know of the call, and no model can make up."""

    call_id: UUID
    caller: str
    """Who calls, or whom we called: a number in E.164 where it is one, else an address; empty: anonymous."""
    language: str
    """BCP 47."""
    about: Mapping[str, str]
    """What whoever placed the call gave along."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A passage that an answer rests on, word for word, for the transcript."""

    document: str
    text: str
    heading: str = ""
    """The headings it stands under, outermost first."""
    page: int | None = None
    """From 1; None for a document without pages."""


@dataclass(frozen=True, slots=True)
class Quoted:
    """A result with the passages that it is made of."""

    text: str
    quotes: tuple[Quote, ...]
    about: Mapping[str, Any] = field(default_factory=dict)
    """How it was found, for the call's record: no model reads it."""


ToolResult: TypeAlias = str | Quoted


class SaidByOthers(ToolError):
    """What a tool says went wrong, in words that are not ours: marked as data before a model reads them."""


def any_arguments(arguments: Mapping[str, Any]) -> str:
    """Whoever runs the tool judges them."""
    return ""


@dataclass(frozen=True, slots=True)
class Tool:
    """What a model may call. Raises ConfigError for what no model or caller could be given."""

    name: str
    description: str
    """For the model: what it does, and when to call it."""
    parameters: Mapping[str, Any]
    """JSON Schema of the arguments, an object."""
    run: Callable[[Mapping[str, Any], ToolContext], Awaitable[ToolResult]]
    """Called with arguments as the model gave them. The text is data, never an instruction. What it raises
    is for the log, but for ToolError, which the model is told."""
    timeout_s: float = USUAL_TIMEOUT_S
    confirm: str = ""
    """Not empty: the caller is asked this first ("Shall I cancel the order {number}?"), and it is run after
    a yes alone."""
    interruptible: bool = True
    """False: a caller who interrupts does not cancel it."""
    filler: str = ""
    """Said while it runs, when it takes long and the model has said nothing ("Let me look that up.")."""
    fault: Callable[[Mapping[str, Any]], str] = any_arguments
    """What is wrong with such arguments, in words for the model; empty when nothing is."""

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ConfigError(f"no tool can be called '{self.name}': 1 to 64 letters, digits, _ and -")
        if not 0 < self.timeout_s <= LONGEST_TIMEOUT_S:
            raise ConfigError(
                f"the tool {self.name} has a time-out of {self.timeout_s} s: give more than 0 and at most "
                f"{LONGEST_TIMEOUT_S:.0f}"
            )
        for place in _places(self.confirm, self.name):
            if place not in self.parameters.get("properties", {}):
                raise ConfigError(f"the tool {self.name} asks for {{{place}}}, and has no such parameter")

    def question(self, arguments: Mapping[str, Any]) -> str:
        """What the caller is asked before it runs; empty when nothing is. A parameter that is left out is
        named by its default. Raises ToolError for arguments that nobody could be asked about: a yes would
        be to something else."""
        if not self.confirm:
            return ""
        said = {
            place: _spoken(arguments[place] if place in arguments else self._default(place))
            for place in _places(self.confirm, self.name)
        }
        if long := [place for place, value in said.items() if len(value) > MOST_ASKED]:
            raise ToolError(f"{', '.join(long)}: too long for the caller to be asked about; say it shorter")
        question = self.confirm.format(**said)
        if not any(map(str.isalnum, question)):
            raise ToolError("the caller cannot be asked about these arguments")
        return question

    def _default(self, place: str) -> Any:
        """A schema may be no more than `true`."""
        schema = self.parameters.get("properties", {}).get(place)
        return schema.get("default", "") if isinstance(schema, Mapping) else ""


def _places(confirm: str, name: str) -> list[str]:
    """The parameters that a question names. Plain names alone: a format may reach into what it is given."""
    try:
        parts = list(string.Formatter().parse(confirm))
    except ValueError as error:
        raise ConfigError(f"the question of the tool {name} cannot be read: {error}") from None
    places = [place for _, place, _, _ in parts if place is not None]
    for _, place, form, conversion in parts:
        if place is not None and (not _PLACE.fullmatch(place) or form or conversion):
            raise ConfigError(f"the question of the tool {name} names '{place}': give {{parameter}}, no more")
    return places


def _spoken(value: Any) -> str:
    """One line in which nothing is markup: what a voice leaves out of a question nobody agrees to."""
    match value:
        case None:
            return ""
        case list() | tuple():
            return ", ".join(_spoken(each) for each in value)
        case _:
            return " ".join(str(value).translate(_MARKUP).split())
