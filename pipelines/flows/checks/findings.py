"""One thing that is wrong with a flow's document: where, what, and how to mend it, for those who draw it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from itertools import islice
from typing import Any, Literal, TypeAlias

Severity: TypeAlias = Literal["error", "warning"]
MOST_FINDINGS = 300
"""That are told at once: who mends so many looks again anyway."""
_LONGEST = 600


@dataclass(frozen=True, slots=True)
class FlowFinding:
    severity: Severity
    """error: it cannot be routed to; warning: it can, and it may not be what was meant."""
    node: str
    """Its id; of an edge its source; empty: the document itself."""
    field: str
    """Of the node ('slot.options.0.key'); of an edge 'edges.3.when'; of the document 'variables.2.default'.
    Empty: the whole."""
    what: str
    remedy: str

    @property
    def fatal(self) -> bool:
        return self.severity == "error"

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return asdict(self)

    def __str__(self) -> str:
        where = " ".join(filter(None, [f"node '{self.node}'" if self.node else "", self.field]))
        return f"{self.severity}: {where or 'the document'}: {self.what}. {self.remedy}"


def error(node: str, field: str, what: str, remedy: str) -> FlowFinding:
    return FlowFinding("error", node, field, _cut(what), _cut(remedy))


def warning(node: str, field: str, what: str, remedy: str) -> FlowFinding:
    return FlowFinding("warning", node, field, _cut(what), _cut(remedy))


def bounded(found: Iterable[FlowFinding]) -> tuple[FlowFinding, ...]:
    """Each once, in order; of too many the errors first. No more are looked for than are told."""
    every: dict[FlowFinding, None] = {}
    errors = 0
    for each in found:
        errors += each.fatal and each not in every
        if each.fatal or len(every) < errors + MOST_FINDINGS:
            every[each] = None
        if errors > MOST_FINDINGS:
            break
    if len(every) <= MOST_FINDINGS:
        return tuple(every)
    told = sorted(every, key=lambda each: not each.fatal)[:MOST_FINDINGS]
    more = FlowFinding(
        "error" if errors > MOST_FINDINGS else "warning",
        "",
        "",
        "there is more to be found",
        "Mend what is above first, and look again.",
    )
    return (*told, more)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """'Did you mean 'people'? ', or nothing. Of names of about that length, the first 100."""
    alike = (each for each in known if abs(len(each) - len(name)) <= 3)
    close = get_close_matches(name[:60], islice(alike, 100), n=1)
    return f"Did you mean '{close[0]}'? " if close else ""


def quoted(names: Iterable[str], most: int = 10) -> str:
    """'a', 'b' and 3 more."""
    every = [f"'{short(name, 60)}'" for name in names]
    left = len(every) - most
    return ", ".join(every[:most]) + (f" and {left} more" if left > 0 else "")


def short(text: str, most: int = 120) -> str:
    return text if len(text) <= most else f"{text[: most - 3]}..."


def _cut(text: str) -> str:
    return short(" ".join(text.split()), _LONGEST)
