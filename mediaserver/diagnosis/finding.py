"""One thing that was looked at: what doctor, health and readiness all speak of.

A finding that is not well says how to mend it, in words for the operator.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Finding:
    name: str
    """What was looked at: 'database', 'port sip udp', 'agent demo'."""
    ok: bool
    detail: str = ""
    """What is wrong, or a word on what runs."""
    mend: str = ""
    """What the operator can do; empty when all is well."""
    required: bool = True
    """Whether the server cannot do its work without it. If not, it works, but not as well as it could."""

    @property
    def fatal(self) -> bool:
        """Whether the server cannot do its work."""
        return self.required and not self.ok

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return asdict(self)
