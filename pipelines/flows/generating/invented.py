"""What a model has made up: numbers, hosts, agents and other names that nobody gave it.

A flow that calls a stranger's number or sends what callers say to a stranger's server looks as good as any
other. So a generated one names nothing outside itself but what was named to the model.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from pipelines.flows.checks.findings import FlowFinding, error
from pipelines.flows.checks.known import KnownNames
from pipelines.flows.checks.references import FlowReference, references
from pipelines.flows.document.document import Document
from pipelines.flows.document.nodes import PhoneTransferNode

_INSTEAD = {
    "number": "Use a number that was named; without one take a message ('record'), or say what to do.",
    "texted number": "Use a number that was named; without one leave 'to' out: the caller is texted.",
    "host": "Use a host that was named; without one leave the request out.",
    "python": "Use a function that was named; without one leave the tool out.",
}
_NUMBERS = re.compile(r"\+?[0-9*#](?:[0-9*#]|[ ()./-](?=[ ()./-]?[0-9*#(]))*")
"""As people write them: in groups."""
_BEYOND_DIGITS = re.compile(r"[^0-9*#]+")
LOCAL_DIGITS = 7
"""A number of so many stands for the same with its country's and area's code."""


def invented(
    document: Document, words: str, before: Document | None, known: KnownNames
) -> Iterator[FlowFinding]:
    """`words`: of whoever wants it. `before`: the flow that is changed; what that names may stay."""
    there = {(each.kind, each.name) for each in references(before)} if before is not None else set()
    plain = words.casefold()
    numbers = {_BEYOND_DIGITS.sub("", found) for found in _NUMBERS.findall(words)}
    lists: dict[str, Collection[str] | None] = {
        "agent": known.agents, "tool": known.tools, "secret": known.secrets, "trunk": known.trunks,
        "number": known.numbers,
    }  # fmt: skip
    for each in references(document):
        named = _stands(each.name.casefold(), plain) or (
            each.kind.endswith("number") and _dialled(each.name, numbers)
        )
        if named or (each.kind, each.name) in there or each.name in (lists.get(each.kind) or ()):
            continue
        if (
            each.kind == "flow"
            and known.flows is not None
            and known.flows(each.name, each.version) is not None
        ):
            continue
        yield _finding(each)
    dialled = {node.to for node in before.nodes if isinstance(node, PhoneTransferNode)} if before else set()
    for node in document.nodes:
        # What a caller says is not dialled, but what rang is: {{ call.from }}.
        if isinstance(node, PhoneTransferNode) and "{" in node.to and node.to not in dialled:
            if node.to.replace(" ", "") != "{{call.from}}":
                yield error(node.id, "to", f"'{node.to}' is not known before the call", _INSTEAD["number"])


def _stands(name: str, words: str) -> bool:
    """As a whole: 'le.com' is not in 'example.com'."""
    return re.search(rf"(?<![\w.@-]){re.escape(name)}(?![\w@-]|\.\w)", words) is not None


def _dialled(number: str, numbers: Collection[str]) -> bool:
    bare = _BEYOND_DIGITS.sub("", number)
    return bare in numbers or any(len(each) >= LOCAL_DIGITS and bare.endswith(each) for each in numbers)


def _finding(each: FlowReference) -> FlowFinding:
    instead = _INSTEAD.get(each.kind, "Name one that was named, or do without.")
    return error(each.node, each.field, f"nobody has named the {each.kind} '{each.name}'", instead)
