"""An agent in 20 lines. Try it: `voiceforge chat examples.hours:OpeningHours`."""

from collections.abc import AsyncIterator

from mediaserver.storage.records import Record
from pipelines.conversation.agent import Act, AgentInput, Answered, Context, End, Say, Utterance


class OpeningHours:
    async def respond(self, said: AgentInput, context: Context) -> AsyncIterator[Act]:
        match said:
            case Answered():
                yield Say("Hello, this is the library. On which day do you want to come?")
            case Utterance(text=text) if "sunday" in text.lower():
                yield Say("On Sundays we are closed. Any other day?")
            case Utterance(understood=True):
                yield Say("We are open from nine to six. Goodbye.")
                yield End()
            case _:
                yield Say("Please name a day of the week.")

    def heard(self, line: int, text: str, cut: bool) -> None: ...

    def hung_up(self) -> tuple[Record, ...]:
        return ()
