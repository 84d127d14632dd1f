"""Which texts and variables a node names."""

from __future__ import annotations

from pipelines.flows.document.document import Defaults, DocumentNode
from pipelines.flows.document.nodes import (
    AgentTransferNode,
    CodeNode,
    CollectNode,
    ConfirmNode,
    EndCallNode,
    ListenNode,
    MenuNode,
    PhoneTransferNode,
    RecordNode,
    SayNode,
    SetNode,
    SubagentNode,
    SubflowNode,
    WaitNode,
)
from pipelines.flows.document.phone_nodes import PlayNode, SendSmsNode
from pipelines.flows.document.tools import ToolNode


def texts_of(node: DocumentNode) -> list[tuple[str, str]]:
    """Field and template of all that the executor says or fills in by itself."""
    match node:
        case SayNode(text=text) | EndCallNode(text=text) | AgentTransferNode(text=text):
            found = [("text", text)]
        case RecordNode(text=text) | ListenNode(text=text) | WaitNode(text=text) | PlayNode(text=text):
            found = [("text", text)]
        case CollectNode():
            found = [("text", node.text), ("help", node.help), ("example", node.example)]
        case MenuNode():
            found = [("text", node.text), ("help", node.help)]
        case ConfirmNode():
            found = [("facts", node.facts), ("text", node.text), ("help", node.help)]
        case SendSmsNode():
            found = [("text", node.text), ("message", node.message)]
        case PhoneTransferNode():
            found = [("text", node.text), ("to", node.to), ("briefing", node.briefing)]
        case SetNode(values=values):
            found = [(name, value) for name, value in values.items() if isinstance(value, str)]
        case _:
            found = []
    return found


def texts_of_defaults(defaults: Defaults) -> list[tuple[str, str]]:
    """Those of a document's own words that hold variables."""
    names = ("give_up", "trouble", "callback", "called_back", "unconfirmed")
    return [(name, getattr(defaults, name)) for name in names]


def variables_of(node: DocumentNode) -> list[tuple[str, str]]:
    """Field and name of all variables that it fills, or reads without an expression."""
    match node:
        case (
            CollectNode(variable=name)
            | RecordNode(variable=name)
            | ListenNode(variable=name)
            | SendSmsNode(variable=name)
        ):
            return [] if name is None else [("variable", name)]
        case ConfirmNode(changes=changes):
            return [("changes", change.variable) for change in changes]
        case SetNode(values=values):
            return [("values", name) for name in values]
        case CodeNode(lines=lines):
            return [("lines", line.variable) for line in lines]
        case ToolNode(save=save):
            return [("save", name) for name in save]
        case SubflowNode(take=take):
            return [("take", name) for name in take]
        case SubagentNode(collects=collects):
            return [("collects", each.variable) for each in collects]
        case _:
            return []
