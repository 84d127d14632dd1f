"""An agent that thinks with a language model, sentence by sentence, and remembers what the caller has heard.

Give it a model and a prompt: `voiceforge agents set desk --python examples.assistant:Assistant --llm NAME
--prompt "You answer the phone of a library."`
"""

from collections.abc import AsyncIterator
from contextlib import aclosing

from mediaserver.storage.records import Record
from pipelines.conversation.agent import Act, AgentInput, Answered, Context, Pressed, Returned, Say, Utterance
from pipelines.conversation.sentences import sentences
from pipelines.engines.protocols import Llm, LlmMessage


class Assistant:
    def __init__(self, llm: Llm, prompt: str) -> None:
        self.llm = llm
        self.memory = [LlmMessage("system", f"{prompt}\nYou are on the phone: answer in a sentence or two.")]
        self.lines: dict[int, int] = {}
        """Where in the memory the answer of each line stands."""

    async def respond(self, said: AgentInput, context: Context) -> AsyncIterator[Act]:
        match said:
            case Utterance(text=text, understood=True):
                told = text
            case Answered():
                told = "(The caller is on the line: greet.)"
            case Pressed(digit=digit):
                told = f"(The caller pressed {digit}.)"
            case Returned(why=why, to=to):
                told = f"(The caller was with {to or 'somebody else'} and is with you again: {why}.)"
            case _:
                told = "(Nothing could be understood.)"
        self.memory.append(LlmMessage("user", told))  # before anything is awaited
        asked = tuple(self.memory)
        self.lines[context.line] = len(self.memory)
        self.memory.append(LlmMessage("assistant", ""))
        async with aclosing(self.llm.stream(asked)) as stream:
            async for sentence in sentences(stream):
                yield Say(sentence)

    def heard(self, line: int, text: str, cut: bool) -> None:
        if line in self.lines:
            self.memory[self.lines[line]] = LlmMessage("assistant", text + (" (interrupted)" if cut else ""))

    def hung_up(self) -> tuple[Record, ...]:
        return ()
