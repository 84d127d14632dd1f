"""What a model is told of a function, and what it may give it."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field

from mediaserver.errors import ConfigError
from pipelines.tools.tool import ToolContext, tool
from tests.pipelines.tools.calling import CONTEXT, called, said

if TYPE_CHECKING:
    from decimal import Decimal


class Size(enum.StrEnum):
    SMALL = "small"
    LARGE = "large"


@dataclass
class Item:
    article: str
    count: int = 1


class Address(BaseModel):
    street: str
    town: str = Field(description="Without its postcode.")


class Tree(BaseModel):
    name: str
    branches: list[Tree] = []


def order(
    items: list[Item],
    size: Size,
    to: Address,
    when: date | None = None,
    way: Literal["post", "courier"] = "post",
    notes: Annotated[str, Field(description="What the caller wants written on it.", max_length=20)] = "",
    weight_kg: float = 0.5,
) -> str:
    """Order goods for the caller.

    Call it once all is known.

    Args:
        items: what is ordered,
            with its count
        size (Size): of the parcel
        notes: not this, but what its type says

    Returns:
        A number.
    """
    return f"{items} {size!r} {to.town} {when} {way} {notes} {weight_kg}"


def test_a_schema_has_types_defaults_and_descriptions_of_a_typed_function() -> None:
    made = tool(order)
    assert (made.name, made.description) == (
        "order",
        "Order goods for the caller.\nCall it once all is known.",
    )
    schema = made.parameters
    assert schema["required"] == ["items", "size", "to"]
    assert schema["additionalProperties"] is False
    properties = schema["properties"]
    assert properties["items"]["description"] == "what is ordered, with its count"
    assert properties["items"]["items"]["properties"]["count"] == {"type": "integer", "default": 1}
    assert properties["size"] == {
        "type": "string", "enum": ["small", "large"], "title": "Size", "description": "of the parcel",
    }  # fmt: skip
    assert properties["to"]["properties"]["town"]["description"] == "Without its postcode."
    assert properties["when"]["anyOf"] == [{"type": "string", "format": "date"}, {"type": "null"}]
    assert properties["when"]["default"] is None
    assert properties["way"] == {"type": "string", "enum": ["post", "courier"], "default": "post"}
    assert properties["notes"]["description"] == "What the caller wants written on it."
    assert "$ref" not in str(schema)


async def test_arguments_arrive_as_the_function_has_them() -> None:
    given = {
        "items": [{"article": "tea"}, {"article": "cup", "count": "4"}],
        "size": "large",
        "to": {"street": "Elm Street", "town": "York"},
        "when": "2026-11-30",
    }
    outcome = await called(order, given)
    assert said(outcome) == (
        "[Item(article='tea', count=1), Item(article='cup', count=4)] <Size.LARGE: 'large'> York 2026-11-30"
        " post  0.5"
    )


async def test_each_fault_of_the_arguments_is_said_in_words_a_model_can_act_on() -> None:
    outcome = await called(
        order, {"items": [{"count": 1}], "size": "huge", "notes": "x" * 30, "colour": "red"}
    )
    assert not outcome.ok
    assert outcome.text == (
        "error: order: the arguments do not fit: there is no parameter 'colour'; "
        "items.0.article: field required; size: should be 'small' or 'large', not 'huge'; to is missing; "
        "notes: string should have at most 20 characters, not 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'"
    )


async def test_a_type_that_holds_itself_keeps_its_definition() -> None:
    def plant(tree: Tree) -> str:
        return tree.branches[0].name

    made = tool(plant)
    assert made.parameters["properties"]["tree"]["$ref"] == "#/$defs/Tree"
    assert "Tree" in made.parameters["$defs"]
    assert said(await called(made, {"tree": {"name": "a", "branches": [{"name": "b"}]}})) == "b"


async def test_the_context_is_filled_in_and_not_shown() -> None:
    def mine(number: int, context: ToolContext) -> str:
        return f"{number} of {context.caller}, {context.about['customer']}"

    def perhaps(call: ToolContext | None = None) -> str:
        return "none" if call is None else str(call.call_id)

    assert list(tool(mine).parameters["properties"]) == ["number"]
    assert said(await called(mine, {"number": 3})) == "3 of +4930123456, 4711"
    assert tool(perhaps).parameters["properties"] == {}
    assert said(await called(perhaps)) == str(CONTEXT.call_id)


async def test_a_model_cannot_give_the_context() -> None:
    def mine(context: ToolContext) -> str:
        return context.caller

    outcome = await called(mine, {"context": {"caller": "+1"}})
    assert (outcome.ok, outcome.text) == (
        False, "error: mine: the arguments do not fit: there is no parameter 'context'",
    )  # fmt: skip


async def test_a_default_written_as_a_field_is_a_default() -> None:
    def give(
        many: int = Field(3, ge=1, description="How many."),
        names: list[str] = Field(default_factory=list),  # noqa: B008
    ) -> str:
        return f"{many} {names}"

    made = tool(give)
    assert made.parameters["properties"]["many"] == {
        "default": 3, "description": "How many.", "minimum": 1, "type": "integer",
    }  # fmt: skip
    assert "required" not in made.parameters
    assert said(await called(made)) == "3 []"
    assert "greater than or equal to 1" in (await called(made, {"many": 0})).text


async def test_names_that_a_model_class_could_not_have_are_parameters_like_others() -> None:
    def odd(schema: str, copy: int, json: str, model_config: str, _hidden: int = 0) -> str:
        return f"{schema} {copy} {json} {model_config} {_hidden}"

    assert (
        said(await called(odd, {"schema": "a", "copy": 1, "json": "b", "model_config": "c"})) == "a 1 b c 0"
    )


@pytest.mark.parametrize(
    "docstring",
    [
        "Look it up.\n\n:param int number: of the order\n:param shop: where it was\n  bought\n:returns: x",
        "Look it up.\n\nParameters\n----------\nnumber : int\n    of the order\nshop\n    where it was\n"
        "    bought\n\nReturns\n-------\nstr\n    a text",
        "Look it up.\n\nArgs:\n  number (int): of the order\n  shop: where it was\n    bought\n\nRaises:\n"
        "  KeyError: x",
    ],
    ids=["sphinx", "numpy", "google"],
)
def test_the_usual_docstrings_are_understood(docstring: str) -> None:
    def look(number: int, shop: str = "") -> None: ...

    look.__doc__ = docstring
    made = tool(look)
    assert made.description == "Look it up."
    told = {name: each.get("description") for name, each in made.parameters["properties"].items()}
    assert told == {"number": "of the order", "shop": "where it was bought"}


def test_a_docstring_of_no_known_form_is_all_description() -> None:
    def look(number: int) -> None:
        """Look: it is there.

        Arguments are few: one."""

    assert tool(look).description == "Look: it is there.\nArguments are few: one."


def untyped(number) -> str:  # type: ignore[no-untyped-def]
    return str(number)


def starred(*numbers: int) -> str:
    return str(numbers)


def unread(price: Decimal) -> str:
    return str(price)


def opaque(thing: pytest.Config) -> str:
    return str(thing)


def callback(function: Callable[[], None]) -> str:
    return str(function)


@pytest.mark.parametrize(
    ("function", "why"),
    [
        (untyped, "the parameter number of the tool untyped has no type"),
        (starred, "by their names"),
        (unread, "'Decimal' is not defined"),
        (opaque, "the parameter thing of the tool opaque has a type that no model can give"),
        (callback, "has a type that no model can give"),
    ],
)
def test_a_function_that_no_model_could_call_is_refused_when_it_is_read(function: Any, why: str) -> None:
    with pytest.raises(ConfigError, match=why):
        tool(function)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"name": "not a name"}, "no tool can be called 'not a name'"),
        ({"timeout_s": 0}, "time-out of 0 s"),
        ({"timeout_s": float("nan")}, "time-out of nan s"),
        ({"confirm": "Cancel {order}?"}, "asks for {order}, and has no such parameter"),
        ({"confirm": "Cancel {number.__class__}?"}, "give {parameter}, no more"),
        ({"confirm": "Cancel {number!r}?"}, "give {parameter}, no more"),
        ({"confirm": "Cancel {number?"}, "cannot be read"),
    ],
)
def test_a_tool_that_makes_no_sense_is_refused(given: dict[str, Any], why: str) -> None:
    def cancel(number: int) -> str:
        return ""

    with pytest.raises(ConfigError, match=why):
        tool(**given)(cancel)


def test_the_question_names_what_will_be_done() -> None:
    @tool(confirm="Shall I cancel {numbers} at {shop}, 100 %? {{x}}")
    def cancel(numbers: list[int], shop: str = "the main shop") -> str:
        return ""

    assert cancel.question({"numbers": [4, 7]}) == "Shall I cancel 4, 7 at the main shop, 100 %? {x}"
    assert tool(order).question({}) == ""
