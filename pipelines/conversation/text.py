"""A conversation with an agent in text: no audio, no clock; all that is said is heard at once.

The door by which `voiceforge chat` and tests talk to any agent.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, nullcontext
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from mediaserver.storage.records import Record
from pipelines.conversation.agent import (
    Act,
    Agent,
    AgentInput,
    Apart,
    Context,
    End,
    HearsOfMessages,
    Keep,
    Last,
    Listen,
    MessageTaken,
    Play,
    Pressed,
    Say,
    Silence,
    StandBy,
    StoodBy,
    TakeMessage,
    Transfer,
    Utterance,
    languages_of,
)
from pipelines.conversation.collecting import KeyCollector
from pipelines.languages.detecting import detect

ENDLESS = 1 << 62
"""A position that no pause lies behind."""
WORD_S = 0.4
"""A message of so many words would have taken so long for each, spoken."""
MOST_WAITS = 50
"""In a row: an agent that does nothing but stand by is waited for by whoever types."""


@dataclass(frozen=True, slots=True)
class Answer:
    """All of one reply."""

    text: str
    records: tuple[Record, ...]
    last: Last | None
    """What follows the last word; None goes on listening."""


class TextConversation:
    """One caller's conversation; begins with `Answered()`."""

    def __init__(
        self,
        agent: Agent,
        call_id: UUID,
        *,
        direction: str = "inbound",
        from_uri: str = "",
        about: Mapping[str, Any] | None = None,
    ) -> None:
        """What the agent is told of the call: as in `Context`."""
        self._agent = agent
        self._context = Context(call_id, 0, direction, from_uri, about=about or {})
        self._line = 0
        self._spoken = False
        """The last reply had words."""
        self._collector = KeyCollector()
        self.apart: Apart | None = None
        """What the agent does in place of listening: the next words are the message that it takes."""
        self.last: Last | None = None
        """How the agent wants the call to end; None while it does not."""

    async def acts(self, said: AgentInput) -> AsyncGenerator[Act, None]:
        """The agent's acts on one input, as they come; none on a key that ends no entry. Closed before the
        end, the agent is told that its reply was cut off behind what came of it. Time in which the
        agent stands by, and wants no keys, passes at once."""
        told = self._told(said)
        for _ in range(MOST_WAITS):
            if told is None:
                return
            async with aclosing(self._answer(told)) as acts:
                async for act in acts:
                    yield act
            stands_by = isinstance(self.apart, StandBy) and not self.apart.keys and self.last is None
            told = self._told(Silence()) if stands_by else None

    def _told(self, said: AgentInput) -> AgentInput | None:
        """What the agent is told of an input, if anything."""
        apart = self.apart
        match apart, said:
            case TakeMessage(finish=finish), Pressed(digit=digit) if digit not in finish:
                return None  # another key, or it begins again: there is nothing of it yet
            case TakeMessage(), Pressed() | Silence():
                said = MessageTaken(0.0, "nothing", key=said.digit if isinstance(said, Pressed) else "")
            case TakeMessage(most_s=most_s, transcribe=transcribe), Utterance(text=text):
                seconds = min(most_s, WORD_S * len(text.split()))
                said = MessageTaken(seconds, "silence", text=text if transcribe else "")
            case StandBy(keys=keys), Pressed(digit=digit):
                if digit not in keys:
                    return None
            case StandBy(), Utterance() | Silence():
                said = StoodBy()  # nobody listens
            case None, Pressed(digit=digit) if self._collector.collects:
                return self._collector.key(0, digit)
            case _:
                pass
        self.apart = None
        return said

    async def _answer(self, said: AgentInput) -> AsyncGenerator[Act, None]:
        self._line += 1
        languages = languages_of(self._agent)
        if isinstance(said, Utterance) and len(languages) > 1:
            found = detect(said.text, languages)  # who types writes the language that it is
            if found is not None:
                said = replace(said, language=found.language, language_probability=found.probability)
        pieces: list[str] = []
        acts = self._agent.respond(said, replace(self._context, line=self._line))
        whole = False
        try:
            async with aclosing(acts) if isinstance(acts, AsyncGenerator) else nullcontext():
                async for act in acts:
                    match act:
                        case Say(text=text) | Play(text=text):
                            pieces.append(text)
                        case End() | Transfer():
                            self.last = act
                        case TakeMessage() | StandBy():
                            self.apart = act
                        case Listen(keys=keys):
                            self._collector.listen(keys)
                        case _:
                            pass
                    yield act
            whole = True
        finally:
            self._spoken = bool(pieces)
            if pieces:
                self._agent.heard(self._line, " ".join(filter(None, pieces)), not whole)

    def interrupt(self, heard: str) -> bool:
        """The caller goes on before the last reply is over, and has heard this much of it; False where there
        is none to interrupt."""
        if self._spoken:
            self._agent.heard(self._line, heard, True)
        return self._spoken

    async def tell(self, said: AgentInput) -> Answer:
        """The agent's whole answer to one input."""
        acts = [act async for act in self.acts(said)]
        text = " ".join(act.text for act in acts if isinstance(act, Say | Play) and act.text)
        return Answer(text, tuple(act.record for act in acts if isinstance(act, Keep)), self.last)

    def paused(self) -> AgentInput | None:
        """The caller presses no more keys for now: the entry that this ends, if there is one."""
        return self._collector.tick(ENDLESS)

    def message_cut(self, said: MessageTaken) -> None:
        """The message ends in a way that no agent answers: the caller hung up, or something came in its
        place."""
        if isinstance(self._agent, HearsOfMessages):
            self._agent.message_taken(said)

    def hang_up(self) -> tuple[Record, ...]:
        """The call is over."""
        return self._agent.hung_up()


def typed(line: str) -> list[AgentInput]:
    """What a typed line stands for: words; keys after a slash ('/14#'); silence when it is empty."""
    line = line.strip()
    if not line:
        return [Silence()]
    if line.startswith("/"):
        return [Pressed(key) for key in line[1:] if key in "0123456789*#ABCD"]
    return [Utterance(line, 1.0)]
