"""Documents for the commands: from a file, a template or the database, checked and saved."""

from __future__ import annotations

import getpass
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mediaserver.errors import ConfigError

if TYPE_CHECKING:
    import asyncpg

    from mediaserver.storage.flows import FlowState
    from mediaserver.storage.sql import Row

MOST_BYTES = 1_500_000
"""Of a file: no more is read into memory. A document may have less."""


@dataclass(frozen=True, slots=True)
class ReadFlow:
    """A document that was read, and what is wrong with it."""

    document: dict[str, Any]
    """Plain JSON, without what is as it would be anyway."""
    findings: tuple[Row, ...]
    """JSON-ready, with `severity`, `node`, `field`, `what` and `remedy`."""
    missing: tuple[Row, ...] = ()
    """The same, of what it names and this server has not: no part of the version, since agents and secrets
    come and go."""

    @property
    def state(self) -> FlowState:
        return "draft" if self.errors else "valid"

    @property
    def told(self) -> list[Row]:
        """All that is said of it."""
        return [*self.findings, *self.missing]

    @property
    def errors(self) -> list[Row]:
        return [each for each in self.findings if each["severity"] == "error"]


async def read_flow(content: Any, connection: asyncpg.Connection | None) -> ReadFlow:
    """`content`: JSON. What it names is looked for in the database, where there is one. Raises ConfigError
    for what is no document of a flow."""
    from cli.serving.flow_references import flows_of, lacking, names_of
    from pipelines.flows.checks.checking import findings
    from pipelines.flows.checks.known import KnownNames
    from pipelines.flows.checks.references import references
    from pipelines.flows.document.reading import document_of, written

    document = document_of(content)
    if connection is None:
        return ReadFlow(written(document), tuple(each.as_dict() for each in findings(document)))
    others = await flows_of(connection, document)
    known = KnownNames(flows=lambda name, number: others.get((name, number)))
    missing = lacking(references(document), await names_of(connection))
    return ReadFlow(
        written(document),
        tuple(each.as_dict() for each in findings(document, known)),
        tuple(each.as_dict() for each in missing),
    )


def is_file(name: str) -> bool:
    """Whether somebody means a file by it, and no flow."""
    return name.endswith(".json") or Path(name).is_file()


def from_file(path: Path) -> Any:
    """The document of a file, as JSON; of one with personas beside it, too. Raises ConfigError."""
    from pipelines.flows.document.reading import read_document, written

    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES)
    except OSError as error:
        raise ConfigError(f"{path} cannot be read ({error.strerror})") from None
    try:
        outer = json.loads(data) if b'"document"' in data else None
    except (ValueError, RecursionError):
        outer = None
    if isinstance(outer, dict) and isinstance(outer.get("document"), dict):
        data = json.dumps(outer["document"]).encode()
    try:
        return written(read_document(data))
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from None


async def version_of(connection: asyncpg.Connection, name: str, number: int | None = None) -> Row:
    """A version of a flow in the database, the newest where no number is given. Raises ConfigError."""
    from mediaserver.storage import flows

    row = await flows.version(connection, name, number)
    if row is not None:
        return row
    if await flows.one_flow(connection, name) is None:
        raise flows.unknown(name)
    if number is None:
        raise ConfigError(f"the flow {name} has no version yet: save one with `voiceforge flows import`")
    raise ConfigError(f"the flow {name} has no version {number}: see `voiceforge flows history {name}`")


async def saved(
    connection: asyncpg.Connection, flow: ReadFlow, note: str = "", name: str = ""
) -> tuple[str, int]:
    """Its name and number. `name`: another than the document's own. Raises ConfigError."""
    from mediaserver.storage import flows

    document = {**flow.document, "name": name} if name else flow.document
    number = await flows.save(
        connection,
        document["name"],
        document,
        state=flow.state,
        findings=flow.findings,
        note=note,
        made_by=whoever(),
    )
    return document["name"], number


def whoever() -> str:
    """Who gives the command, for the history; empty where the machine has no name for them."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


def words(finding: Row) -> str:
    """A finding as a line."""
    where = " ".join(filter(None, [f"node {finding['node']}" if finding["node"] else "", finding["field"]]))
    remedy = finding["remedy"]
    join = ". " if remedy[:1].isupper() else "; " if remedy else ""
    return f"{finding['severity']}: {where + ': ' if where else ''}{finding['what']}{join}{remedy}"
