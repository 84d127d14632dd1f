"""Writes what calls came to, after their end: never in a call's way, a few at once, and none is forgotten.

That a call is to be summarised stands in the database from its beginning on, so that it waits there whatever
becomes of the server; this looks for those that are over. A model that fails or is not there costs a call its
model, not its summary: where an extract will do it is made at once, where none will it is tried again.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

import asyncpg

from mediaserver.errors import EngineError, EngineMissingError, VoiceForgeError
from mediaserver.storage import calls, events, summaries, turns
from mediaserver.storage.records import Sink, SummaryMade
from mediaserver.storage.summaries import UnwrittenSummary
from pipelines.engines.protocols import Llm
from pipelines.insight.asking import asked
from pipelines.insight.extract import extracted
from pipelines.insight.transcript import EndedCall, handed_over, heard_lines

log = logging.getLogger(__name__)

SETTLE_S = 0.5
"""After a call's end its last records are put; several that end together are looked for once."""
LOOK_S = 30.0
"""Those that were put off, and those of servers that are gone, are looked for this often."""
STRANGERS_AFTER_S = 90.0
"""So long after its end a call of another server is taken for forgotten by it."""
MODEL_S = 60.0
"""A model has so long for a summary."""
TAKEN_S = 300.0
"""A summary of which nothing was heard for so long is taken for given up: more than all that it may take."""
AGAIN_S = (60.0, 300.0, 1800.0, 7200.0)
"""Pauses before each further try where only a model will do; after the last one it has failed."""
SLOW_DATABASE_S = 10.0

TROUBLE = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError)


class SummaryWriter:
    """One for a server. `model`: the language models of these names behind the protocol of one, once they
    have started; raises EngineError where none can be had."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        sink: Sink,
        node: UUID,
        model: Callable[[Sequence[str]], Awaitable[Llm]],
        *,
        at_once: int = 2,
        settle_s: float = SETTLE_S,
        look_s: float = LOOK_S,
    ) -> None:
        self._pool = pool
        self._sink = sink
        self._node = node
        self._model = model
        self._at_once = at_once
        self._settle_s = settle_s
        self._look_s = look_s
        self._wake = asyncio.Event()
        self._closed = False
        """A cancellation may be lost: `asyncio.wait_for` forgets one that comes with its result."""
        self._loop_task: asyncio.Task[None] | None = None
        self._writing: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """What an earlier process left is looked for at once."""
        self._loop_task = asyncio.create_task(self._run(), name="summaries")

    def look(self) -> None:
        """A call has ended."""
        self._wake.set()

    async def close(self) -> None:
        """What is not written waits in the database."""
        self._closed = True
        tasks = [*self._writing, *([self._loop_task] if self._loop_task is not None else [])]
        self._loop_task = None
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if tasks:
            await self._quietly(summaries.let_go(self._pool, self._node))

    async def _run(self) -> None:
        await self._quietly(summaries.let_go(self._pool, self._node))
        while not self._closed:
            try:
                await self._take()
            except TROUBLE as trouble:  # the writer of records says what is wrong
                log.debug("calls to summarise could not be looked for: %s", type(trouble).__name__)
            except Exception:
                log.exception("looking for calls to summarise failed")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._look_s):
                    await self._wake.wait()
            self._wake.clear()
            await asyncio.sleep(self._settle_s)

    async def _take(self) -> None:
        """Begin as many as may be written now; the end of each has it called again."""
        room = self._at_once - len(self._writing)
        if room <= 0:
            return
        await self._sink.flush(SLOW_DATABASE_S)
        if self._closed:
            return
        taken = await summaries.take(
            self._pool, self._node, room, for_s=TAKEN_S, strangers_after_s=STRANGERS_AFTER_S
        )
        for waiting in taken:
            task = asyncio.create_task(self._write(waiting), name="summary")
            self._writing.add(task)
            task.add_done_callback(self._written)

    def _written(self, task: asyncio.Task[None]) -> None:
        self._writing.discard(task)
        self._wake.set()

    async def _write(self, waiting: UnwrittenSummary) -> None:
        try:
            call = await ended_call(self._pool, waiting.call_id, waiting.language)
            if call is None:
                return  # deleted meanwhile
            made = await self._made(waiting, call)
        except TROUBLE:
            return  # it is free again after a while
        except VoiceForgeError as error:
            await self._failed(waiting, " ".join(str(error).split()))
        except Exception as error:
            log.exception("the summary of a call failed")
            await self._failed(waiting, f"{type(error).__name__}: {error}")
        else:
            self._sink.put(made)

    async def _made(self, waiting: UnwrittenSummary, call: EndedCall) -> SummaryMade:
        """Raises EngineError where only a model will do and it fails."""
        fault = ""
        if waiting.mode != "extractive" and call.caller_spoke and (waiting.llm or waiting.mode == "model"):
            try:
                return await self._by_model(waiting, call)
            except EngineError as error:
                if waiting.mode == "model":
                    raise
                fault = " ".join(str(error).split())
        summary = await asyncio.to_thread(extracted, call)
        return SummaryMade(
            waiting.call_id,
            summary.text,
            summary.outcome,
            summary.follow_ups,
            made_by="extract" if call.caller_spoke else "rule",
            fault=fault,
        )

    async def _by_model(self, waiting: UnwrittenSummary, call: EndedCall) -> SummaryMade:
        if not waiting.llm:
            raise EngineMissingError("no language model is named: set insight.llm, or llm in the agent's row")
        try:
            async with asyncio.timeout(MODEL_S):
                answer = await asked(await self._model(waiting.llm), call)
        except TimeoutError:
            raise EngineError(f"the model gave no summary within {MODEL_S:g} s") from None
        summary = answer.summary
        return SummaryMade(
            waiting.call_id,
            summary.text,
            summary.outcome,
            summary.follow_ups,
            "model",
            answer.model,
            answer.prompt_tokens,
            answer.completion_tokens,
            answer.cost,
        )

    async def _failed(self, waiting: UnwrittenSummary, fault: str) -> None:
        if waiting.tries < len(AGAIN_S):
            pause = AGAIN_S[waiting.tries]
            await self._quietly(summaries.put_off(self._pool, waiting.call_id, pause, fault))
            return
        log.warning("there will be no summary of the call %s: %s", waiting.call_id, fault)
        self._sink.put(SummaryMade(waiting.call_id, "", "unknown", fault=fault))

    async def _quietly(self, work: Awaitable[None]) -> None:
        """The database may be away; what is not said there now is true after a while all the same."""
        try:
            async with asyncio.timeout(SLOW_DATABASE_S):
                await work
        except TROUBLE as trouble:
            log.debug("a note about summaries was not kept: %s", type(trouble).__name__)


async def ended_call(pool: asyncpg.Pool, call_id: UUID, language: str) -> EndedCall | None:
    """What the database knows of a call that is over; None when it is there no more. `language`: in which it
    began; its summary is in the one that it ended in."""
    row = await calls.one(pool, call_id)
    if row is None:
        return None
    happened = await events.of_call(pool, call_id)
    spoken = [event["data"].get("language") for event in happened if event["kind"] == "language"]
    return EndedCall(
        heard_lines(await turns.of_call(pool, call_id)),
        tuple(row["outcomes"]),
        row["ended_by"] or "",
        row["why"] or "",
        handed_over(happened),
        spoken[-1] or language if spoken else language,
    )
