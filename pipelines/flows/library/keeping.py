"""Versions of flows in the database: found, saved, published, with the rules that hold whoever asks.

A flow belongs to the key that made it, or to the operator. Nothing is ever saved to another's, also not where
two make a flow of one name at the same moment.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from mediaserver.errors import ConfigError
from mediaserver.settings.shared import SharedSettings
from mediaserver.storage import flow_runs, flows
from mediaserver.storage.sql import Database, Row
from pipelines.flows.checks.references import references
from pipelines.flows.document.reading import document_of
from pipelines.flows.library.reading import ReadFlow, read_flow
from pipelines.flows.library.references import MayUse
from pipelines.flows.shipped import templates


class FlowTakenError(ConfigError):
    """There is a flow of this name already."""


@dataclass(frozen=True, slots=True)
class FlowMaker:
    """Who changes flows."""

    name: str = ""
    """For the history."""
    owner: UUID | None = None
    """Of flows that are made; None: everybody's."""
    may_change: Callable[[UUID | None], bool] = lambda owner: True
    """Flows of this owner."""
    shared: SharedSettings = SharedSettings()
    """What of the operator's its flows may use, where it is a key."""

    @property
    def may_use(self) -> MayUse:
        """Whose flows and agents its own may name."""
        return MayUse(self.owner, self.shared)


OPERATOR = FlowMaker()


@dataclass(frozen=True, slots=True)
class SavedFlow:
    name: str
    version: int


async def version_of(connection: Database, name: str, number: int | None = None) -> Row:
    """A version of a flow, the newest where no number is given. Raises ConfigError."""
    row = await flows.version(connection, name, number)
    if row is not None:
        return row
    if await flows.one_flow(connection, name) is None:
        raise flows.unknown(name)
    if number is None:
        raise ConfigError(f"the flow {name} has no version yet: save one with `voiceforge flows import`")
    raise ConfigError(f"the flow {name} has no version {number}: see `voiceforge flows history {name}`")


async def save_flow(
    connection: asyncpg.Connection,
    flow: ReadFlow,
    maker: FlowMaker = OPERATOR,
    *,
    name: str = "",
    note: str = "",
    fresh: bool = False,
) -> SavedFlow:
    """Save a document as the newest version. `name`: of the flow, where it is another than the document's.
    `fresh`: there must be no flow of this name. Raises ConfigError, and FlowTakenError for another's."""
    document = {**flow.document, "name": name} if name else flow.document
    async with connection.transaction():
        if fresh and not await flows.add(connection, document["name"], maker.owner):
            raise _taken(document["name"])
        there = await flows.taken(connection, document["name"])
        if there is not None and not maker.may_change(there["owner"]):
            raise _taken(document["name"])
        number = await flows.save(
            connection,
            document["name"],
            document,
            state=flow.state,
            findings=flow.findings,
            note=note,
            made_by=maker.name,
            owner=maker.owner,
        )
        made = await flows.taken(connection, document["name"])
        if made is None or not maker.may_change(made["owner"]):
            raise _taken(document["name"])  # somebody else has just made it
    return SavedFlow(document["name"], number)


async def publish_version(
    connection: asyncpg.Connection, name: str, number: int | None = None, maker: FlowMaker = OPERATOR
) -> tuple[SavedFlow, ReadFlow | None]:
    """Have new calls run a version, the newest where no number is given. A draft whose errors were in what it
    runs through, and are mended, is saved as a version that can be published; that document comes back
    beside what is published. Raises ConfigError."""
    async with connection.transaction():
        row = await version_of(connection, name, number)
        chosen, mended = SavedFlow(name, row["number"]), None
        if row["state"] == "draft":
            read = await read_flow(row["document"], connection, maker.may_use)
            if not read.errors:
                note = f"as version {row['number']}, no longer a draft"
                chosen, mended = await save_flow(connection, read, maker, name=name, note=note), read
        await flows.publish(connection, name, chosen.version, maker.name)
        return chosen, mended


async def roll_back(
    connection: asyncpg.Connection, name: str, maker: FlowMaker = OPERATOR
) -> tuple[int, int]:
    """Publish the version that was published before: its number, and that of the one that was until now.
    Raises ConfigError."""
    async with connection.transaction():
        flow = await flows.taken(connection, name)
        if flow is None:
            raise flows.unknown(name)
        before = await flows.before_published(connection, name)
        if before is None:
            raise ConfigError(
                f"no version of the flow {name} was published before: choose one with `voiceforge flows "
                "publish`"
            )
        await flows.publish(connection, name, before, maker.name)
        return before, int(flow["published"])


async def compared_versions(
    connection: Database, name: str, versions: Sequence[int] = (), owner: UUID | None = None
) -> list[Row]:
    """What the calls of these versions came to, else of those that share the calls, each with the `percent`
    of new calls that it gets. `owner`: of the calls of this key alone. Raises ConfigError."""
    flow = await flows.one_flow(connection, name)
    if flow is None:
        raise flows.unknown(name)
    sharing = [each for each in (flow["published"], flow["split_version"]) if each is not None]
    for number in versions:
        await version_of(connection, name, number)
    if not (wanted := list(versions) or sharing):
        raise ConfigError(f"the flow {name} has nothing published: name two versions to compare")
    found = await flow_runs.compared(connection, name, wanted, owner)
    share = flow["split_percent"] or 0
    shares = {flow["published"]: 100 - share, flow["split_version"]: share}
    return [{**row, "percent": shares.get(row["version"], 0)} for row in found]


async def import_subflows(
    connection: asyncpg.Connection, document: Row, maker: FlowMaker = OPERATOR
) -> list[str]:
    """Save and publish the templates that a template runs through, where there is no flow of their names;
    returns these. A template has no circles. Raises ConfigError."""
    made: list[str] = []
    for each in references(document_of(document)):
        known = templates().get(each.name) if each.kind == "flow" else None
        if known is None or each.name in made or await flows.one_flow(connection, each.name) is not None:
            continue
        made += await import_subflows(connection, known.document, maker)
        flow = await read_flow(known.document, connection, maker.may_use)
        saved = await save_flow(connection, flow, maker, note="a template that another runs through")
        await flows.publish(connection, saved.name, saved.version, maker.name)
        made.append(saved.name)
    return made


def _taken(name: str) -> FlowTakenError:
    return FlowTakenError(f"the name {name} is taken by another flow: choose another")
