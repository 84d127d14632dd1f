"""What installed packages offer in a group of entry points. Never fails for what one of them has wrong."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import Distribution, EntryPoint, distributions

NAMELESS = "a package without a name"


@dataclass(frozen=True, slots=True)
class Offered:
    """One entry point, and the package that it is of."""

    package: str
    point: EntryPoint


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A package whose entry points cannot be read."""

    package: str
    why: str


def offered(group: str) -> tuple[list[Offered], list[Unreadable]]:
    """Each package's, read apart from the others': `importlib.metadata.entry_points` gives none at all when
    one file is malformed. Of packages of one name the first on the path counts."""
    found: list[Offered] = []
    broken: list[Unreadable] = []
    seen = set()
    for distribution in distributions():
        package = _name(distribution)
        if package in seen and package != NAMELESS:
            continue
        seen.add(package)
        try:
            points = distribution.entry_points.select(group=group)
        except Exception as error:
            broken.append(Unreadable(package, f"its entry points cannot be read ({said(error)})"))
        else:
            found += [Offered(package, point) for point in points]
    return found, broken


def said(error: BaseException) -> str:
    """What foreign code raised, in one line."""
    text = " ".join(str(error).split())
    return (
        f"it ended itself: exit {text}"
        if isinstance(error, SystemExit)
        else f"{type(error).__name__}: {text}"
    )


def _name(distribution: Distribution) -> str:
    try:
        return distribution.name or NAMELESS
    except Exception:  # it has no metadata
        return NAMELESS
