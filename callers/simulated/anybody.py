"""Callers who know nothing of whom they call: for flows that nobody has written callers for yet.

They ask little: that the flow brings each of them to an end, whatever they say, in a bearable number of
turns, and says no amount of money that it has from nowhere.
"""

from __future__ import annotations

from typing import Any

from callers.simulated.persona import Persona, personas_of

LOST_TURNS = 14
"""Lines of the agent to somebody whom it cannot understand: by then it has to let go, or hand over."""
MOST_TURNS = 40
"""... and to somebody who answers: more is going round in circles."""
_LOST = {"behaviour": {"hangs_up_after": LOST_TURNS + 1}, "expect": {"max_turns": LOST_TURNS}}
"""Who hangs up in the end has had more lines than that."""
_ANSWERS = {"behaviour": {"hangs_up_after": 50}, "expect": {"max_turns": MOST_TURNS}}

_ANYBODY: tuple[dict[str, Any], ...] = (
    {
        "name": "says nothing",
        "goal": "Nobody is at the other end, or the line is dead: the flow must notice, and end.",
        **_LOST,
    },
    {
        "name": "is not understood",
        "goal": "Answers every question with something that fits nowhere.",
        "at_loss": "well that depends on the weather you know",
        **_LOST,
    },
    {
        "name": "says yes to everything",
        "goal": "Agrees with whatever is asked.",
        "at_loss": "yes",
        **_ANSWERS,
    },
    {
        "name": "says no to everything",
        "goal": "Refuses whatever is asked.",
        "at_loss": "no",
        **_ANSWERS,
    },
    {
        "name": "wants a person",
        "goal": "Asks for a human at every turn.",
        "at_loss": "let me talk to a human",
        **_LOST,
    },
    {
        "name": "hangs up",
        "goal": "Is gone after the first words.",
        "behaviour": {"hangs_up_after": 1},
    },
)


def anybody(language: str = "") -> tuple[Persona, ...]:
    """`language`: of the flow (BCP 47), in which its amounts are looked for; empty: English."""
    told = {"language": language} if language else {}
    return personas_of([{**each, **told} for each in _ANYBODY], "callers for any flow")
