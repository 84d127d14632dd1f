"""The transcript of a call that is over, as a summary is made of it: what was heard of each side.

A caller may talk for hours, and a recogniser may write anything down: what is handed on is bounded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

LINE_CHARACTERS = 1_000
"""Of one line, the rest is left out."""
HEAD_CHARACTERS, TAIL_CHARACTERS = 6_000, 18_000
"""Of a long call its beginning and its end: what was wanted, and what came of it."""

Speaker: TypeAlias = Literal["caller", "agent", "operator"]


@dataclass(frozen=True, slots=True)
class HeardLine:
    """What one side said, as far as the other heard it."""

    speaker: Speaker
    text: str


@dataclass(frozen=True, slots=True)
class EndedCall:
    """All that is known of a call that is over."""

    lines: tuple[HeardLine, ...]
    """In order; a caller's sounds that nobody understood are not among them."""
    outcomes: tuple[Mapping[str, Any], ...] = ()
    """Of flows: 'flow', 'status', 'data'."""
    ended_by: str = ""
    why: str = ""
    transferred: bool = False
    """Somebody else had the caller in the end."""
    language: str = "en"

    @property
    def caller_spoke(self) -> bool:
        return any(line.speaker == "caller" for line in self.lines)


def heard_lines(rows: Iterable[Mapping[str, Any]]) -> tuple[HeardLine, ...]:
    """Rows of `turns`. What the agent set out to say and nobody heard was never said."""
    lines = []
    for row in rows:
        text = " ".join(str(row["heard"]).split())[:LINE_CHARACTERS]
        if text and row["understood"]:
            lines.append(HeardLine(row["speaker"], text))
    return tuple(lines)


def handed_over(events: Iterable[Mapping[str, Any]]) -> bool:
    """Events of a call, in order: whether the caller was with somebody else in the end."""
    steps = [each["kind"] for each in events if each["kind"] in ("transfer_accepted", "transfer_returned")]
    return bool(steps) and steps[-1] == "transfer_accepted"


def bounded(lines: Sequence[HeardLine]) -> tuple[Sequence[HeardLine], int, Sequence[HeardLine]]:
    """The beginning, how many lines are left out behind it, and the end; all together not too long."""
    if sum(len(line.text) for line in lines) <= HEAD_CHARACTERS + TAIL_CHARACTERS:
        return lines, 0, ()
    head = _first(lines, HEAD_CHARACTERS)
    tail = _first(lines[:head:-1] if head else lines[::-1], TAIL_CHARACTERS)
    return lines[:head], len(lines) - head - tail, lines[len(lines) - tail :]


def _first(lines: Iterable[HeardLine], characters: int) -> int:
    """How many of them have no more characters than these."""
    count = 0
    for line in lines:
        characters -= len(line.text)
        if characters < 0:
            break
        count += 1
    return count
