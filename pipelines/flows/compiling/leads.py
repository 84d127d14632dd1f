"""A node's edges, sorted into what holds when. Data, and how it is made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from pipelines.flows.document.edges import (
    ErrorEdge,
    ExpressionEdge,
    FlowEdge,
    IntentEdge,
    JudgedEdge,
    KeyEdge,
    NextEdge,
    OutcomeEdge,
    TimeoutEdge,
)
from pipelines.flows.expressions.cel import CelExpression

Why: TypeAlias = Literal[
    "start", "next", "expression", "outcome", "intent", "key", "timeout", "error", "judged", "ended"
]


@dataclass(frozen=True, slots=True)
class Lead:
    """One way on."""

    why: Why
    target: str
    """The node's key (`CompiledNode.key`)."""
    says: str = ""
    """The outcome, the intent, the expression, what a model says, an error: as the edge has it."""
    forget: bool = False
    when: CelExpression | None = None
    after: int = 0
    errors: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Leads:
    """All of a node."""

    done: tuple[Lead, ...] = ()
    """By expression, by outcome, and as a model judges; the first that holds counts."""
    next: Lead | None = None
    errors: tuple[Lead, ...] = ()
    timeouts: tuple[Lead, ...] = ()
    intents: Mapping[str, Lead] = field(default_factory=dict)
    phrases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Intent -> how a caller says it."""
    keys: Mapping[str, Lead] = field(default_factory=dict)

    @property
    def judged(self) -> tuple[str, ...]:
        """What a model is asked about."""
        return tuple(lead.says for lead in self.done if lead.why == "judged")

    def error(self, kind: str) -> Lead | None:
        """The first for this error."""
        return next((lead for lead in self.errors if not lead.errors or kind in lead.errors), None)

    def timeout(self, times: int) -> Lead | None:
        """The first that holds after so many unanswered questions."""
        return next((lead for lead in self.timeouts if lead.after <= times), None)


def leads_of(
    edges: Iterable[FlowEdge],
    key_of: Callable[[str], str],
    compiled: Callable[[FlowEdge, str], CelExpression],
) -> Leads:
    """`key_of`: a node's key; `compiled`: makes an edge's expression. What they raise is passed on."""
    done: list[Lead] = []
    errors: list[Lead] = []
    timeouts: list[Lead] = []
    intents: dict[str, Lead] = {}
    phrases: dict[str, tuple[str, ...]] = {}
    keys: dict[str, Lead] = {}
    after: Lead | None = None
    for edge in edges:
        target, forget = key_of(edge.target), edge.forget
        match edge:
            case NextEdge():
                after = after or Lead("next", target, forget=forget)
            case ExpressionEdge(when=when):
                done.append(Lead("expression", target, when, forget, compiled(edge, when)))
            case OutcomeEdge(outcome=outcome):
                done.append(Lead("outcome", target, outcome, forget))
            case JudgedEdge(when=when):
                done.append(Lead("judged", target, when, forget))
            case IntentEdge(intent=intent):
                intents.setdefault(intent, Lead("intent", target, intent, forget))
                phrases[intent] = (*phrases.get(intent, ()), *edge.phrases)
            case KeyEdge(keys=entry):
                keys.setdefault(entry, Lead("key", target, entry, forget))
            case TimeoutEdge(after=times):
                timeouts.append(Lead("timeout", target, forget=forget, after=times))
            case ErrorEdge(errors=kinds):
                errors.append(Lead("error", target, forget=forget, errors=frozenset(kinds)))
    return Leads(tuple(done), after, tuple(errors), tuple(timeouts), intents, phrases, keys)
