"""Whole conversations in text, with the flows that are there."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from callers.simulated.by_text import TextCaller
from callers.simulated.judging import judge
from callers.simulated.mind import Move
from callers.simulated.persona import Persona, read_personas
from callers.simulated.record import SimulatedCall
from callers.simulated.scripted import Script, ScriptedMind
from mediaserver.errors import EngineError
from mediaserver.storage.records import EventHappened, OutcomeMade, Record
from pipelines.conversation.agent import (
    Act,
    Agent,
    AgentInput,
    Context,
    End,
    Keep,
    Keyed,
    Keys,
    Listen,
    Pressed,
    Returned,
    Say,
    Silence,
    Transfer,
    Utterance,
)
from pipelines.flows.booking import booking_agent

PERSONAS = {persona.name: persona for persona in read_personas(Path(__file__).parent / "booking.json")}
TODAY = date(2026, 11, 22)


async def talk(persona: Persona, agent: Agent, seed: str = "1") -> SimulatedCall:
    return await TextCaller(persona, ScriptedMind(Script(persona), seed), agent, uuid4()).talk()


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("name", PERSONAS)
async def test_every_temperament_books_its_room(name: str, seed: int) -> None:
    call_id = uuid4()
    call = await talk(PERSONAS[name], booking_agent(call_id, TODAY), str(seed))
    assert judge(call, TODAY, "").failures == (), call.transcript()


class Scripted:
    """An agent of a few acts; keeps what it is told."""

    def __init__(self, acts: Callable[[AgentInput], list[Act]]) -> None:
        self._acts = acts
        self.told: list[AgentInput] = []
        self.heard_lines: list[tuple[int, str, bool]] = []
        self.gone: tuple[Record, ...] = ()

    async def respond(self, said: AgentInput, context: Context) -> AsyncIterator[Act]:
        self.told.append(said)
        for act in self._acts(said):
            yield act

    def heard(self, line: int, text: str, cut: bool) -> None:
        self.heard_lines.append((line, text, cut))

    def hung_up(self) -> tuple[Record, ...]:
        return self.gone


def persona(**changes: Any) -> Persona:
    facts = {"pin": {"asked": ["pin"], "keys": "12#"}, "name": {"asked": ["name"], "say": ["ann | lee"]}}
    return Persona.model_validate({"name": "x", "facts": facts, **changes})


async def test_keys_words_and_silence_reach_the_agent_as_they_would_on_the_phone() -> None:
    def acts(said: AgentInput) -> list[Act]:
        match said:
            case Keyed():
                return [Listen(), Say("Your name?")]
            case Utterance():
                return [Say("Hm.")]
            case Silence():
                return [Say("Goodbye."), End()]
            case _:
                return [Listen(keys=Keys(4)), Say("Your pin, please.")]

    agent = Scripted(acts)
    call = await talk(persona(), agent)
    assert agent.told[1:] == [Keyed("12", "terminator"), Utterance("ann lee", 1.0), Silence()]
    assert call.ended_by == "agent" and call.turns == 4
    assert "caller  ann lee" in call.transcript() and "caller   /12#" in call.transcript()


async def test_keys_that_nobody_collects_come_one_by_one_until_the_agent_ends_the_call() -> None:
    def acts(said: AgentInput) -> list[Act]:
        return [Say("Bye."), End()] if isinstance(said, Pressed) else [Say("Your pin?")]

    agent = Scripted(acts)
    await talk(persona(), agent)
    assert agent.told[1:] == [Pressed("1")]


async def test_a_line_that_is_talked_into_is_heard_to_its_middle() -> None:
    agent = Scripted(
        lambda said: [Say("What is your name?")] if len(agent.told) < 2 else [Say("Bye."), End()]
    )
    call = await talk(persona(behaviour={"barge_in": 1.0}), agent)
    assert agent.heard_lines[:2] == [(1, "What is your name?", False), (1, "What is", True)]
    assert call.interruptions == 1 and call.lines[1].over


async def test_a_transfer_ends_the_call_and_is_told() -> None:
    call = await talk(persona(), Scripted(lambda said: [Say("One moment."), Transfer("sip:sales@x")]))
    assert (call.ended_by, call.transferred_to) == ("transfer", "sip:sales@x")


async def test_a_transfer_that_nobody_takes_brings_the_caller_back() -> None:
    agent = Scripted(
        lambda said: [Say("Nobody is there."), End()] if isinstance(said, Returned) else [Transfer("12")]
    )
    for target in ("12", "*"):
        call = await talk(persona(world={"transfers": {target: "busy"}}), agent)
        assert agent.told[-1] == Returned("busy", "12")
        assert (call.ended_by, call.transferred_to) == ("agent", "")
    call = await talk(persona(world={"transfers": {"13": "busy"}}), agent)
    assert call.transferred_to == "12"


async def test_the_agent_is_told_of_the_call() -> None:
    seen: list[Context] = []

    class Looks(Scripted):
        def respond(self, said: AgentInput, context: Context) -> AsyncIterator[Act]:
            seen.append(context)
            return super().respond(said, context)

    world = {"direction": "outbound", "caller": "+15550100", "about": {"day": "monday"}}
    await talk(persona(world=world), Looks(lambda said: [Say("Bye."), End()]))
    assert (seen[0].direction, seen[0].from_uri, seen[0].about) == (
        "outbound",
        "+15550100",
        {"day": "monday"},
    )


async def test_the_last_outcome_of_a_flow_counts_also_that_of_a_caller_who_is_gone() -> None:
    call_id = UUID(int=1)

    def acts(said: AgentInput) -> list[Act]:
        kept: list[Act] = [Keep(OutcomeMade(call_id, f, "held", {})) for f in ("a", "b")]
        return [*kept, Keep(EventHappened(call_id, -1, "tool", {"gave": "12 rooms"})), Say("Name?")]

    agent = Scripted(acts)
    agent.gone = (OutcomeMade(call_id, "a", "confirmed", {"x": 1}),)
    call = await talk(persona(behaviour={"hangs_up_after": 1}), agent)
    assert [(made.flow, made.status) for made in call.outcomes] == [("b", "held"), ("a", "confirmed")]
    assert call.ended_by == "caller"
    assert "12 rooms" in call.told[0]


async def test_a_call_that_does_not_end_is_given_up() -> None:
    call = await talk(
        persona(limits={"turns": 5}, behaviour={"hangs_up_after": 50}), Scripted(lambda said: [Say("Name?")])
    )
    assert call.trouble == "the call was still up after 5 turns" and call.turns == 6


async def test_an_agent_that_says_nothing_meets_silence() -> None:
    agent = Scripted(lambda said: [])
    call = await talk(persona(limits={"turns": 3}), agent)
    assert call.trouble and agent.told[1:] == [Silence()] * 3


async def test_an_agent_that_fails_fails_its_call_alone() -> None:
    def fails(said: AgentInput) -> list[Act]:
        raise KeyError("x")

    agent = Scripted(fails)
    call = await talk(persona(), agent)
    assert call.trouble == "the agent failed: KeyError: 'x'"


async def test_a_mind_that_fails_is_the_calls_trouble() -> None:
    class Broken:
        async def answer(self, heard: str) -> Move:
            raise EngineError("no model")

        def talks_over(self) -> bool:
            return False

    agent = Scripted(lambda said: [Say("Name?")])
    call = await TextCaller(persona(), Broken(), agent, uuid4()).talk()
    assert call.trouble == "no model"
