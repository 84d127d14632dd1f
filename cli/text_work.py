"""What the nodes of a flow work with in conversations of text: the same client, tools and models as in calls.

Opened once for all conversations of a command.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from mediaserver.errors import ConfigError

if TYPE_CHECKING:
    from cli.serving.tools import AgentTools
    from mediaserver.config import Settings
    from pipelines.engines.protocols import Llm
    from pipelines.flows.document.document import Document
    from pipelines.flows.work.agent_transfer import TakenAgent
    from pipelines.flows.work.workshop import CallWorkshop

MakeOthers = Callable[[str, UUID], "TakenAgent"]
"""The agent of a name that takes over a conversation. Raises ConfigError."""


async def text_workshops(
    settings: Settings,
    document: Document,
    tools: AgentTools,
    models: Mapping[tuple[str, ...], Llm],
    take: MakeOthers,
    undo: contextlib.AsyncExitStack,
) -> Callable[[UUID], CallWorkshop]:
    """Of a flow's conversations. `models`: by their names, those of the flow's agent under none.
    `take`: makes the agent that goes on. Raises ConfigError."""
    from cli.database import sealer_of, server_database
    from cli.serving.fetching import open_fetching
    from cli.serving.flow_work import python_functions, slot_value
    from mediaserver.calls.flow_secrets import FlowSecrets
    from mediaserver.metrics import Metrics
    from mediaserver.storage.sealing import KEY_FILE
    from pipelines.assistant.calling import Calling
    from pipelines.flows.work.workshop import CallWorkshop

    fetcher = await open_fetching(settings.fetch, Metrics(), undo)
    secrets = FlowSecrets()
    # Else there is none to open, and a command that looks makes none.
    if settings.secrets.kms_command or (settings.data / KEY_FILE).exists():
        secrets.sealer = await asyncio.to_thread(sealer_of, settings)
    async with server_database(settings) as connection:
        await secrets.read(connection)
    fetcher.secrets = secrets
    functions = python_functions(settings.flows.python_modules)
    language = document.defaults.language or settings.engines.language

    def model(names: Sequence[str]) -> Llm:
        if (llm := models.get(tuple(names))) is None:
            raise ConfigError("no language model is named that can be had")
        return llm

    def make(call_id: UUID) -> CallWorkshop:
        def taken(name: str, about: Mapping[str, Any]) -> TakenAgent:
            return take(name, call_id)

        return CallWorkshop(
            Calling(call_id, language, began=datetime.now().astimezone()),
            fetcher,
            functions,
            tools.tool,
            tools.box,
            model,
            taken,
            partial(slot_value, language=language),
            _nobody_keeps,
        )

    return make


def _nobody_keeps(kind: str, **data: Any) -> None:
    """What ends after a conversation of text is in no record."""
