"""What each type of node can come to: one table for all checks.

A node is *done* when its work is: then its `next`, expression, outcome and judged edges are looked at. What
callers say or press of their own accord, time that is up and failures lead away from it before that, without
what it would have found out.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.flows.document.document import DocumentNode
from pipelines.flows.document.nodes import (
    CollectNode,
    ConfirmNode,
    MenuNode,
    PhoneTransferNode,
    RecordNode,
    SubagentNode,
    SubflowNode,
)
from pipelines.flows.document.phone_nodes import SendSmsNode, WhoAnsweredNode
from pipelines.flows.document.slots import ChoiceSlot, YesNoSlot

DONE = frozenset({"next", "expression", "outcome", "judged"})
"""Types of edges that are looked at when a node is done."""
FROM_ANYWHERE = frozenset({"intent", "key", "timeout", "error"})
"""Types of edges that `*` may have."""
TRANSFER_BACK = ("handed back", "left")
"""Somebody took the call, and gave it back."""
TRANSFER_OUTCOMES = (
    *("busy", "no answer", "declined", "not confirmed", "not allowed", "failed", *TRANSFER_BACK),
)
ERRORS = (
    *("not understood", "line", "status", "timeout", "refused", "bad answer", "tool", "model"),
    *("prompt", "expression", "transfer", "flow"),
)
"""What an error edge may name."""
ALWAYS_OUTCOMES = frozenset({"held", "withdrawn", "callback"})
"""Outcomes of a call that every flow may come to."""


@dataclass(frozen=True, slots=True)
class NodeKind:
    waits: bool = False
    """Each time it is entered the caller, or time, is waited for."""
    hears: bool = False
    """The caller may say an intent, or press a key, of an edge."""
    timed: bool = False
    """Its time may be up."""
    fails: bool = True
    ends: bool = False
    """The flow may end here."""
    leads: bool = True
    """Something may lead on from it."""


KINDS: dict[str, NodeKind] = {
    "start": NodeKind(fails=False),
    "say": NodeKind(),
    "play": NodeKind(),
    # Not one that waits each time: it is skipped while its variable is known.
    "collect": NodeKind(hears=True, timed=True),
    "confirm": NodeKind(waits=True, hears=True, timed=True),
    "menu": NodeKind(waits=True, hears=True, timed=True),
    "condition": NodeKind(),
    "set": NodeKind(),
    "code": NodeKind(),
    "tool": NodeKind(timed=True),
    "record": NodeKind(waits=True, timed=True),
    "listen": NodeKind(waits=True, hears=True, timed=True),
    "wait": NodeKind(waits=True, hears=True, timed=True),
    "who_answered": NodeKind(waits=True, timed=False, fails=False),
    "send_sms": NodeKind(fails=False),
    "subflow": NodeKind(),
    "subagent": NodeKind(waits=True, hears=True, timed=True),
    "agent_transfer": NodeKind(ends=True, leads=False),
    "phone_transfer": NodeKind(waits=True, ends=True),
    "end_call": NodeKind(ends=True, leads=False, fails=False),
}


@dataclass(frozen=True, slots=True)
class NodeOutcomes:
    """What may come of a node."""

    names: tuple[str, ...] = ()
    others: bool = False
    """Others than these, too: only `next` covers them."""

    @property
    def none(self) -> bool:
        """It has none: it is just done."""
        return not self.names and not self.others


def outcomes_of(node: DocumentNode, ends: NodeOutcomes | None = None) -> NodeOutcomes:
    """`ends`: those of the flow that a subflow names; None: not known."""
    match node:
        case CollectNode(slot=ChoiceSlot(options=options)):
            return NodeOutcomes(tuple(dict.fromkeys(option.value for option in options)))
        case CollectNode(slot=YesNoSlot()):
            return NodeOutcomes(("yes", "no"))
        case CollectNode():
            return NodeOutcomes(others=True)
        case ConfirmNode(cancels=cancels, changes=changes):
            asked = tuple(dict.fromkeys(f"change {each.variable}" for each in changes))
            return NodeOutcomes(("yes", "no", *(("cancel",) if cancels else ()), *asked))
        case MenuNode(options=options):
            return NodeOutcomes(tuple(dict.fromkeys(option.name for option in options)))
        case RecordNode():
            return NodeOutcomes(("recorded", "nothing"))
        case WhoAnsweredNode():
            return NodeOutcomes(("human", "machine", "fax", "unknown"))
        case SendSmsNode():
            return NodeOutcomes(("sent", "not sent"))
        case PhoneTransferNode():
            return NodeOutcomes(TRANSFER_OUTCOMES)
        case SubagentNode(exits=exits):
            return NodeOutcomes(tuple(dict.fromkeys(each.name for each in exits)))
        case SubflowNode():
            return NodeOutcomes(others=True) if ends is None else ends
        case _:
            return NodeOutcomes()
