"""An agent that takes a message. Whoever cannot wait for the tone has it at once.

Try it: `voiceforge chat examples.voicemail:Voicemail`.
"""

from collections.abc import AsyncIterator
from uuid import UUID

from mediaserver.storage.records import OutcomeMade, Record
from pipelines.conversation.agent import (
    Act,
    AgentInput,
    Answered,
    Context,
    End,
    MessageTaken,
    Say,
    TakeMessage,
)


class Voicemail:
    def __init__(self, call_id: UUID) -> None:
        self._call_id = call_id
        self._left: MessageTaken | None = None

    async def respond(self, said: AgentInput, context: Context) -> AsyncIterator[Act]:
        match said:
            case Answered():
                yield Say("Nobody is here now. Please speak after the tone, and press hash to finish.")
                yield TakeMessage(transcribe=True)
            case MessageTaken(seconds=seconds):
                self.message_taken(said)
                yield Say("Thank you. Goodbye." if seconds else "Goodbye.")
                yield End()
            case _:
                yield TakeMessage(transcribe=True)

    def message_taken(self, said: MessageTaken) -> None:
        """Most callers hang up when they have said it all: then this is called in place of `respond`."""
        self._left = said if said.seconds else None

    def heard(self, line: int, text: str, cut: bool) -> None: ...

    def hung_up(self) -> tuple[Record, ...]:
        if self._left is None:
            return ()
        details = {"message": self._left.index, "seconds": round(self._left.seconds), "text": self._left.text}
        return (OutcomeMade(self._call_id, "voicemail", "left", details),)
