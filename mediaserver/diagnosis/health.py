"""What the server is made of and how each part fares, for `/api/health` and readiness.

It keeps what others report and asks those who know more; it checks nothing itself and never blocks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from mediaserver.diagnosis.finding import Finding


class Health:
    """The state of all parts by name, in the order in which they were named."""

    def __init__(self, *expected: str) -> None:
        """`expected`: parts that count as missing until they report."""
        self._parts = {name: Finding(name, False, "not started yet") for name in expected}
        self._sources: list[Callable[[], Iterable[Finding]]] = []

    def set(self, name: str, ok: bool, detail: str = "", mend: str = "", *, required: bool = True) -> None:
        self._parts[name] = Finding(name, ok, detail, mend, required)

    def ask(self, source: Callable[[], Iterable[Finding]], instead_of: str | None = None) -> None:
        """Have `source` asked whenever somebody looks, for findings that come and go. `instead_of`: the part
        that it tells of from now on."""
        self._sources.append(source)
        self._parts.pop(instead_of or "", None)

    @property
    def findings(self) -> list[Finding]:
        return [*self._parts.values(), *(finding for source in self._sources for finding in source())]

    @property
    def ready(self) -> bool:
        """Whether new calls can be served."""
        return bool(self._parts or self._sources) and not self.missing

    @property
    def missing(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.fatal]
