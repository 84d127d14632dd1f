"""The worker of a tool node: runs the tool in a task, and has the caller hear something while it takes long.

A caller who speaks meanwhile stops words, never the tool. What the tool gave becomes variables; it is said
only where a text of the flow says it.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from typing import Any

from mediaserver.fetching.secrets import MASK, Masking
from mediaserver.storage.records import NOW_MS, EventHappened, Record
from pipelines.assistant.phrases import phrases
from pipelines.conversation.agent import Act, AgentInput, Context, Keep, Say
from pipelines.flows.expressions.cel import ExpressionError
from pipelines.flows.expressions.values import Value
from pipelines.flows.work.gave import ToolInUse, ToolUseError, taken_over
from pipelines.flows.work.plain_worker import PlainWorker
from pipelines.flows.working import Learnt, ToolWork, WorkDone, WorkScope

log = logging.getLogger(__name__)

FILLER_AFTER_S = 0.7
"""A tool that takes longer is covered with the node's own words; without any the session has a filler."""
WORKING_EVERY_S = 6.0
"""So often the caller hears that a tool still runs: turn-taking bears ten seconds without a word."""
MOST_KEPT = 500
"""Characters of what was given, and of what came back, in the call's record."""
MOST_SECRETS = 50
"""Texts that are looked for in it, all in all: a secret variable may hold thousands, as a tool gave them."""
_running_on: set[asyncio.Task[WorkDone]] = set()
"""Tools that go on after their calls; the loop itself holds tasks only weakly."""


class ToolWorker(PlainWorker):
    """A FlowWorker."""

    def __init__(
        self,
        work: ToolWork,
        use: ToolInUse,
        masking: Masking,
        late: Callable[..., None],
        *,
        filler_after_s: float = FILLER_AFTER_S,
        working_every_s: float = WORKING_EVERY_S,
    ) -> None:
        """`masking`: knows the secrets that were sent. `late`: keeps an event (kind, data by name) of a tool
        that ends after the call."""
        self._work = work
        self._use = use
        self._masking = masking
        self._late = late
        self._filler_after_s = filler_after_s
        self._working_every_s = working_every_s
        self._task: asyncio.Task[WorkDone] | None = None
        self._events: list[dict[str, Any]] = []
        self._over = False
        """The call is."""

    async def respond(
        self, said: AgentInput | None, context: Context
    ) -> AsyncGenerator[Act | Learnt | WorkDone, None]:
        task = self._task
        if task is None:
            task = self._task = asyncio.create_task(self._done(), name=f"tool node {self._work.node.id}")
        words, after_s = self._filler(), self._filler_after_s
        while True:
            await asyncio.wait({task}, timeout=after_s if words else self._working_every_s)
            if task.done():
                break
            if words := words or phrases(self._work.scope.language).working:
                yield Say(words)
            words = ""
        while self._events:
            yield Keep(self._record(self._events[0]))
            del self._events[0]  # who stops here has not kept it
        yield task.result()

    def hung_up(self) -> tuple[Record, ...]:
        self._over = True
        task = self._task
        if task is not None and not task.done():
            if self._use.changes:
                _running_on.add(task)
                task.add_done_callback(_running_on.discard)
            else:
                task.cancel()
        events, self._events = self._events, []
        return tuple(map(self._record, events))

    # ---- inside

    async def _done(self) -> WorkDone:
        """What becomes of it. Raises nothing."""
        began = time.perf_counter()
        shown = ""
        try:
            gave = await self._use.run()
            taken = await taken_over(gave, self._work.prepared.save, self._work.scope.values)
            done, shown = WorkDone(values=taken.values, status=gave.status), taken.shown
        except ToolUseError as error:
            done = WorkDone(error=error.fault, detail=self._masking.text(str(error)), status=error.status)
        except ExpressionError as error:
            done = WorkDone(error="expression", detail=str(error))
        except Exception:
            log.exception("the tool of the node %s failed", self._work.node.id)
            done = WorkDone(error="tool", detail="it failed for a reason of its own: see the log")
        event = self._event(done, shown, 1_000 * (time.perf_counter() - began))
        if self._over:
            self._late("tool", **event, late=True)
        else:
            self._events.append(event)
        return done

    def _event(self, done: WorkDone, shown: str, ms: float) -> dict[str, Any]:
        hidden = _secrets(self._work.scope, done.values)

        def kept(value: Any) -> str:
            if hidden is None:
                return MASK
            text = value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)
            return hidden.text(self._masking.text(text[: 4 * MOST_KEPT]))[:MOST_KEPT]

        return {
            "name": self._use.name,
            "node": self._work.node.id,
            "arguments": kept(self._use.given),
            "ok": not done.error,
            "ms": round(ms, 1),
            "result": kept(shown),
            **({"status": done.status} if done.status else {}),
            **({"error": done.error, "detail": kept(done.detail)} if done.error else {}),
        }

    def _record(self, event: Mapping[str, Any]) -> EventHappened:
        return EventHappened(self._work.scope.call_id, NOW_MS, "tool", dict(event))

    def _filler(self) -> str:
        try:
            return self._work.prepared.filler.said(self._work.scope.spoken, self._work.scope.language)
        except ExpressionError as error:
            log.warning("the filler of the node %s: %s", self._work.node.id, error)
            return ""


def _secrets(scope: WorkScope, learnt: Mapping[str, Value]) -> Masking | None:
    """Masks the values of secret variables, as they were and as they are now; None: there are so many that
    nothing is shown."""
    known = (each.get(name) for each in (scope.values, learnt) for name in scope.secret)
    texts = {text for value in known for text in _texts(value)}
    if len(texts) > MOST_SECRETS:
        return None
    masking = Masking()
    for text in texts:
        masking.add(text)
    return masking


def _texts(value: Value) -> list[str]:
    match value:
        case None | bool():
            return []
        case list():
            return [text for each in value for text in _texts(each)]
        case dict():
            return [text for each in value.values() for text in _texts(each)]
        case _:
            return [str(value)] if str(value) else []
