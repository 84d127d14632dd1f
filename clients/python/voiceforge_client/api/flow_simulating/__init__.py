"""flow_simulating"""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any, List, Literal, cast
from uuid import UUID

from ...models.problem_shown import ProblemShown
from ...models.simulation_wanted import SimulationWanted
from ...models.simulation_wanted_document_type_0 import SimulationWantedDocumentType0
from ...models.simulation_wanted_personas_item import SimulationWantedPersonasItem
from ...types import UNSET, File, ServerEvent, Unset
from . import flow_simulating_simulate as _flow_simulating_simulate

if TYPE_CHECKING:
    from ...client import AsyncVoiceForge, VoiceForge


class FlowSimulating:
    def __init__(self, client: VoiceForge) -> None:
        self._client = client

    def simulate(
        self,
        name: str,
        *,
        version: int | None | Unset = UNSET,
        document: None | SimulationWantedDocumentType0 | Unset = UNSET,
        personas: List[SimulationWantedPersonasItem] | Unset = UNSET,
        only: List[str] | Unset = UNSET,
        calls: int | Unset = 0,
        seed: str | Unset = "1",
        interrupt: float | Unset = 0.0,
    ) -> Iterator[ServerEvent]:
        """Have simulated callers call a flow by text, kept or not; the answer is a stream of events.

        `call` for each call that is over (whether it went as its persona expects, and why not; of the first
        failed ones what was said), then `result` with figures for all and for each persona; `failed` where
        the
        calls cannot go on. What a persona's world names is answered by it; other requests, functions and
        models
        are real: so a flow of the operator's is simulated by the operator alone. Closing the connection
        ends
        it.
        """
        return self._client.read_events(
            _flow_simulating_simulate.request(
                name=name,
                body=SimulationWanted(
                    version=version,
                    document=document,
                    personas=personas,
                    only=only,
                    calls=calls,
                    seed=seed,
                    interrupt=interrupt,
                ),
            )
        )


class AsyncFlowSimulating:
    def __init__(self, client: AsyncVoiceForge) -> None:
        self._client = client

    def simulate(
        self,
        name: str,
        *,
        version: int | None | Unset = UNSET,
        document: None | SimulationWantedDocumentType0 | Unset = UNSET,
        personas: List[SimulationWantedPersonasItem] | Unset = UNSET,
        only: List[str] | Unset = UNSET,
        calls: int | Unset = 0,
        seed: str | Unset = "1",
        interrupt: float | Unset = 0.0,
    ) -> AsyncIterator[ServerEvent]:
        """Have simulated callers call a flow by text, kept or not; the answer is a stream of events.

        `call` for each call that is over (whether it went as its persona expects, and why not; of the first
        failed ones what was said), then `result` with figures for all and for each persona; `failed` where
        the
        calls cannot go on. What a persona's world names is answered by it; other requests, functions and
        models
        are real: so a flow of the operator's is simulated by the operator alone. Closing the connection
        ends
        it.
        """
        return self._client.read_events(
            _flow_simulating_simulate.request(
                name=name,
                body=SimulationWanted(
                    version=version,
                    document=document,
                    personas=personas,
                    only=only,
                    calls=calls,
                    seed=seed,
                    interrupt=interrupt,
                ),
            )
        )
