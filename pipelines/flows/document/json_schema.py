"""The JSON Schema of a flow's document (draft 2020-12), for editors, models and other programs."""

from __future__ import annotations

import ast
import copy
import inspect
from collections.abc import Iterator
from functools import cache
from typing import Any

from pipelines.flows.document.document import Document
from pipelines.flows.document.names import Part


@cache
def _schema() -> dict[str, Any]:
    return Document.model_json_schema(mode="validation")


def document_schema() -> dict[str, Any]:
    """Closed objects, unions told apart by `type` and `kind`. Of fields only what is checked: models are told
    it, and pay by the word."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **_schema()}


@cache
def described_schema() -> dict[str, Any]:
    """The same, with what each field means, for people who draw. Nobody may change it."""
    found = copy.deepcopy(document_schema())
    told = {model.__name__: dict(_meanings(model)) for model in _parts()}
    for name, part in (*found["$defs"].items(), ("Document", found)):
        for field, each in part.get("properties", {}).items():
            meaning = told.get(name, {}).get(field)
            if meaning and "description" not in each:
                each["description"] = meaning
    return found


def _parts() -> Iterator[type[Part]]:
    """All kinds of parts that a document has."""
    waiting: list[type[Part]] = [Part]
    while waiting:
        model = waiting.pop()
        yield model
        waiting += model.__subclasses__()


def _meanings(model: type[Part]) -> Iterator[tuple[str, str]]:
    """Fields, and the texts that stand below them in the source; those of what it inherits first."""
    for each in reversed(model.__mro__):
        if issubclass(each, Part) and each is not Part:
            yield from _written_below(each)


@cache
def _tree(module: str, source: str) -> dict[str, ast.ClassDef]:
    return {node.name: node for node in ast.parse(source).body if isinstance(node, ast.ClassDef)}


def _written_below(model: type[Part]) -> Iterator[tuple[str, str]]:
    module = inspect.getmodule(model)
    if module is None:
        return
    body = _tree(module.__name__, inspect.getsource(module))[model.__name__].body
    for field, below in zip(body, body[1:], strict=False):
        match field, below:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                yield name, " ".join(text.split())
            case _:
                pass
