"""What installed packages offer in a group of entry points. Never fails for what one of them has wrong."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import Distribution, EntryPoint, EntryPoints, distributions

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
    offering = [(distribution, _points(distribution, group)) for distribution in distributions()]
    if not any(points for _, points in offering):
        return [], []  # the usual case: to know their names, the metadata of each would have to be parsed
    found: list[Offered] = []
    broken: list[Unreadable] = []
    seen = set()
    for distribution, points in offering:
        package = _name(distribution)
        if package in seen and package != NAMELESS:
            continue
        seen.add(package)
        if isinstance(points, Exception):
            broken.append(Unreadable(package, f"its entry points cannot be read ({said(points)})"))
        else:
            found += [Offered(package, point) for point in points]
    return found, broken


def _points(distribution: Distribution, group: str) -> EntryPoints | Exception:
    try:
        return distribution.entry_points.select(group=group)
    except Exception as error:
        return error


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
