"""Gives the agent its inputs one at a time and in order, and passes on its acts as they come.

An input is either with the agent or still in the queue: stopping a thought loses no input. The agent gets the
next one when it has let go of the one before, however that ended. It must never decide whether an act still
counts; it asks (`do`).
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator, Callable
from dataclasses import replace
from typing import Protocol

from pipelines.conversation.agent import Act, Agent, Context
from pipelines.conversation.commands import Think

log = logging.getLogger(__name__)

UNWIND_S = 1.0
"""An agent whose thought was stopped may take so long to let go of it (to close its connections)."""


class Mind(Protocol):
    """Whom the acts are for."""

    def asking(self, think: Think) -> None:
        """The agent is asked next."""

    def do(self, think: Think, act: Act) -> bool:
        """Carry out an act; False: nobody waits for more of this reply. Raises TypeError for what is none."""

    def replied(self, think: Think) -> None:
        """The reply is complete."""

    def failed(self, think: Think, reason: str) -> None:
        """The agent raised: there will be no more of this reply."""


class Thinking:
    """The thinking side of one call."""

    def __init__(self, agent: Agent, context: Context, mind: Mind) -> None:
        self._agent = agent
        self._context = context
        self._mind = mind
        self._inputs: deque[Think] = deque()
        self._task: asyncio.Task[None] | None = None
        self._stopped: set[asyncio.Task[None]] = set()
        """Thoughts that were stopped and have not come to their end."""
        self._closing: asyncio.Task[None] | None = None

    def tell(self, think: Think) -> None:
        """The agent's next input."""
        self._inputs.append(think)
        self._start()

    def stop(self) -> None:
        """Nobody waits for the present thought any more. What the agent was not told yet it still is."""
        if self._task is asyncio.current_task():
            return
        self._stop()
        self._start()

    def close(self, then: Callable[[], None]) -> None:
        """The call is over. `then` is called once the agent has let go of its thoughts: now, if it has
        none."""
        self._inputs.clear()
        self._stop()
        self._mind = _NOBODY  # it has us; nothing of a call is to wait for the garbage collector
        if self._stopped:
            self._closing = asyncio.create_task(self._close(then))
        else:
            then()

    def _stop(self) -> None:
        if self._task is not None and not self._task.done():
            self._task.cancel()
            self._stopped.add(self._task)
            self._task.add_done_callback(self._stopped.discard)
        self._task = None

    def _start(self) -> None:
        if self._inputs and (self._task is None or self._task.done()):
            self._task = asyncio.create_task(self._serve())

    async def _close(self, then: Callable[[], None]) -> None:
        await self._let_go()
        then()

    async def _let_go(self) -> None:
        if self._stopped:
            _, pending = await asyncio.wait(self._stopped, timeout=UNWIND_S)
            if pending:
                log.warning("the agent does not let go of a thought that was stopped; it goes on without it")
                self._stopped.clear()

    async def _serve(self) -> None:
        await self._let_go()
        while self._inputs and self._current:
            think = self._inputs.popleft()  # nothing is awaited between this and the agent's having it
            await self._answer(think)

    async def _answer(self, think: Think) -> None:
        self._mind.asking(think)
        try:
            acts = self._agent.respond(think.said, replace(self._context, line=think.epoch))
            try:
                async for act in acts:
                    if not self._current or not self._mind.do(think, act):
                        break
            finally:
                if isinstance(acts, AsyncGenerator):
                    await acts.aclose()
        except (Exception, SystemExit, KeyboardInterrupt) as error:  # the last two would end the server
            log.exception("the agent failed on %s", type(think.said).__name__)
            if self._current:
                self._mind.failed(think, f"{type(error).__name__}: {error}")
        else:
            if self._current:
                self._mind.replied(think)

    @property
    def _current(self) -> bool:
        """The task that asks was not stopped; an agent can have gone on all the same."""
        return self._task is asyncio.current_task()


class _Nobody:
    """The mind of a call that is over."""

    def asking(self, think: Think) -> None: ...

    def do(self, think: Think, act: Act) -> bool:
        return False

    def replied(self, think: Think) -> None: ...

    def failed(self, think: Think, reason: str) -> None: ...


_NOBODY = _Nobody()
