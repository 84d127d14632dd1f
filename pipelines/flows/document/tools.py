"""The node that has a tool do something, and the three kinds of tool, told apart by `kind`."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from pipelines.flows.document.names import Expression, Part, Text, VariableName
from pipelines.flows.document.nodes import NodeBase

Template: TypeAlias = Annotated[str, Field(max_length=2_000)]
HeaderName: TypeAlias = Annotated[str, Field(pattern=r"^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$")]
SecretName: TypeAlias = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,60}$")]


class SecretHeader(Part):
    """A header whose value is kept sealed, and goes to the secret's own host alone."""

    secret: SecretName
    """Its name."""
    prefix: Annotated[str, Field(max_length=40)] = ""
    """Before the secret: 'Bearer '."""


class HttpRequest(Part):
    """A request to somebody's server. An answer with another status than 2xx is the error 'status'."""

    kind: Literal["http"]
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "GET"
    """Of HTTP."""
    url: Annotated[str, Field(min_length=1, max_length=2_000, pattern=r"^https?://")]
    """A template. What variables bring into it is percent-encoded; scheme and host hold none."""
    query: Annotated[dict[Annotated[str, Field(max_length=100)], Template], Field(max_length=50)] = {}
    """Names, and templates of their values."""
    headers: Annotated[dict[HeaderName, Template], Field(max_length=50)] = {}
    """Names, and templates of their values."""
    secrets: Annotated[dict[HeaderName, SecretHeader], Field(max_length=10)] = {}
    """Headers that hold a secret."""
    body: Expression | None = None
    """CEL; sent as JSON: `{'day': day, 'people': people}`."""
    retries: Annotated[int, Field(ge=0, le=3)] = 1
    """Of requests that may be repeated (GET, PUT, DELETE), within the time."""


class PythonFunction(Part):
    """A function of the operator's, sync or async, called with the arguments by name."""

    kind: Literal["python"]
    entry: Annotated[str, Field(pattern=r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*$", max_length=200)]
    """Module and name: 'shop.orders:find'."""
    arguments: Annotated[dict[Annotated[str, Field(max_length=100)], Expression], Field(max_length=50)] = {}
    """By name, each a CEL expression."""


class NamedTool(Part):
    """One of the server's tools by its name: in Python, of an MCP server, a collection of knowledge."""

    kind: Literal["tool"]
    name: Annotated[str, Field(min_length=1, max_length=200)]
    """As agents name it: 'knowledge/handbook'."""
    arguments: Annotated[dict[Annotated[str, Field(max_length=100)], Expression], Field(max_length=50)] = {}
    """By name, each a CEL expression."""


ToolUse: TypeAlias = Annotated[HttpRequest | PythonFunction | NamedTool, Field(discriminator="kind")]


class ToolNode(NodeBase):
    """A tool does something. Where it cannot, an error edge is taken ('status', 'timeout', 'refused',
    'bad answer', 'tool')."""

    type: Literal["tool"]
    use: ToolUse
    """What does it."""
    filler: Text = ""
    """Said while it runs, once it takes long; empty: the usual words."""
    timeout_s: Annotated[float, Field(gt=0, le=30)] = 5
    """Of an HTTP request 5 at most."""
    save: Annotated[dict[VariableName, Expression], Field(max_length=50)] = {}
    """Variables, and what they are of `result`: its `status` (0 where there is none) and its `body` (JSON, or
    text)."""
