"""The worker of a send_sms node: one text, by whoever sends texts for the call."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import TypeAlias

from mediaserver.calls.texting import TextRefusedError, TextTaken, TextWhy
from mediaserver.storage.records import NOW_MS, EventHappened
from pipelines.conversation.agent import Act, AgentInput, Context, Keep, Say
from pipelines.flows.expressions.values import Value
from pipelines.flows.work.plain_worker import PlainWorker
from pipelines.flows.working import Learnt, SmsWork, WorkDone

SendText: TypeAlias = Callable[[str, str, str], Awaitable[TextTaken]]
"""Sends a text (its words, the number it goes to, a key that makes the same asked twice one text); an empty
number is the caller's. Raises TextRefusedError."""


class SmsWorker(PlainWorker):
    """A FlowWorker. What the caller says meanwhile neither sends it twice nor keeps it from being sent."""

    def __init__(self, work: SmsWork, send: SendText | None) -> None:
        """`send`: None: this is no call, and nothing is sent; it is told, as if it were."""
        self._work = work
        self._send = send

    async def respond(
        self, said: AgentInput | None, context: Context
    ) -> AsyncGenerator[Act | Learnt | WorkDone, None]:
        work = self._work
        if said is None and work.text:
            yield Say(work.text)
        if self._send is None:
            told = {"to": work.node.to, "text": work.message, "simulated": True}
            yield Keep(EventHappened(context.call_id, NOW_MS, "text_sent", told))
            yield self._came("sent")
            return
        try:
            await self._send(work.message, work.node.to, work.key)
        except TextRefusedError as refused:
            yield self._came("not sent", refused.why, str(refused))
        else:
            yield self._came("sent")

    def _came(self, outcome: str, why: TextWhy | None = None, detail: str = "") -> WorkDone:
        name = self._work.node.variable
        value: dict[str, Value] = {"sent": why is None, "why": "" if why is None else str(why)}
        return WorkDone(outcome, {name: value} if name else {}, detail=detail)
