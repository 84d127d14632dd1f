"""What flows name beside themselves (agents, trunks, secrets, phones), and whether it is there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from mediaserver.calls.targets import Targets
from mediaserver.errors import CallError
from mediaserver.settings.shared import SharedSettings
from mediaserver.storage import agents, flow_secrets, flows, prompts, trunks
from mediaserver.storage.sql import Database
from pipelines.flows.checks.findings import FlowFinding
from pipelines.flows.checks.known import KnownNames
from pipelines.flows.checks.references import FlowReference, ReferenceKind, references
from pipelines.flows.document.document import Document
from pipelines.flows.document.reading import document_of
from pipelines.flows.shipped import templates

MOST_FLOWS = 50
"""That one flow is looked through for."""
SHIPPED_FLOWS = ("booking",)
"""Those that run without a row of the tables."""

IsThere = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class MayUse:
    """What a flow of this owner may name: its own, and what the operator shares with all. So it is in calls,
    whoever saved it."""

    owner: UUID | None
    shared: SharedSettings = SharedSettings()

    def __call__(self, other: UUID | None) -> bool:
        """Agents and flows of this owner: a key, or the operator (None)."""
        return other is None or other == self.owner

    def secret(self, name: str) -> bool:
        return self.owner is None or self.shared.lends_secret(name)


SHARED = MayUse(None)
"""What the operator's flows may name."""


@dataclass(frozen=True, slots=True)
class ServerNames:
    """What there is on a server. None: not known, and not looked at."""

    agents: IsThere | None = None
    trunks: IsThere | None = None
    secrets: IsThere | None = None
    numbers: IsThere | None = None
    """Whom callers may be handed to."""
    tools: IsThere | None = None
    functions: IsThere | None = None
    """In Python, that flows may call."""
    texted: IsThere | None = None
    """Numbers beside a caller's own that texts may go to."""
    prompts: IsThere | None = None
    """Sound files."""

    def of(self, kind: ReferenceKind) -> tuple[IsThere | None, str, str]:
        """How to find one, what it is called, and what mends that it is gone."""
        match kind:
            case "agent":
                return self.agents, "no agent", "`voiceforge agents set`, or name another in the flow"
            case "trunk":
                return (
                    self.trunks,
                    "no trunk",
                    "`voiceforge trunks add`, or leave it empty: the best that may call is taken",
                )
            case "secret":
                return self.secrets, "no secret", "`voiceforge flows secrets set`, or name another"
            case "number":
                return (
                    self.numbers,
                    "nobody may be handed to",
                    "allow it in sip.allowed_targets or by the prefix of a trunk, or name another",
                )
            case "texted number":
                return (
                    self.texted,
                    "no text may go to",
                    "allow the beginning of the number in texts.to, or text the caller alone",
                )
            case "sound file":
                return (
                    self.prompts,
                    "no sound file",
                    "`voiceforge prompts add`, or name another in the flow",
                )
            case "tool":
                return self.tools, "no tool", "see `voiceforge tools list`, or name another in the flow"
            case "python":
                return (
                    self.functions,
                    "no function that flows may call",
                    "list its module in flows.python_modules, mend it and start again, or name another",
                )
            case _:
                return None, "", ""


def lacking(found: Iterable[FlowReference], names: ServerNames) -> Iterator[FlowFinding]:
    """A warning for each that is not there."""
    for each in found:
        there, what, mend = names.of(each.kind)
        if there is not None and not there(each.name):
            said = (
                f"{what} '{each.name}'" if each.kind.endswith("number") else f"there is {what} '{each.name}'"
            )
            yield FlowFinding("warning", each.node, each.field, said, mend)


async def names_of(connection: Database, may_use: MayUse = SHARED) -> ServerNames:
    """As the tables have them; whom callers may be handed to is not in them. `may_use`: whose agents are
    there for who asks. Trunks are the operator's, for all; secrets where it lends them."""
    rows = await agents.all_agents(connection)
    known_agents = {row["name"] for row in rows if may_use(row["owner"])}
    known_trunks = {row["name"] for row in await trunks.all_trunks(connection)}
    secrets = await flow_secrets.all_secrets(connection)
    known_secrets = {row["name"] for row in secrets if may_use.secret(row["name"])}
    rows = await prompts.all_prompts(connection)
    known_prompts = {row["name"] for row in rows if may_use(row["owner"])}
    return ServerNames(
        known_agents.__contains__,
        known_trunks.__contains__,
        known_secrets.__contains__,
        prompts=known_prompts.__contains__,
    )


async def known_of(connection: Database, may_use: MayUse = SHARED) -> KnownNames:
    """What flows may name without its being named in words."""
    return KnownNames(
        agents={row["name"] for row in await agents.all_agents(connection) if may_use(row["owner"])},
        secrets={
            row["name"] for row in await flow_secrets.all_secrets(connection) if may_use.secret(row["name"])
        },
        trunks={row["name"] for row in await trunks.all_trunks(connection)},
        prompts={row["name"] for row in await prompts.all_prompts(connection) if may_use(row["owner"])},
    )


def can_be_called(targets: Targets) -> IsThere:
    """Whether callers may be handed to a number or an address."""

    def there(name: str) -> bool:
        try:
            targets.check(name)
        except CallError:
            return False
        return True

    return there


async def flows_of(
    connection: Database, document: Document, may_use: MayUse = SHARED
) -> dict[tuple[str, int | None], Document]:
    """The flows that a document leads to, and those that these do, by how they are named. `may_use`: whose
    are there for who asks."""
    rows = {
        row["name"]: row["published"] for row in await flows.published(connection) if may_use(row["owner"])
    }
    found: dict[tuple[str, int | None], Document] = {}
    wanted = _subflows(document)
    looked: set[tuple[str, int | None]] = set()
    while wanted and len(looked) < MOST_FLOWS:
        named = wanted.pop()
        if named in looked:
            continue
        looked.add(named)
        number = None if named[0] not in rows else named[1] if named[1] is not None else rows[named[0]]
        row = await flows.version(connection, named[0], number) if number is not None else None
        content = row["document"] if row is not None else None
        if content is None and named[1] is None and named[0] in SHIPPED_FLOWS:
            content = templates()[named[0]].document
        if content is not None:
            found[named] = await asyncio.to_thread(document_of, content)
            wanted += _subflows(found[named])
    return found


def _subflows(document: Document) -> list[tuple[str, int | None]]:
    return [(each.name, each.version) for each in references(document) if each.kind == "flow"]
