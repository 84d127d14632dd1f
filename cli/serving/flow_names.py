"""What flows may name while the server runs: what there is, for a flow of whoever owns it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from uuid import UUID

from cli.serving.database import Stored
from cli.serving.flows import NamesFor
from mediaserver.calls.prompts import PromptShelf
from mediaserver.calls.targets import Targets
from mediaserver.settings.shared import SharedSettings
from pipelines.flows.library.references import MayUse, ServerNames, can_be_called


def names_on(
    database: Stored,
    shared: SharedSettings,
    targets: Targets,
    tools: Callable[[str], bool],
    functions: Callable[[str], bool],
    texted: Callable[[str], bool],
    prompts: PromptShelf,
) -> NamesFor:
    """All is asked of what is in memory: calls are asked for what is missing at any time. `tools`,
    `functions`: whether there is one of that name; `texted`: whether texts may go to that number."""

    def names(owner: UUID | None) -> ServerNames:
        may_use = MayUse(owner, shared)

        def agent(name: str) -> bool:
            row = database.directory.agent(name)
            return row is not None and may_use(row.owner)

        def secret(name: str) -> bool:
            return database.flows.secrets.secret(name) is not None and may_use.secret(name)

        return ServerNames(
            agent,
            lambda name: database.trunks.line(name) is not None,
            secret,
            can_be_called(targets),
            tools,
            functions,
            texted,
            partial(prompts.there, owner=owner),
        )

    return names
