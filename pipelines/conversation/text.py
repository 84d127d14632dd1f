"""A conversation with an agent in text: no audio, no clock; all that is said is heard at once.

The door by which `voiceforge chat` and tests talk to any agent.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from uuid import UUID

from mediaserver.storage.records import Record
from pipelines.conversation.agent import (
    Act,
    Agent,
    AgentInput,
    Context,
    End,
    Keep,
    Last,
    Listen,
    Play,
    Pressed,
    Say,
    Silence,
    Transfer,
    Utterance,
    languages_of,
)
from pipelines.conversation.collecting import KeyCollector
from pipelines.languages.detecting import detect

ENDLESS = 1 << 62
"""A position that no pause lies behind."""


@dataclass(frozen=True, slots=True)
class Answer:
    """All of one reply."""

    text: str
    records: tuple[Record, ...]
    last: Last | None
    """What follows the last word; None goes on listening."""


class TextConversation:
    """One caller's conversation; begins with `Answered()`."""

    def __init__(self, agent: Agent, call_id: UUID) -> None:
        self._agent = agent
        self._call_id = call_id
        self._line = 0
        self._spoken = False
        """The last reply had words."""
        self._collector = KeyCollector()
        self.last: Last | None = None
        """How the agent wants the call to end; None while it does not."""

    async def acts(self, said: AgentInput) -> AsyncIterator[Act]:
        """The agent's acts on one input, as they come; none on a key that ends no entry."""
        if isinstance(said, Pressed) and self._collector.collects:
            entry = self._collector.key(0, said.digit)
            if entry is None:
                return
            said = entry
        self._line += 1
        languages = languages_of(self._agent)
        if isinstance(said, Utterance) and len(languages) > 1:
            found = detect(said.text, languages)  # who types writes the language that it is
            if found is not None:
                said = replace(said, language=found.language, language_probability=found.probability)
        pieces: list[str] = []
        async for act in self._agent.respond(said, Context(self._call_id, self._line)):
            match act:
                case Say(text=text) | Play(text=text):
                    pieces.append(text)
                case End() | Transfer():
                    self.last = act
                case Listen(keys=keys):
                    self._collector.listen(keys)
                case _:
                    pass
            yield act
        self._spoken = bool(pieces)
        if pieces:
            self._agent.heard(self._line, " ".join(filter(None, pieces)), False)

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
