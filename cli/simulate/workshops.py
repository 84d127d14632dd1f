"""Who does the work of a drawn flow's nodes in simulated calls: the persona's world for what it names, and
the server's own means for the rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, NoReturn
from uuid import UUID

from callers.simulated.persona import Persona
from callers.simulated.world import WorldWorkshop
from cli.serving.flow_work import slot_value
from mediaserver.errors import CallError, ConfigError
from mediaserver.fetching.protocols import Fetcher
from pipelines.assistant.calling import Calling
from pipelines.engines.protocols import Llm
from pipelines.flows.work.python_function import PythonFunctions
from pipelines.flows.work.workshop import CallWorkshop


@dataclass(frozen=True, slots=True)
class TextWorkshops:
    """Makes those of calls by text."""

    fetcher: Fetcher
    llm: Llm | None
    language: str
    functions: PythonFunctions

    def of(self, call_id: UUID, persona: Persona) -> WorldWorkshop:
        world = persona.world
        calling = Calling(
            call_id,
            self.language,
            world.caller,
            world.caller,
            world.direction == "outbound",
            world.given(),
            (world.now or datetime.now()).astimezone(),
        )
        real = CallWorkshop(
            calling,
            self.fetcher,
            self.functions,
            _no_tool,
            _no_tool,
            self._models,
            _nobody_takes,
            partial(slot_value, language=self.language),
            _nobody_hears,
        )
        return WorldWorkshop(world, real)

    def _models(self, names: Sequence[str]) -> Llm:
        if self.llm is None:
            raise ConfigError("no language model is configured")
        return self.llm


def _no_tool(*_: object) -> NoReturn:
    raise CallError("the server's tools are not there in simulated calls: name it in the persona's world")


def _nobody_takes(name: str, _: Mapping[str, Any]) -> NoReturn:
    raise ConfigError(f"the agent {name} is not there in simulated calls: name it in the persona's world")


def _nobody_hears(*_: object, **__: object) -> None:
    """Nobody is told of what ends after a simulated call."""
