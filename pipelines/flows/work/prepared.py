"""Templates and expressions of the nodes that work, compiled once a version of a flow. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipelines.flows.document.document import DocumentNode
from pipelines.flows.document.nodes import SubagentNode
from pipelines.flows.document.tools import HttpRequest, NamedTool, PythonFunction, ToolNode
from pipelines.flows.expressions.cel import CelExpression, CelScope
from pipelines.flows.expressions.liquid import SaidTemplate, UrlTemplate


@dataclass(frozen=True, slots=True)
class PreparedRequest:
    """Of an HTTP request."""

    url: UrlTemplate
    query: Mapping[str, SaidTemplate]
    headers: Mapping[str, SaidTemplate]
    body: CelExpression | None


@dataclass(frozen=True, slots=True)
class PreparedTool:
    """Of a tool node."""

    filler: SaidTemplate
    save: Mapping[str, CelExpression]
    """Over the variables and `result`."""
    request: PreparedRequest | None = None
    """None: it is no HTTP request."""
    arguments: Mapping[str, CelExpression] = field(default_factory=dict)
    """Of what is no HTTP request."""


@dataclass(frozen=True, slots=True)
class PreparedSubagent:
    """Of a subagent node."""

    prompt: SaidTemplate
    greeting: SaidTemplate


def prepared(node: DocumentNode, cel: CelScope) -> PreparedTool | PreparedSubagent | None:
    """None for nodes of other kinds. `cel` knows the document's names and `names.GIVEN`. Raises
    ExpressionError."""
    match node:
        case ToolNode(use=HttpRequest() as use):
            body = None if use.body is None else cel.compile(use.body)
            request = PreparedRequest(UrlTemplate(use.url), _texts(use.query), _texts(use.headers), body)
            return PreparedTool(SaidTemplate(node.filler), _compiled(cel, node.save), request)
        case ToolNode(use=PythonFunction() | NamedTool() as use):
            arguments = _compiled(cel, use.arguments)
            return PreparedTool(SaidTemplate(node.filler), _compiled(cel, node.save), None, arguments)
        case SubagentNode():
            return PreparedSubagent(SaidTemplate(node.prompt), SaidTemplate(node.greeting))
        case _:
            return None


def _texts(templates: Mapping[str, str]) -> dict[str, SaidTemplate]:
    return {name: SaidTemplate(source) for name, source in templates.items()}


def _compiled(cel: CelScope, sources: Mapping[str, str]) -> dict[str, CelExpression]:
    return {name: cel.compile(source) for name, source in sources.items()}
