"""What `engines install` and `engines pull` say of an engine of which nothing is to be fetched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mediaserver.errors import EngineMissingError

if TYPE_CHECKING:
    from cli.engines.naming import NamedEngine


def nothing_to_install(engines: list[NamedEngine]) -> str:
    """For engines without packages of their own. Raises EngineMissingError when one lacks what neither a key
    nor `pull` gives."""
    name = engines[0].name
    if any(each.recipe.weights for each in engines):
        return f"{name} has its packages; run `voiceforge engines pull {name}` for its weights"
    comes = f"{name} comes with the server: nothing is to be installed"
    if lacks := _lacks(engines):
        return f"{comes}; it lacks {lacks}"
    if needs := " and ".join(
        sorted({need for each in engines for need in each.entry.manifest.needs} - {"key"})
    ):
        return f"{comes}; its {needs} are yours to give (docs/engines.md)"
    return f"{comes}; it is ready and needs nothing else"


def nothing_to_pull(engines: list[NamedEngine]) -> str:
    """For engines without weights on a hub. Raises EngineMissingError likewise; packages are another
    command's."""
    name = engines[0].name
    if any("weights" in each.entry.manifest.needs for each in engines):
        return f"{name}: its weights are yours to give (docs/engines.md)"
    lacks = _lacks([each for each in engines if not each.recipe.lock])
    return f"{name} needs nothing of a hub{f'; it lacks {lacks}' if lacks else ''}"


def _lacks(engines: list[NamedEngine]) -> str:
    """What the operator has to give: a key, an address. Raises EngineMissingError for anything else."""
    found = []
    for each in engines:
        readiness = each.entry.readiness(each.options)
        if readiness.ready:
            continue
        if "key" not in each.entry.manifest.needs:
            raise EngineMissingError(f"{each.name} is not ready: {readiness.lacks}")
        found.append(readiness.lacks)
    return "; ".join(dict.fromkeys(found))
