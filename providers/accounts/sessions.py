"""What the door for providers' requests needs to know of calls: `providers.calls` has it."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID


class Sessions(Protocol):
    def account_of(self, session: UUID) -> str | None:
        """The name of the account whose call this is; None: there is no such call."""
