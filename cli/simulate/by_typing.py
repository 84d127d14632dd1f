"""A person tries a flow of the running server by text: drafts, too, with the server's own models and
fetching."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from uuid import uuid4

from callers.simulated.persona import Persona, PersonaWorld
from cli.simulate.by_request import ServedSimulator
from mediaserver.errors import CallError
from mediaserver.storage.records import EventHappened, OutcomeMade, Record
from mediaserver.storage.sql import Row
from pipelines.conversation.agent import (
    AgentInput,
    Answered,
    Pressed,
    Returned,
    Silence,
    Transfer,
    Utterance,
)
from pipelines.conversation.text import Answer, TextConversation
from pipelines.flows.library.trying import FlowTrial, TrialAnswer, TrialTurn, WantedTrial

TURN_S = 45.0
"""An answer that takes longer is given up: its tools or its model hang."""


class ServedTrials:
    """Implements FlowTrials."""

    def __init__(self, simulator: ServedSimulator) -> None:
        self._simulator = simulator

    async def begin(self, wanted: WantedTrial) -> FlowTrial:
        world = PersonaWorld(direction=wanted.direction, caller=wanted.caller, about=dict(wanted.about))
        make = await self._simulator.agents(wanted.document, wanted.subflows, None, of_key=wanted.of_key)
        call_id = uuid4()
        agent = make(call_id, Persona(name="somebody who types", world=world))
        return TypedTrial(
            TextConversation(
                agent, call_id, direction=wanted.direction, from_uri=wanted.caller, about=wanted.about
            )
        )


class TypedTrial:
    """Implements FlowTrial. One turn at a time."""

    def __init__(self, conversation: TextConversation) -> None:
        self._conversation = conversation
        self._turns = asyncio.Lock()

    async def answered(self) -> TrialAnswer:
        return await self._took([Answered()])

    async def tell(self, turn: TrialTurn) -> TrialAnswer:
        async with self._turns:
            last = self._conversation.last
            if turn.returned:
                if not isinstance(last, Transfer):
                    raise CallError("nobody is being called: there is no transfer to come back from")
                self._conversation.last = None
                return await self._took([Returned(turn.returned, last.to)])
            if last is not None:
                raise CallError("the conversation is over: begin another")
            if turn.keys:
                return await self._took([Pressed(key) for key in turn.keys], keyed=True)
            return await self._took([Utterance(turn.text, 1.0) if turn.text else Silence()])

    def hang_up(self) -> tuple[Row, ...]:
        return _steps(self._conversation.hang_up())

    async def _took(self, inputs: list[AgentInput], *, keyed: bool = False) -> TrialAnswer:
        """Keys come one after the other, as long as the agent goes on; then a pause."""
        answers: list[Answer] = []
        try:
            async with asyncio.timeout(TURN_S):
                for each in inputs:
                    if self._conversation.last is None:
                        answers.append(await self._conversation.tell(each))
                if keyed and self._conversation.last is None:
                    entry = self._conversation.paused()
                    if entry is not None:
                        answers.append(await self._conversation.tell(entry))
        except TimeoutError:
            raise CallError(f"there was no answer within {TURN_S:.0f} s") from None
        records = [record for answer in answers for record in answer.records]
        last = self._conversation.last
        return TrialAnswer(
            " ".join(answer.text for answer in answers if answer.text),
            _steps(records),
            tuple(
                {"status": each.status, "data": each.data}
                for each in records
                if isinstance(each, OutcomeMade)
            ),
            "" if last is None else "transferred" if isinstance(last, Transfer) else "ended",
            last.to if isinstance(last, Transfer) else "",
        )


def _steps(records: Iterable[Record]) -> tuple[Row, ...]:
    return tuple(
        record.data for record in records if isinstance(record, EventHappened) and record.kind == "flow"
    )
