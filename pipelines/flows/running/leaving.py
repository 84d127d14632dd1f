"""Which edge a caller leaves a node by, and what becomes of a node that cannot do its work."""

from __future__ import annotations

import logging
from time import thread_time
from typing import NamedTuple

from mediaserver.errors import VoiceForgeError
from pipelines.flows.compiling.compiled import CompiledNode
from pipelines.flows.compiling.leads import Lead, Leads
from pipelines.flows.document.nodes import SubflowNode
from pipelines.flows.running.secrecy import FlowSecrecy

log = logging.getLogger(__name__)

MOST_HELD_S = 0.05
"""Of computing (seconds of this thread) in one step, while all other calls wait. Most steps take a thousandth
of it; thousands of large expressions in a row are no flow."""
MOST_AT_ONCE_S = MOST_HELD_S / 2
"""Of that, for what one line or expression took. More is a pause that is not the flow's: the collector of
garbage runs in this thread, and its second would end a call at random."""
TOO_LONG = "it computes for too long without asking anything"


class NodeFailed(VoiceForgeError):
    """A node cannot do its work; caught within the executor, and never told to anybody else."""

    def __init__(self, error: str, detail: str = "") -> None:
        super().__init__(detail)
        self.error = error
        """As error edges name it."""


class ToJudge(NamedTuple):
    """A model has to say which of a node's edges hold."""

    node: CompiledNode
    outcome: str
    whens: tuple[str, ...]


class FlowLeaving(FlowSecrecy):
    """From a node to the edge that counts. Changes nothing but the frames of flows within flows."""

    _steps_left = 0
    _held_s = 0.0
    """Computed in this step so far."""
    _looked_s = 0.0
    """This thread's time when that was worked out."""

    def _begin_step(self) -> None:
        self._held_s, self._looked_s = 0.0, thread_time()

    def _check_time(self) -> None:
        """Raises NodeFailed where the step takes too long. The thread's own time counts, so that a busy
        machine fails no flow."""
        now = thread_time()
        self._held_s += min(now - self._looked_s, MOST_AT_ONCE_S)
        self._looked_s = now
        if self._held_s > MOST_HELD_S:
            self._steps_left = -1
            raise NodeFailed("flow", TOO_LONG)

    def _chosen(self, node: CompiledNode, outcome: str = "", judged: str | None = None) -> Lead | ToJudge:
        """The way on from a node that is done. `judged`: what a model said holds; '' nothing; None: it was
        not asked. Raises NodeFailed, ExpressionError."""
        leads = node.leads
        known = self._known()
        for lead in leads.done:
            match lead.why:
                case "outcome":
                    holds = lead.says == outcome
                case "expression":
                    self._check_time()
                    holds = lead.when is not None and lead.when.holds(known)
                case _ if judged is None:
                    return ToJudge(node, outcome, leads.judged)
                case _:
                    holds = lead.says == judged
            if holds:
                return lead
        if leads.next is None:
            came = f"'{outcome}' came of it, and " if outcome else ""
            raise NodeFailed("flow", f"{came}no edge leads on")
        return leads.next

    def _wherever(self) -> tuple[Leads, ...]:
        """What holds at the present node: its own edges, and those from anywhere."""
        here = self._here
        own = () if here is None else (here.leads,)
        return (*own, *(part.anywhere for part in self._around))

    def _by_intent(self, name: str) -> Lead | None:
        return next((leads.intents[name] for leads in self._wherever() if name in leads.intents), None)

    def _by_key(self, entry: str) -> Lead | None:
        return next((leads.keys[entry] for leads in self._wherever() if entry in leads.keys), None)

    def _by_silence(self, times: int) -> Lead | None:
        found = (leads.timeout(times) for leads in self._wherever())
        return next((lead for lead in found if lead is not None), None)

    def _by_error(self, kind: str) -> Lead | None:
        """Of the node itself, or of the flow that it is in."""
        here = self._here
        own = None if here is None else here.leads.error(kind)
        return own or self._present.anywhere.error(kind)

    def _after(self, failed: NodeFailed) -> Lead | None:
        """The way on from a node that failed: its own error edge, one from anywhere, or that of the flow
        around it. None: nothing says what to do."""
        self._last = {**self._last, "error": failed.error}
        while True:
            lead = self._by_error(failed.error)
            if lead is not None:
                return lead
            if not self._now.stack:
                return None
            self._leave_flow()
            failed = NodeFailed("flow", f"{failed.error}: {failed}")

    def _leave_flow(self) -> CompiledNode:
        """Back to the node that ran through the flow that the caller is in. Its variables are forgotten."""
        now = self._now
        *rest, frame = now.stack
        now.stack = tuple(rest)
        now.within = frame.within
        now.slots, now.said = dict(frame.slots), dict(frame.said)
        node = self.compiled.nodes[frame.node]
        assert isinstance(node.node, SubflowNode)
        now.node = node.at
        return node

    def _unwind(self, target: str) -> None:
        """An edge of a flow around the present one was taken: leave all that are in between."""
        part = self.compiled.nodes[target].part.key
        while self._now.within != part and self._now.stack:
            self._leave_flow()
