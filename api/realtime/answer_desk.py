"""What the agents of realtime sessions tell, and are told, beside their calls."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from api.realtime.commands import ThinkOfAnswer
from pipelines.conversation.agent import Utterance
from pipelines.engines.protocols import LlmToolCall, LlmUsage


class AnswerDesk(Protocol):
    """A session, as its agent sees it. All on the loop's thread; nothing of it waits or raises."""

    @property
    def silence_ms(self) -> int:
        """After so much silence the agent is to be told."""

    @property
    def interruptible(self) -> bool:
        """Whether the caller's voice stops what is said."""

    @property
    def by_itself(self) -> bool:
        """Whether what the caller says is answered without being asked for."""

    @property
    def spoken(self) -> bool:
        """Whether what nobody asked for is said aloud."""

    @property
    def speed(self) -> float:
        """Of what is said aloud; 1: as the voice speaks by itself."""

    def may_think(self) -> None:
        """Raises VoiceForgeError where no model may be asked any more."""

    def understood(self, said: Utterance) -> ThinkOfAnswer | None:
        """The caller said this. What is to be answered now; None: nothing, or not yet."""

    def asked(self) -> ThinkOfAnswer | None:
        """The agent was asked to speak, or begins to; None: words of the caller's come, or nobody asks."""

    def silent(self) -> ThinkOfAnswer | None:
        """Nobody has said anything for long."""

    def speak_up(self) -> str:
        """Something is said that nobody asked for; the response that it belongs to. What is asked for comes
        first: then it is told under none."""

    def begins(self, response: str, line: int) -> None:
        """This response is thought of, and is what is said in this line."""

    def saying(self, response: str, text: str) -> AbstractContextManager[None]:
        """Around the act that says this; left without an exception it was taken, and is told."""

    def words(self, response: str, text: str, *, whole: bool) -> None:
        """What is told in writing alone."""

    def tool(self, response: str, call: LlmToolCall) -> None: ...

    def thought(self, response: str, usage: LlmUsage | None, *, complete: bool) -> None:
        """All of it was thought of (`complete`), or nobody wants more of it. It is over once what is said of
        it was heard."""

    def failed(self, response: str, message: str) -> None: ...

    def heard(self, line: int, text: str, cut: bool) -> None:
        """So much was heard of a line, which is over; `cut`: it was interrupted."""
