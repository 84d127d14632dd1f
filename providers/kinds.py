"""The kinds of providers that there are: each folder here with a `kind.py`, which exports `KIND`.

None is imported before somebody has an account of it, so that a server without accounts starts as if there
were none.
"""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from mediaserver.errors import ConfigError
from providers.kind import Kind

HERE = Path(__file__).parent


class Kinds:
    """By name, in order."""

    def __init__(self, makers: Mapping[str, Callable[[], Kind]]) -> None:
        """`makers`: called once each, when the kind is asked for; they may import much."""
        self._makers = dict(sorted(makers.items()))
        self._known: dict[str, Kind] = {}

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._makers)

    def kind(self, name: str) -> Kind:
        """Raises ConfigError, which names the nearest, when there is none. May import: not on the loop."""
        if name not in self._makers:
            near = difflib.get_close_matches(name[:60], self._makers, n=1, cutoff=0.0)
            raise ConfigError(
                f"there is no kind of provider {name[:60]}" + (f"; the nearest is {near[0]}" if near else "")
            )
        if name not in self._known:
            self._known[name] = self._makers[name]()
        return self._known[name]

    def known(self, name: str) -> Kind | None:
        """One that was asked for before."""
        return self._known.get(name)


def installed() -> Kinds:
    """Those of this version."""
    return Kinds({path.parent.name: partial(_imported, path.parent.name) for path in HERE.glob("*/kind.py")})


def _imported(name: str) -> Kind:
    kind: Kind = importlib.import_module(f"providers.{name}.kind").KIND
    return kind
