"""What the parts of a document are made of: names, texts, expressions and values, each with its limits."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue

LONGEST_TEXT = 2_000
"""Characters of a text that is said, and of an expression."""
LONGEST_PROMPT = 20_000
"""Characters of what a language model is told."""
ANYWHERE = "*"
"""As the source of an edge: any node that listens."""
GIVEN = frozenset({"call", "now", "last", "result"})
"""What is always there beside a document's own variables: about the call (id, from, to, direction, language,
and `about`, which whoever placed it gave along), the server's local time (date, time, weekday, hour, minute),
what happened last (said, confidence, error, status), and, where a tool's result is kept, that."""
_RESERVED = GIVEN | frozenset(
    "in as break const continue else for function if import let loop package namespace return var void while "
    "true false null and or not contains empty blank nil forloop tablerowloop".split()
)
"""Names that mean something to CEL or Liquid."""


def _free(name: str) -> str:
    if name in _RESERVED:
        raise ValueError(f"'{name}' has a meaning of its own here; take another name")
    return name


NodeId: TypeAlias = Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_-]{0,59}$")]
Source: TypeAlias = Annotated[str, Field(pattern=r"^(\*|[A-Za-z0-9_][A-Za-z0-9_-]{0,59})$")]
"""A node, or `*`: any that listens."""
VariableName: TypeAlias = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$"), AfterValidator(_free)]
OutcomeName: TypeAlias = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 _:-]{0,59}$")]
"""What came of a node ('yes', 'no answer'), or of a call ('confirmed')."""
Label: TypeAlias = Annotated[str, Field(max_length=200)]
"""For people who draw; never said."""
Text: TypeAlias = Annotated[str, Field(max_length=LONGEST_TEXT)]
"""A Liquid template, said or sent: '{{ place }}. And for which day?'"""
SaidText: TypeAlias = Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT)]
Expression: TypeAlias = Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT)]
"""CEL over the variables: 'people > 5 && now.weekday != "sunday"'."""
Phrase: TypeAlias = Annotated[str, Field(min_length=1, max_length=500)]
"""What a caller may say: words, with [optional] and (one | other) ones as JSGF has them."""
Language: TypeAlias = Annotated[str, Field(pattern=r"^([a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*)?$", max_length=40)]
"""BCP 47; empty: as it was."""
KeyEntry: TypeAlias = Annotated[str, Field(pattern=r"^[0-9]{1,40}$")]
EngineNames: TypeAlias = Annotated[
    tuple[Annotated[str, Field(min_length=1, max_length=100)], ...], Field(max_length=20)
]
Value: TypeAlias = JsonValue
"""Of a variable."""


class Part(BaseModel):
    """Of a document: closed, so that a misspelt field is an error, and never changed once it was read."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
