"""A simulated caller talks to an agent in text: no audio, no clock, hundreds of conversations a minute.

Silence is told at once, keys come without pauses, and a line that is talked into is heard up to its middle.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from uuid import UUID

from callers.simulated.mind import CallerMind, Move
from callers.simulated.persona import Persona
from callers.simulated.record import MadeOutcome, SimulatedCall, SimulatedLine, plain, said
from mediaserver.errors import VoiceForgeError
from mediaserver.storage.records import EventHappened, OutcomeMade, Record
from pipelines.conversation.agent import (
    Agent,
    AgentInput,
    Answered,
    Pressed,
    Returned,
    Silence,
    Transfer,
    Utterance,
)
from pipelines.conversation.text import Answer, TextConversation

TOOL_EVENTS = frozenset({"tool", "flow_tool", "knowledge", "text_sent"})
"""Kinds of events that say what an agent learnt from elsewhere."""


class TextCaller:
    """One call: `await TextCaller(persona, mind, agent, call_id).talk()`."""

    def __init__(
        self, persona: Persona, mind: CallerMind, agent: Agent, call_id: UUID, number: int = 1
    ) -> None:
        self.call = SimulatedCall(persona, number, call_id=str(call_id))
        self._mind = mind
        world = persona.world
        self._conversation = TextConversation(
            agent, call_id, direction=world.direction, from_uri=world.caller, about=world.given()
        )

    async def talk(self) -> SimulatedCall:
        """Never raises for what happens in the call: that is in `trouble`."""
        call, began = self.call, time.perf_counter()
        try:
            await self._talk()
        except VoiceForgeError as error:
            call.trouble = str(error)
        except Exception as error:  # somebody's agent: the other calls go on
            call.trouble = f"the agent failed: {type(error).__name__}: {error}"[:500]
        try:
            self._keep(self._conversation.hang_up())
        except Exception as error:
            call.trouble = call.trouble or f"the agent failed: {type(error).__name__}: {error}"[:500]
        call.seconds = time.perf_counter() - began
        return call

    async def _talk(self) -> None:
        call, limits = self.call, self.call.persona.limits
        answer = await self._tell(Answered())
        for _ in range(limits.turns):
            if (why := self._turned_back()) is not None:
                answer = await self._tell(Returned(why, self.call.transferred_to))
                self.call.transferred_to = ""
                continue
            if self._ended():
                return
            over = self._mind.talks_over() and self._conversation.interrupt(_half(answer.text))
            move = await self._mind.answer(answer.text)
            if move.hangs_up:
                call.ended_by = "caller"
                return
            call.interruptions += over
            call.lines.append(said(move, over))
            answer = await self._made(move)
        if not self._ended():
            call.trouble = f"the call was still up after {limits.turns} turns"

    def _turned_back(self) -> str | None:
        """Why a transfer comes to nothing; None where there is none, or somebody takes the call."""
        last = self._conversation.last
        if not isinstance(last, Transfer):
            return None
        transfers = self.call.persona.world.transfers
        why = transfers.get(last.to, transfers.get("*", "answered"))
        if why == "answered":
            return None
        self.call.transferred_to, self._conversation.last = last.to, None
        return why

    def _ended(self) -> bool:
        match self._conversation.last:
            case None:
                return False
            case Transfer(to=to):
                self.call.ended_by, self.call.transferred_to = "transfer", to
            case _:
                self.call.ended_by = "agent"
        return True

    async def _made(self, move: Move) -> Answer:
        if move.keys:
            return await self._press(move.keys)
        if move.speech:
            return await self._tell(Utterance(plain(move.speech), 1.0))
        return await self._tell(Silence())

    async def _press(self, keys: str) -> Answer:
        """One after the other, as long as the agent goes on; its whole answer."""
        texts: list[str] = []
        answers = [await self._tell(Pressed(key), texts) for key in keys if self._conversation.last is None]
        entry = self._conversation.paused()
        if entry is not None and self._conversation.last is None:
            answers.append(await self._tell(entry, texts))
        return Answer(" ".join(texts), (), answers[-1].last if answers else None)

    async def _tell(self, said: AgentInput, texts: list[str] | None = None) -> Answer:
        answer = await self._conversation.tell(said)
        self._keep(answer.records)
        if answer.text:
            self.call.lines.append(SimulatedLine("agent", answer.text))
            if texts is not None:
                texts.append(answer.text)
        return answer

    def _keep(self, records: Iterable[Record]) -> None:
        for record in records:
            match record:
                case OutcomeMade(flow=flow, status=status, data=data):
                    self.call.keep(MadeOutcome(flow, status, data))
                case EventHappened(kind=kind, data=data) if kind in TOOL_EVENTS:
                    self.call.told.append(json.dumps(data, ensure_ascii=False, default=str))
                case _:
                    pass


def _half(text: str) -> str:
    words = text.split()
    return " ".join(words[: (len(words) + 1) // 2])
