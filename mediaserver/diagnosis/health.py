"""What the server is made of and how each part fares, for `/api/health` and `voiceforge doctor`.

It only keeps what others report; it checks nothing itself and never blocks.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Component:
    name: str
    ok: bool
    detail: str = ""
    """What is wrong, or a word on what runs."""
    mend: str = ""
    """What the operator can do; empty when all is well."""
    required: bool = True
    """Whether the server is not ready without it."""


class Health:
    """The state of all components by name, in the order in which they were named."""

    def __init__(self, *expected: str) -> None:
        """`expected`: components that count as missing until they report."""
        self._parts = {name: Component(name, False, "not started yet") for name in expected}

    def set(self, name: str, ok: bool, detail: str = "", mend: str = "", *, required: bool = True) -> None:
        self._parts[name] = Component(name, ok, detail, mend, required)

    @property
    def components(self) -> list[Component]:
        return list(self._parts.values())

    @property
    def ready(self) -> bool:
        """Whether new calls can be served."""
        return bool(self._parts) and not self.missing

    @property
    def missing(self) -> list[Component]:
        return [part for part in self._parts.values() if part.required and not part.ok]
