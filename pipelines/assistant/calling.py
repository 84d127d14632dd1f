"""What an assistant, and its tools, know of a call from the beginning. Data only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from pipelines.tools.protocols import ToolContext


@dataclass(frozen=True, slots=True)
class Calling:
    """Of one call."""

    call_id: UUID
    language: str = "en"
    caller: str = ""
    """Who calls, or whom we called: a number in E.164 where it is one, else an address; empty: anonymous."""
    number: str = ""
    """The same, when it is a number and somebody else than the caller says so: facts are kept by it."""
    outbound: bool = False
    about: Mapping[str, Any] = field(default_factory=dict, hash=False)
    """What whoever placed the call gave along."""
    began: datetime | None = None
    """Local time."""

    def for_tools(self, language: str = "") -> ToolContext:
        """What tools may know of it. `language`: in which it goes on now; empty: as it began."""
        about = {str(name): str(value) for name, value in self.about.items()}
        return ToolContext(self.call_id, self.caller, language or self.language, about)
