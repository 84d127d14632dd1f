"""That what is secret stays so: secret variables are never said, put into addresses, kept or copied."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipelines.flows.checks.findings import FlowFinding, error, warning
from pipelines.flows.checks.reading import Reading
from pipelines.flows.checks.spots import SpotKind
from pipelines.flows.document.document import Document
from pipelines.flows.document.nodes import CollectNode, ListenNode, RecordNode, SubflowNode

_OUT: dict[SpotKind, tuple[str, str]] = {
    "said": ("would be said aloud", "Leave it out of what is said; say that it was noted."),
    "dialled": ("would be dialled, and stand in the lists of calls", "Dial another variable."),
    "texted": ("would be sent by SMS, which anybody on the way can read", "Leave it out of the message."),
    "url": ("would stand in a URL, and so in logs", "Send it in the request's body."),
    "query": ("would stand in a URL, and so in logs", "Send it in the request's body."),
}
_CARD = re.compile(r"(?:^|_)(?:card|cvv|cvc|pin|iban|ssn|password|passcode|account_number)(?:_|$)")
"""Names that say of themselves what they are."""
_ASKED = re.compile(
    r"\b(?:(?:credit|debit|bank|payment) ?card|card(?:'s)? (?:number|code)|cvv|cvc|pin(?: code| number)?|"
    r"pass(?:word|code|phrase)|security (?:code|number)|account number|iban)\b",
    re.IGNORECASE,
)
"""What questions in English ask for by these words."""


def private(document: Document, readings: list[Reading]) -> Iterator[FlowFinding]:
    secret = {each.name for each in document.variables if each.secret}
    asked = {
        node.variable
        for node in document.by_id.values()
        if isinstance(node, CollectNode) and _ASKED.search(f"{node.text} {node.help}")
    }
    for place, variable in enumerate(document.variables):
        if not variable.secret and (_CARD.search(variable.name) or variable.name in asked):
            yield warning(
                "",
                f"variables.{place}.secret",
                f"'{variable.name}' looks like a secret, and is not marked",
                "Set 'secret' to true, so that it is in no event, log or report.",
            )
    for kept, name in document.keep.items():
        if name in secret:
            yield error(
                "",
                f"keep.{kept}",
                f"'{name}' is secret, and would be kept with the outcome",
                "Keep another variable: for example whether the number was accepted.",
            )
    for reading in readings:
        spot = reading.spot
        for name in sorted(reading.uses & secret):
            if spot.kind in _OUT:
                what, remedy = _OUT[spot.kind]
                yield error(spot.node, spot.field, f"'{name}' is secret, and {what}", remedy)
            elif spot.kind == "prompt":
                yield error(
                    spot.node,
                    spot.field,
                    f"'{name}' is secret, and a language model would be told it",
                    "Leave it out of the prompt; tools can be called with it by a node of their own.",
                )
            elif spot.into and spot.into not in secret:
                copied = spot.source.strip() in (name, f"{{{{ {name} }}}}") or spot.kind == "kept"
                make = error if copied else warning
                yield make(
                    spot.node,
                    spot.field,
                    f"'{spot.into}' gets what is in '{name}', which is secret",
                    f"Mark '{spot.into}' as secret, too.",
                )
    for node in document.by_id.values():
        if isinstance(node, RecordNode | ListenNode) and node.variable in secret:
            yield warning(
                node.id,
                "variable",
                f"'{node.variable}' is secret, and recordings and transcripts have it",
                "Ask for it with a node of type 'collect', by keys alone.",
            )
        if isinstance(node, SubflowNode):
            for name, source in node.give.items():
                if source.strip() in secret:
                    yield warning(
                        node.id,
                        f"give.{name}",
                        f"'{source.strip()}' is secret, and given to '{node.flow}'",
                        f"See that '{name}' is marked as secret there, too.",
                    )
