"""What an attack is: a name, the point of the security model that it plays, a server, figures and limits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.attack.target import Target

Settings = Mapping[str, Mapping[str, Any]]
"""As in voiceforge.toml: section, key, value."""
Play = Callable[[Target], Iterable["Measured"]]


@dataclass(frozen=True, slots=True)
class Measured:
    """One figure of a case. `limit` None: told, not judged."""

    what: str
    value: float
    limit: float | None = None
    at_least: bool = False
    """The limit is the least that is good, not the most."""

    @property
    def ok(self) -> bool:
        if self.limit is None:
            return True
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    def __str__(self) -> str:
        judged = "" if self.limit is None else f" ({'≥' if self.at_least else '≤'} {self.limit:g})"
        return f"{self.what} {self.value:,.6g}{judged}"


def at_most(what: str, value: float, limit: float) -> Measured:
    return Measured(what, value, limit)


def at_least(what: str, value: float, limit: float) -> Measured:
    return Measured(what, value, limit, at_least=True)


def is_true(what: str, value: bool) -> Measured:
    """1 is what it has to be."""
    return Measured(what, float(value), 1.0, at_least=True)


def told(what: str, value: float) -> Measured:
    return Measured(what, value)


@dataclass(frozen=True, slots=True)
class Case:
    """One attack."""

    name: str
    point: str
    """Of docs/security.md, "B1" and so on."""
    does: str
    play: Play
    settings: Settings
    """Of the server that it is played against; cases with equal ones share a server."""
    fresh: bool = False
    """It wants a server that nothing was done to."""
    timed: bool = False
    """It judges times: only where the machine is quiet, never in a test."""

    private: bool = False
    """It makes networks of its own, so the process has to be in one (`private_network.enter`)."""

    def run(self, target: Target) -> list[Measured]:
        return list(self.play(target))


CASES: dict[str, Case] = {}
"""By name, in the order of their files."""


def attack(
    point: str,
    settings: Settings | None = None,
    *,
    fresh: bool = False,
    timed: bool = False,
    private: bool = False,
) -> Callable[[Play], Play]:
    """Makes a case of a function; its docstring says what it does."""

    def keep(play: Play) -> Play:
        name = play.__name__
        does = " ".join((play.__doc__ or "").split())
        assert does and name not in CASES
        CASES[name] = Case(name, point, does, play, settings or {}, fresh, timed, private)
        return play

    return keep
