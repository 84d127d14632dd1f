"""`client_state`: what we give Telnyx with a command and get back with each webhook of the call, in base64.

It says which session a call is. It proves nothing: whoever may give commands to the account can write it.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from uuid import UUID

MOST = 4096
"""Characters that are looked at."""


@dataclass(frozen=True, slots=True)
class ClientState:
    session: UUID | None = None
    say: str = ""
    """The call is told this once it is answered, and ended."""
    behind: str = ""
    """This call is the target of a transfer; that one waits for it."""
    turn: str = ""
    """The word of that transfer, good for it alone; empty: a call that was diverted has none."""

    def __str__(self) -> str:
        told = {"s": str(self.session)} if self.session else {}
        if self.say:
            told["say"] = self.say
        if self.behind:
            told["behind"] = self.behind
        if self.turn:
            told["turn"] = self.turn
        return base64.b64encode(json.dumps(told, ensure_ascii=False).encode()).decode()

    @classmethod
    def parse(cls, text: object) -> ClientState:
        """What is none of ours, is empty."""
        if not isinstance(text, str) or not text or len(text) > MOST:
            return cls()
        try:
            told = json.loads(base64.b64decode(text, validate=True))
        except (binascii.Error, ValueError, RecursionError):
            return cls()
        if not isinstance(told, dict):
            return cls()
        session, *texts = (told.get(name) for name in ("s", "say", "behind", "turn"))
        try:
            named = UUID(session) if isinstance(session, str) else None
        except ValueError:
            named = None
        return cls(named, *(each if isinstance(each, str) else "" for each in texts))
