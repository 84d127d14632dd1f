"""What a document names that lies outside it: agents, flows, tools, secrets, trunks, numbers, hosts."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias
from urllib.parse import urlsplit

from mediaserver.errors import FetchError
from mediaserver.fetching.hosts import read_url
from pipelines.flows.checks.findings import FlowFinding, did_you_mean, error, warning
from pipelines.flows.checks.known import KnownNames
from pipelines.flows.document.document import Document
from pipelines.flows.document.nodes import AgentTransferNode, PhoneTransferNode, SubagentNode, SubflowNode
from pipelines.flows.document.phone_nodes import PlayNode, SendSmsNode
from pipelines.flows.document.tools import HttpRequest, NamedTool, PythonFunction, ToolNode

ReferenceKind: TypeAlias = Literal[
    "agent", "flow", "tool", "python", "secret", "trunk", "number", "host", "texted number", "sound file"
]
_DIALLED = re.compile(
    r"^(\+?[0-9*#]{1,20}|sips?:[^\s@]*@?[^\s@]+|[A-Za-z0-9_.+*#-]{1,64}(@[A-Za-z0-9.:\[\]-]+)?)$"
)
"""A number, an address, or an extension."""
_TEMPLATE = re.compile(r"\{\{[^{}]*\}\}")


@dataclass(frozen=True, slots=True)
class FlowReference:
    kind: ReferenceKind
    name: str
    node: str
    field: str
    version: int | None = None
    """Of a flow, where one is named."""


def references(document: Document) -> tuple[FlowReference, ...]:
    """In the document's order. Names that are templates are left out: nobody knows them before the call."""
    found = all_references(document)
    return tuple(each for each in found if "{{" not in each.name and "{%" not in each.name)


def all_references(document: Document) -> Iterator[FlowReference]:
    """With names that are templates."""
    return (each for node in document.by_id.values() for each in _of(node))


def _of(node: object) -> Iterator[FlowReference]:
    match node:
        case AgentTransferNode(id=at, agent=agent):
            yield FlowReference("agent", agent, at, "agent")
        case PhoneTransferNode(id=at, to=to, trunk=trunk):
            yield FlowReference("number", to, at, "to")
            if trunk:
                yield FlowReference("trunk", trunk, at, "trunk")
        case SendSmsNode(id=at, to=to) if to:
            yield FlowReference("texted number", to, at, "to")
        case PlayNode(id=at, prompt=prompt):
            yield FlowReference("sound file", prompt, at, "prompt")
        case SubflowNode(id=at, flow=flow, version=version):
            yield FlowReference("flow", flow, at, "flow", version)
        case SubagentNode(id=at, tools=tools):
            for place, tool in enumerate(tools):
                yield FlowReference("tool", tool, at, f"tools.{place}")
        case ToolNode(id=at, use=NamedTool(name=name)):
            yield FlowReference("tool", name, at, "use.name")
        case ToolNode(id=at, use=PythonFunction(entry=entry)):
            yield FlowReference("python", entry, at, "use.entry")
        case ToolNode(id=at, use=HttpRequest(url=url, secrets=secrets)):
            try:
                host = urlsplit(url).netloc
            except ValueError:
                host = ""
            if host:
                yield FlowReference("host", host, at, "use.url")
            for header, secret in secrets.items():
                yield FlowReference("secret", secret.secret, at, f"use.secrets.{header}.secret")
        case _:
            pass


def named(document: Document, known: KnownNames) -> Iterator[FlowFinding]:
    """That all of them exist, as far as it is known what does. Subflows are looked at on their own."""
    lists: dict[ReferenceKind, tuple[Collection[str] | None, str]] = {
        "agent": (known.agents, "Make such an agent, or name another."),
        "tool": (known.tools, "Configure the tool or the server that has it, or name another."),
        "secret": (known.secrets, "Put the secret into the store under this name, or name another."),
        "trunk": (
            known.trunks,
            "Configure the trunk, or leave it empty: the best that may call the number is taken.",
        ),
        "sound file": (known.prompts, "Upload it (`voiceforge prompts add`), or name another."),
        "number": (known.numbers, "Name a number or an address that calls may be handed to."),
    }
    for each in references(document):
        names, remedy = lists.get(each.kind, (None, ""))
        if names is not None and each.name not in names:
            yield error(
                each.node,
                each.field,
                f"there is no {each.kind} '{each.name}'",
                did_you_mean(each.name, names) + remedy,
            )
        elif each.kind == "number" and not _DIALLED.match(each.name):
            yield error(
                each.node,
                each.field,
                f"'{each.name}' is neither a number nor an address",
                "Write a number as '+14155550123', or an address as 'sip:desk@example.com'.",
            )
    for node in document.by_id.values():
        if isinstance(node, ToolNode) and isinstance(node.use, HttpRequest):
            yield from _request(node, node.use)


def _request(node: ToolNode, use: HttpRequest) -> Iterator[FlowFinding]:
    try:
        read_url(_TEMPLATE.sub("x", use.url))
    except FetchError as fault:
        yield error(node.id, "use.url", str(fault), "Write it whole, as 'https://api.example.com/orders'.")
    if node.timeout_s > 5:
        yield warning(
            node.id,
            "timeout_s",
            f"a request may take 5 seconds at most, not {node.timeout_s:g}",
            "Set 5 or less.",
        )
    if use.method == "GET" and use.body is not None:
        yield warning(node.id, "use.body", "a GET has no body", "Put it into 'query', or send it by POST.")
    for header in use.headers.keys() & use.secrets.keys():
        yield error(
            node.id,
            f"use.headers.{header}",
            f"the header '{header}' is there twice",
            "Keep the one under 'secrets'.",
        )
    for header, value in use.headers.items():
        if header.lower() in ("authorization", "x-api-key", "api-key") and "{{" not in value and value:
            yield warning(
                node.id,
                f"use.headers.{header}",
                f"a key stands in the header '{header}' for all to read",
                "Keep it as a secret, and name it under 'secrets'.",
            )
