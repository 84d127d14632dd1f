"""One server at a time, started anew where the next attack needs other settings or an untouched one."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

from tests.attack.case import Case
from tests.attack.target import Target


class Servers:
    """Give cases in the order of their settings, or pay for many starts."""

    def __init__(self, tree: Path) -> None:
        self._tree = tree
        self._target: Target | None = None
        self._settings = ""

    def for_(self, case: Case) -> Target:
        """The server that this case is played against."""
        settings = repr(case.settings)
        if self._target is None or case.fresh or settings != self._settings or not self._target.alive:
            self.stop()
            self._target, self._settings = Target(self._tree, case.settings), settings
        return self._target

    def forget(self, case: Case) -> None:
        """What is left after a case that broke is of no use to the next."""
        self.stop()

    def stop(self) -> None:
        target, self._target = self._target, None
        if target is not None:
            target.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
