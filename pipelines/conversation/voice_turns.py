"""Tells who watches a call when its caller speaks, and of which of it the agent is told nothing.

Each turn that began comes to an end, and then either to words for the agent or to an "unheard" event: whoever
waits for the words of a turn never waits for ever.
"""

from __future__ import annotations

from typing import Literal

from pipelines.conversation.transcript import CallPort

Unheard = Literal[
    "nothing said",  # the caller's turn was declared over, and there was none
    "no words",  # a noise, a word that only shows listening, or something else came in its place
    "with the next",  # its words come with those of a later turn
]


class VoiceTurns:
    """Those of one call, counted from 1. Times are ms since the answer."""

    def __init__(self, call: CallPort) -> None:
        self._call = call
        self._number = 0
        self._owed: list[int] = []
        """Those that are over and whose words the agent is to be told."""

    def began(self, ms: int) -> None:
        """The caller speaks since then."""
        self._number += 1
        self._call.publish("voice", turn=self._number, began=ms)

    def ended(self, ms: int, *, told: bool, committed: bool) -> None:
        """... and has spoken until then; the turn is over. `told`: the agent is told of it, now or once it
        may be interrupted; `committed`: the caller has declared it over."""
        self._call.publish("voice", turn=self._number, ended=ms, committed=committed)
        if told:
            self._owed.append(self._number)
        else:
            self._unheard("no words", self._number)

    def nothing(self) -> None:
        """The caller has declared a turn over in which nothing was said."""
        self._unheard("nothing said")

    def think(self, *, spoken: bool) -> None:
        """The agent is told something. `spoken`: what the caller has said last, with all that waited for
        it; else that is forgotten."""
        owed, self._owed = self._owed, []
        for turn in owed[:-1] if spoken else owed:
            self._unheard("with the next" if spoken else "no words", turn)

    def _unheard(self, why: Unheard, turn: int = 0) -> None:
        self._call.publish("unheard", why=why, **({"turn": turn} if turn else {}))
