"""The code of agents in Python: imported off the loop as soon as a row names it; no call waits for it.

What cannot be imported is said before anybody calls. Code that was imported stays as it is until the next
start, as Python has it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from functools import partial

from cli.serving.importing import imported
from mediaserver.calls.routes import AgentSpec
from mediaserver.diagnosis.finding import Finding
from mediaserver.errors import CallError, ConfigError
from pipelines.agents import load

log = logging.getLogger(__name__)


class OwnCode:
    """Follows the rows of agents of kind "python"."""

    def __init__(self) -> None:
        self._agents: list[AgentSpec] = []
        self._loading: dict[str, asyncio.Task[None]] = {}
        self._faults: dict[str, str] = {}
        """By entry: those that were looked at; empty when nothing is wrong."""

    def follow(self, agents: Iterable[AgentSpec]) -> None:
        """The rows are these now. An entry that could not be imported is tried again when rows change."""
        self._agents = [agent for agent in agents if agent.kind == "python"]
        for entry in {agent.entry for agent in self._agents}:
            if self._faults.get(entry) != "" and entry not in self._loading:
                self._loading[entry] = asyncio.get_running_loop().create_task(self._load(entry))

    def check(self, agent: AgentSpec) -> None:
        """For a call that begins. Raises CallError: 503 while the code is being imported, 480 when it cannot
        be."""
        if agent.kind != "python":
            return
        if agent.entry in self._loading:
            raise CallError(f"the agent {agent.name} is still being loaded", 503)
        if fault := self._faults.get(agent.entry):
            raise CallError(f"the agent {agent.name} cannot answer: {fault}", 480)

    async def settle(self, limit_s: float) -> None:
        """Wait for what is being imported, so long at most."""
        if self._loading:
            await asyncio.wait(self._loading.values(), timeout=limit_s)

    def findings(self) -> list[Finding]:
        return [
            Finding(f"agent {agent.name}", False, fault, "mend it and start again, or change its row", False)
            for agent in self._agents
            if (fault := self._fault(agent.entry))
        ]

    def _fault(self, entry: str) -> str:
        return "its code is still being loaded" if entry in self._loading else self._faults.get(entry, "")

    async def _load(self, entry: str) -> None:
        try:
            await imported(f"the agent '{entry}'", partial(load, entry))
        except ConfigError as error:
            self._faults[entry] = str(error)
            log.error("an agent cannot answer: %s", error)
        else:
            self._faults[entry] = ""
        finally:
            del self._loading[entry]
