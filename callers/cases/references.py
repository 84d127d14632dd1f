"""How the agents sound when nobody disturbs them: calls that only listen, cut into lines."""

from __future__ import annotations

from callers.cases.evidence import Evidence, Told
from callers.cases.script import Book, Case, Stay
from callers.sound import Samples
from callers.voiced import PER_MS, segments

LINE_BRIDGE_MS = 700
"""Pauses between the sentences of a line are shorter."""
EARLY_MS = 400
"""What a line says is told at most so long after its first sample was heard."""
REFERENCES = (
    Case("reference", "booking", (Book(),), voice="slt", limit_s=60),
    Case("reference", "reader", (Stay(44),), agent="reader", limit_s=55),
    Case("reference", "open reader", (Stay(44),), agent="open-reader", limit_s=55),
    Case("reference", "messenger", (Stay(20),), agent="messenger", limit_s=30),
)


def undisturbed(evidence: Evidence) -> dict[str, Samples]:
    """The agent's lines by their text, from the first voiced sample to the last. Lines that the caller may
    have disturbed are left out."""
    found = segments(evidence.far, bridge_ms=LINE_BRIDGE_MS)
    lines: dict[str, Samples] = {}
    for told in evidence.of_kind("agent"):
        at = (told.at_ms - EARLY_MS) * PER_MS
        span = next((s for s in found if s.first >= at), None)
        if span is None or _cut(evidence, told):
            continue
        over = any(
            p.first_ms * PER_MS < span.last and p.last_ms * PER_MS > span.first for p in evidence.played
        )
        if not over and told.text not in lines:
            lines[told.text] = evidence.far[span.first : span.last + 1]
    return lines


def _cut(evidence: Evidence, line: Told) -> bool:
    """It was not said to its end."""
    heard = next((told for told in evidence.of_kind("heard") if told.at_ms > line.at_ms), None)
    return heard is None or bool(heard.data.get("interrupted"))
