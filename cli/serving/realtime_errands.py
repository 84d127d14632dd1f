"""What a model that hears and speaks by itself may ask for in a call: the same tools as an assistant's, run
by the same box, and the same consent before those that want it.

The model puts the question itself, in its own voice. Whether it was put, and whether what the caller said to
it is a yes, is judged here, by the words that were heard and written down: never by what the model says.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from mediaserver.calls.protocols import CallControls
from mediaserver.calls.warm import MOST_BRIEFING, Warm
from mediaserver.errors import ToolError
from pipelines.assistant.agent import SHARE_UNHEARD, UNHEARD_WORDS
from pipelines.assistant.consent import means_yes
from pipelines.assistant.own_tools import TRANSFER, text_of
from pipelines.assistant.settings import AssistantSettings
from pipelines.assistant.tool_runs import ToolRun, event_of
from pipelines.conversation.own_words import words_of
from pipelines.engines.protocols import LlmTool, LlmToolCall
from pipelines.tools.protocols import Tool, ToolContext
from pipelines.tools.toolbox import ToolBox

WORDS_WITHIN_S = 5.0
"""The caller's words are written down beside the model's answer: so long a tool waits for them."""


class SpokenConsent:
    """Whether the caller has agreed to what the model asked aloud. Of one call, about one thing at a time."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._key = ""
        """What was to be asked about; empty: nothing."""
        self._question = ""
        self._heard: dict[int, str] = {}
        """What the caller heard of the model since, by line."""
        self._began: set[str] = set()
        """What the caller began to say since, and whose words have not come."""
        self._answer: list[str] = []
        """What the caller has said to the model's last line."""
        self._came = asyncio.Event()

    def caller_began(self, item: str) -> None:
        if self._key:
            self._began.add(item)

    def caller_said(self, item: str, text: str) -> None:
        """The words; empty: nobody could write them down, so they are no yes."""
        if item in self._began:
            self._began.discard(item)
            self._answer.append(text or "?")
            self._came.set()

    def model_said(self, line: int, heard: str) -> None:
        """It may come twice for a line; the last counts."""
        if not self._key:
            return
        if line not in self._heard:
            self._answer.clear()
        self._heard[line] = heard

    def ask(self, key: str, question: str) -> None:
        self._key, self._question = key, question
        self._heard.clear()
        self._began.clear()
        self._answer.clear()

    async def given(self, key: str) -> str:
        """Empty: the caller has agreed to this, which counts once; else why not, for the model."""
        if key != self._key:
            return "the caller is asked first"
        while self._began:
            self._came.clear()
            try:
                await asyncio.wait_for(self._came.wait(), WORDS_WITHIN_S)
            except TimeoutError:
                return "what the caller said was not understood"
        if not self._was_put():
            return "the caller has not heard the question"
        if not means_yes(" ".join(self._answer), self._language):
            return "the caller has not clearly said yes"
        self._key = ""
        return ""

    def _was_put(self) -> bool:
        """All of the question was heard, but for a word or two: a model may write out a number."""
        asked = words_of(self._question)
        heard = set(words_of(" ".join(self._heard.values())))
        missing = sum(word not in heard for word in asked)
        return missing <= min(UNHEARD_WORDS, len(asked) // SHARE_UNHEARD)


class Errands:
    """Of one call."""

    def __init__(
        self,
        box: ToolBox,
        offered: Iterable[LlmTool],
        rules: AssistantSettings,
        controls: CallControls,
        context: ToolContext,
        note: Callable[..., None],
    ) -> None:
        """`note`: keeps an event (kind, data by name) of a tool that ends after the call."""
        self._offered = {each.name for each in offered}
        self._box = box
        self._rules = rules
        self._controls = controls
        self._context = context
        self._note = note
        self.consent = SpokenConsent(context.language)
        self.end_call: Callable[[], None] = _nothing

    async def run(self, call: LlmToolCall) -> str:
        """See `RunsTools`."""
        if call.name not in self._offered:
            return f"error: there is no tool {call.name[:64]!r}"
        if (tool := self._box.get(call.name)) is not None:
            return await self._run(tool, call)
        if call.name == TRANSFER:
            return self._transfer(call)
        self.end_call()
        return "The call ends once you have said goodbye. Say it now, if you have not."

    async def _run(self, tool: Tool, call: LlmToolCall) -> str:
        if tool.confirm and (why := await self._not_agreed(tool, call)):
            return why
        work = asyncio.create_task(self._box.run(call, self._context, agreed=bool(tool.confirm)))
        run = ToolRun(call, tool, work)
        if tool.interruptible:
            return (await work).text
        try:
            return (await asyncio.shield(work)).text
        except asyncio.CancelledError:
            run.left = True
            work.add_done_callback(lambda _: self._came_late(run))
            raise

    def _came_late(self, run: ToolRun) -> None:
        """The call was over: what it gave stands in the record all the same."""
        if not run.task.cancelled():
            self._note("tool", **event_of(run, run.task.result()))

    async def _not_agreed(self, tool: Tool, call: LlmToolCall) -> str:
        """Empty: it may be run; else what the model is told. What cannot be run needs no consent: running it
        says what is wrong, and runs nothing."""
        try:
            if call.fault or tool.fault(call.arguments):
                return (await self._box.run(call, self._context)).text
            question = tool.question(call.arguments)
        except ToolError as error:
            return f"error: not run. {error}"
        except Exception:  # a validator of the tool's own, or values that cannot be put into words
            return "error: not run. The caller cannot be asked about these arguments."
        key = f"{call.name} {sorted(call.arguments.items(), key=str)}"
        why = await self.consent.given(key)
        if not why:
            return ""
        self.consent.ask(key, question)
        return (
            f"Not run: {why}. Ask in just these words: {question} When the caller has clearly said yes, and "
            "only then, call this again with the same arguments."
        )

    def _transfer(self, call: LlmToolCall) -> str:
        to = self._rules.transfers.get(str(call.arguments.get("to")))
        if to is None:
            return f"error: 'to' is one of {', '.join(self._rules.transfers) or 'nobody'}"
        briefing = text_of(call.arguments, "briefing", MOST_BRIEFING)
        self._controls.transfer(to, Warm(briefing) if self._rules.warm else None, away=self._rules.away)
        return "It rings there. You hear of it when nobody takes the call."


def _nothing() -> None:
    """There is no call to end yet."""
