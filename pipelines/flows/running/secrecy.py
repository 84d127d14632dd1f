"""What a caller answers to a secret question is not said aloud: others may stand by, and what is said is
kept.

A secret that was surely heard, or keyed, is taken; another one is asked for again.
"""

from __future__ import annotations

from typing import Any

from pipelines.flows.checking import Check
from pipelines.flows.model import Slot
from pipelines.flows.progress import FlowStep
from pipelines.flows.running.standing import FlowStanding


class FlowSecrecy(FlowStanding):
    """Of what is asked now."""

    _sure = False
    """The last answer was surely heard, or keyed."""

    def utterance(self, text: str, understood: bool = True, **how: Any) -> FlowStep:
        self._sure = understood and not how.get("doubtful", False)
        return super().utterance(text, understood, **how)

    def keyed(self, digits: str, ended_by: str = "terminator") -> FlowStep:
        self._sure = True
        return super().keyed(digits, ended_by)

    def _check(self, check: Check) -> FlowStep:
        if not self.asks_secret:
            return super()._check(check)
        return self._filled(check.value) if self._sure else super()._missed(check.slot, False)

    def _impossible(self, slot: Slot, said: str) -> FlowStep:
        if not self.asks_secret:
            return super()._impossible(slot, said)
        return super()._missed(slot, False)
