"""The agent of a conversation in which it goes by its own lights (a flow, somebody's code): what it says is
told to the client as responses.

It stands before that agent and changes nothing of it.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import replace
from typing import Any

from api.realtime.answer_desk import AnswerDesk
from mediaserver.storage.records import Record
from pipelines.conversation.agent import (
    Act,
    Agent,
    AgentInput,
    Answered,
    AskedToSpeak,
    Context,
    HearsOfMessages,
    MessageTaken,
    MindsMissedWords,
    Play,
    Say,
    Summarising,
    Utterance,
    languages_of,
)

MOST_KEPT = 20
"""Turns of the caller's that nobody has asked to be answered; the oldest go."""


class SelfLedAgent:
    """Implements pipelines.conversation.agent.Agent."""

    def __init__(self, desk: AnswerDesk, agent: Agent) -> None:
        self._desk = desk
        self._agent = agent
        self._kept: list[Utterance] = []
        """What the caller has said and the agent was not told: the client asks when it is to answer."""

    async def respond(self, said: AgentInput, context: Context) -> AsyncIterator[Act]:
        desk, wanted = self._desk, None
        match said:
            case Utterance():
                wanted = desk.understood(said)
                if wanted is None and not desk.by_itself:
                    self._kept = [*self._kept[-MOST_KEPT:], said]
                    return
            case AskedToSpeak() | Answered():
                wanted = desk.asked()
            case _ if not desk.by_itself:
                return
            case _:
                """Silence, a key: it knows what to do."""
        said = self._with_kept(said)
        response = None if wanted is None else wanted.response
        if response is not None:
            desk.begins(response, context.line)
        spoken = desk.spoken if wanted is None else wanted.spoken
        written: list[str] = []
        complete = False
        acts = self._agent.respond(said, context)
        try:
            async for act in acts:
                text = act.text if isinstance(act, Say | Play) else ""
                if not text:
                    yield act
                    continue
                if response is None:
                    response = desk.speak_up()
                    desk.begins(response, context.line)
                if spoken:
                    if isinstance(act, Say) and not act.rate and desk.speed != 1.0:
                        act = replace(act, rate=desk.speed)
                    with desk.saying(response, text):
                        yield act
                else:
                    written.append(text)
                    desk.words(response, text, whole=True)
            complete = True
        except Exception as error:
            if response is not None:
                desk.failed(response, f"the agent failed: {type(error).__name__}")
            raise
        finally:
            if isinstance(acts, AsyncGenerator):
                await acts.aclose()
            if response is not None:
                desk.thought(response, None, complete=complete)
            if written:
                self._agent.heard(context.line, " ".join(written), False)

    def _with_kept(self, said: AgentInput) -> AgentInput:
        """What was said and not answered comes first."""
        kept, self._kept = self._kept, []
        if not kept:
            return said
        if isinstance(said, Utterance):
            return Utterance(" ".join([*(each.text for each in kept), said.text]), said.confidence)
        text = " ".join(each.text for each in kept).strip()
        return Utterance(text, kept[-1].confidence, understood=bool(text))

    def heard(self, line: int, text: str, cut: bool) -> None:
        try:
            self._agent.heard(line, text, cut)
        finally:
            self._desk.heard(line, text, cut)

    def hung_up(self) -> tuple[Record, ...]:
        return self._agent.hung_up()

    # ---- what it may be able to do besides

    @property
    def minds_line(self) -> bool:
        return bool(getattr(self._agent, "minds_line", False))

    @property
    def languages(self) -> tuple[str, ...]:
        return languages_of(self._agent)

    def missed_words(self) -> None:
        if isinstance(self._agent, MindsMissedWords):
            self._agent.missed_words()

    def message_taken(self, said: MessageTaken) -> Any:
        return self._agent.message_taken(said) if isinstance(self._agent, HearsOfMessages) else None

    def summary(self) -> str:
        return self._agent.summary() if isinstance(self._agent, Summarising) else ""
