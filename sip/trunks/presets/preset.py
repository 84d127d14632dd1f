"""A trunk to a known carrier or exchange, as far as its documents say how: what is left is asked for.

Data and how it is filled in; nothing here is looked up. A preset never says which numbers may be called: that
costs money, and is the operator's to say.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

from mediaserver.errors import ConfigError

_BLANK = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True)
class Blank:
    """What the operator fills in."""

    name: str
    """As it stands in a host: `{trunk}`."""
    words: str
    """What it is, and where it is shown there."""
    example: str
    pattern: str
    """All of it must fit."""


@dataclass(frozen=True, slots=True)
class Region:
    """One of the places that it has servers at."""

    name: str
    words: str
    host: str
    """With blanks in braces."""


@dataclass(frozen=True, slots=True)
class TrunkPreset:
    name: str
    title: str
    signing: tuple[Literal["address", "password", "registration"], ...]
    """The ways that it takes; the first is the usual one."""
    regions: tuple[Region, ...]
    """The first is the usual one."""
    blanks: tuple[Blank, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    """Of `sip.trunks.spec.TrunkSpec`, where they are others than usual."""
    secure: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    """What is laid over them for signalling and audio that are encrypted; empty: its documents have none."""
    steps: tuple[str, ...] = ()
    """What is to be done there, in its own words for things."""
    sources: tuple[str, ...] = ()
    """Its documents. None was tried against the service itself."""

    @property
    def registers(self) -> bool:
        return self.signing[0] == "registration"

    def filled(self, blanks: Mapping[str, str], region: str = "", *, secure: bool = False) -> dict[str, Any]:
        """Settings of a trunk. Raises ConfigError, which says what is missing and where to find it."""
        chosen = self._region(region)
        known = {each.name: each for each in self.blanks}
        if odd := sorted(set(blanks) - set(known)):
            asked = ", ".join(known) or "nothing"
            raise ConfigError(f"the preset {self.name} asks for {asked}, not for {odd[0]}")
        for each in self.blanks:
            value = blanks.get(each.name, "")
            if re.fullmatch(each.pattern, value) is None:
                given = "is missing" if not value else f"{value[:60]!r} does not fit"
                raise ConfigError(f"{each.name} {given}: {each.words}, such as {each.example}")
        if secure and not self.secure:
            raise ConfigError(f"the documents of {self.title} name no encrypted trunk")
        host = _BLANK.sub(lambda found: blanks[found[1]], chosen.host)
        made = {"host": host, **self.settings, **(self.secure if secure else {})}
        if self.registers:
            made["register"] = True
        return _plain(made)

    def _region(self, name: str) -> Region:
        if not name:
            return self.regions[0]
        for each in self.regions:
            if each.name == name:
                return each
        raise ConfigError(
            f"the preset {self.name} has no region {name[:60]}: take "
            + ", ".join(each.name for each in self.regions)
        )

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "name": self.name,
            "title": self.title,
            "signing": list(self.signing),
            "regions": [{"name": each.name, "words": each.words, "host": each.host} for each in self.regions],
            "blanks": [
                {"name": each.name, "words": each.words, "example": each.example, "pattern": each.pattern}
                for each in self.blanks
            ],
            "settings": _plain({**self.settings, **({"register": True} if self.registers else {})}),
            "secure": _plain(self.secure),
            "steps": list(self.steps),
            "sources": list(self.sources),
        }


def _plain(settings: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of its own, JSON-ready."""
    return {key: _copied(value) for key, value in settings.items()}


def _copied(value: Any) -> Any:
    if isinstance(value, Mapping):
        return _plain(value)
    return [_copied(each) for each in value] if isinstance(value, (list, tuple)) else value
