"""The parameters of a Python function, as a model is told of them and as its arguments are read.

Each parameter is an adapter of pydantic by itself: no name can clash with those of a model class.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Annotated, Any, get_args, get_type_hints

from pydantic import PydanticSchemaGenerationError, PydanticUserError, TypeAdapter, ValidationError
from pydantic.errors import PydanticInvalidForJsonSchema
from pydantic.fields import FieldInfo
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import to_jsonable_python

from mediaserver.errors import ConfigError, ToolError
from pipelines.tools.docstrings import described
from pipelines.tools.protocols import ToolContext

MOST_DESCRIPTION = 2_000
"""Characters; a model reads them in every turn."""
MOST_FAULTS = 5
"""Of what is wrong with arguments; a model mends these first."""
_KINDS = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


class Signature:
    """How a function is called by a model. Raises ConfigError for one that no model could call."""

    def __init__(self, function: Callable[..., Any], name: str) -> None:
        self._name = name
        self._adapters: dict[str, TypeAdapter[Any]] = {}
        self._own_defaults: dict[str, TypeAdapter[Any]] = {}
        """Parameters whose default stands in a pydantic `Field(...)`, which only pydantic can read."""
        self._required: set[str] = set()
        self._context = ""
        """The parameter that takes the ToolContext; empty: none does."""
        told = described(function.__doc__)
        self.description = told.text[:MOST_DESCRIPTION]
        defaults: dict[str, Any] = {}
        for parameter, annotation in self._annotated(function):
            if annotation is ToolContext or ToolContext in get_args(annotation):
                self._context = parameter.name
            else:
                self._add(parameter, annotation, defaults)
        self.parameters = self._schema(told.parameters, defaults)

    def read(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments as the function takes them. Raises ToolError that says what is wrong with each."""
        faults = [
            f"there is no parameter {_short(given)}" for given in arguments if given not in self._adapters
        ]
        read: dict[str, Any] = {}
        for name, adapter in self._adapters.items():
            if name not in arguments:
                if name in self._required:
                    faults.append(f"{name} is missing")
                elif name in self._own_defaults and (default := adapter.get_default_value()) is not None:
                    read[name] = default.value
                continue
            try:
                read[name] = adapter.validate_python(arguments[name])
            except ValidationError as error:
                faults += _told(name, error)
        if faults:
            more = f"; and {len(faults) - MOST_FAULTS} more" if len(faults) > MOST_FAULTS else ""
            raise ToolError(f"the arguments do not fit: {'; '.join(faults[:MOST_FAULTS])}{more}")
        return read

    def with_context(self, read: dict[str, Any], context: ToolContext) -> dict[str, Any]:
        return {**read, self._context: context} if self._context else read

    def _annotated(self, function: Callable[..., Any]) -> list[tuple[inspect.Parameter, Any]]:
        called = function if inspect.isroutine(function) else type(function).__call__
        try:
            hints = get_type_hints(called, include_extras=True)
        except Exception as error:  # names that are imported for the type checker alone, most of all
            raise ConfigError(
                f"the types of the tool {self._name} cannot be read ({error}): import them where the module "
                "is run"
            ) from None
        parameters = list(inspect.signature(function).parameters.values())
        for parameter in parameters:
            if parameter.kind not in _KINDS:
                raise ConfigError(
                    f"the tool {self._name} has *arguments, **arguments or such by position alone: a model "
                    "gives arguments by their names"
                )
            if parameter.name not in hints:
                raise ConfigError(
                    f"the parameter {parameter.name} of the tool {self._name} has no type: a model must know "
                    "what to give"
                )
        return [(parameter, hints[parameter.name]) for parameter in parameters]

    def _add(self, parameter: inspect.Parameter, annotation: Any, defaults: dict[str, Any]) -> None:
        name, default = parameter.name, parameter.default
        if isinstance(default, FieldInfo):
            annotation = Annotated[annotation, default]
        try:
            adapter = self._adapters[name] = TypeAdapter[Any](annotation)
        except (PydanticSchemaGenerationError, PydanticUserError, TypeError) as error:
            raise ConfigError(
                f"the parameter {name} of the tool {self._name} has a type that no model can give: "
                f"{str(error).splitlines()[0]}"
            ) from None
        if isinstance(default, FieldInfo):
            own = adapter.get_default_value()
            if own is not None:
                self._own_defaults[name] = adapter
            default = inspect.Parameter.empty if own is None else own.value
        if default is inspect.Parameter.empty:
            self._required.add(name)
        else:
            defaults[name] = default

    def _schema(self, told: Mapping[str, str], defaults: Mapping[str, Any]) -> dict[str, Any]:
        try:
            schemas, rest = TypeAdapter.json_schemas(
                [(name, "validation", adapter) for name, adapter in self._adapters.items()],
                schema_generator=_Untitled,
            )
        except PydanticInvalidForJsonSchema as error:
            raise ConfigError(
                f"a parameter of the tool {self._name} has a type that no model can give: "
                f"{str(error).splitlines()[0]}"
            ) from None
        shared = rest.get("$defs", {})
        properties = {}
        for name in self._adapters:
            schema = dict(_inlined(schemas[name, "validation"], shared, ()))
            if name in told:
                schema.setdefault("description", told[name])
            if name in defaults:
                try:
                    schema["default"] = to_jsonable_python(defaults[name])
                except ValueError:  # some object of the program's own: it is optional, that is all
                    schema.pop("default", None)
            properties[name] = schema
        made: dict[str, Any] = {"type": "object", "properties": properties, "additionalProperties": False}
        if required := [name for name in self._adapters if name in self._required]:
            made["required"] = required
        if _refers(properties):
            made["$defs"] = shared
        return made


class _Untitled(GenerateJsonSchema):
    """A title says what the name says, and the model would read both."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def _inlined(schema: Any, shared: Mapping[str, Any], inside: tuple[str, ...]) -> Any:
    """With definitions in the place of references to them, but for those that hold themselves: not every
    server that runs models follows references."""
    match schema:
        case {"$ref": str(reference), **others}:
            name = reference.rpartition("/")[2]
            if name in inside or name not in shared or _recursive(name, shared):
                return schema
            return {**_inlined(shared[name], shared, (*inside, name)), **others}
        case dict():
            return {key: _inlined(value, shared, inside) for key, value in schema.items()}
        case list():
            return [_inlined(value, shared, inside) for value in schema]
        case _:
            return schema


def _recursive(name: str, shared: Mapping[str, Any]) -> bool:
    """Whether a definition holds itself, at whatever depth."""
    seen, left = set[str](), [name]
    while left:
        for found in _references(shared.get(left.pop(), {})):
            if found == name:
                return True
            if found not in seen:
                seen.add(found)
                left.append(found)
    return False


def _references(schema: Any) -> list[str]:
    match schema:
        case dict():
            own = [schema["$ref"].rpartition("/")[2]] if isinstance(schema.get("$ref"), str) else []
            return own + [name for value in schema.values() for name in _references(value)]
        case list():
            return [name for value in schema for name in _references(value)]
        case _:
            return []


def _refers(properties: Mapping[str, Any]) -> bool:
    return bool(_references(dict(properties)))


def _told(name: str, error: ValidationError) -> list[str]:
    """One line for each fault: where, what, and what was given (never more than a few words of it)."""
    faults = []
    for each in error.errors(include_url=False, include_context=False):
        where = ".".join([name, *(str(part) for part in each["loc"])])
        given = each.get("input")
        shown = f", not {_short(given)}" if isinstance(given, (str, int, float, bool)) else ""
        message = each["msg"].removeprefix("Value error, ").removeprefix("Input ")
        faults.append(f"{where}: {message[0].lower()}{message[1:]}{shown}")
    return faults


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
