"""A flow as text: its nodes in the order in which a call meets them, each with what leads on from it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

SHOWN_CHARACTERS = 100
"""Of what a node says."""
_DETAILS = ("text", "facts", "prompt", "to", "agent", "flow", "seconds")
"""The first of these that a node has tells what it is about."""


def drawn(document: Mapping[str, Any]) -> Iterator[str]:
    """Lines without colours. What nothing leads to comes last."""
    nodes = {node["id"]: node for node in document.get("nodes", ())}
    leaving: dict[str, list[Mapping[str, Any]]] = {}
    for edge in document.get("edges", ()):
        leaving.setdefault(edge["source"], []).append(edge)
    met = _in_order(nodes, leaving)
    for name in [*met, *(name for name in nodes if name not in met)]:
        node = nodes[name]
        beside = "" if name in met else ", nothing leads here"
        yield f"{name} ({_kind(node)}{beside})"
        if detail := _detail(node):
            yield f"    {detail}"
        yield from (f"    {_edge(edge)}" for edge in leaving.get(name, ()))
    if anywhere := leaving.get("*"):
        yield "from anywhere"
        yield from (f"    {_edge(edge)}" for edge in anywhere)


def _in_order(nodes: Mapping[str, Any], leaving: Mapping[str, list[Mapping[str, Any]]]) -> dict[str, None]:
    """What can be reached, by how far it is from the start."""
    starts = [name for name, node in nodes.items() if node.get("type") == "start"]
    first = [*starts, *(edge["target"] for edge in leaving.get("*", ()))] if starts else []
    met: dict[str, None] = {}
    waiting = deque(first)
    while waiting:
        name = waiting.popleft()
        if name in nodes and name not in met:
            met[name] = None
            waiting.extend(edge["target"] for edge in leaving.get(name, ()))
    return met


def _kind(node: Mapping[str, Any]) -> str:
    """'collect day: date, by voice, keys'."""
    kind = str(node.get("type"))
    match node:
        case {"type": "collect", "slot": {"kind": str(slot)}}:
            by = node.get("by", ("voice", "keys"))
            return f"collect {node.get('variable', 'nothing')}: {slot}, by {', '.join(by)}"
        case {"type": "tool", "use": {"kind": str(use)} as tool}:
            return f"tool: {use} {tool.get('entry') or tool.get('name') or tool.get('url', '')}"
        case {"type": "end_call", "outcome": str(outcome)}:
            return f"end_call: {outcome}"
        case _:
            return kind


def _detail(node: Mapping[str, Any]) -> str:
    for name in _DETAILS:
        if isinstance(node.get(name), str | int | float):
            text = " ".join(str(node[name]).split())
            return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}…"
    for name in ("lines", "values"):
        if name in node:
            found = node[name]
            pairs = found.items() if isinstance(found, dict) else ((e["variable"], e["value"]) for e in found)
            text = "; ".join(f"{variable} = {value}" for variable, value in pairs)
            return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}…"
    return ""


def _edge(edge: Mapping[str, Any]) -> str:
    return f"{_when(edge)}→ {edge['target']}"


def _when(edge: Mapping[str, Any]) -> str:
    match edge:
        case {"type": "outcome", "outcome": outcome}:
            return f"{outcome} "
        case {"type": "expression", "when": when}:
            return f"if {when} "
        case {"type": "intent", "intent": intent, "phrases": phrases}:
            return f"when the caller says {intent} ({', '.join(phrases)}) "
        case {"type": "key", "keys": keys}:
            return f"key {keys} "
        case {"type": "timeout"}:
            after = edge.get("after", 3)
            return f"after {after} silence{'' if after == 1 else 's'} "
        case {"type": "error"}:
            return f"on error {', '.join(edge.get('errors', ()))}".rstrip() + " "
        case {"type": "judged", "when": when}:
            return f"when a model finds that {when} "
        case _:
            return ""
