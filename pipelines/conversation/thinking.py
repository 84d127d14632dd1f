"""Gives the agent its inputs one at a time and in order, and passes on its acts as they come.

An input is either with the agent or still in the queue: stopping a thought loses no input. It must never
decide whether an act still counts; it asks (`do`).
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import Protocol

from pipelines.conversation.agent import Act, Agent, Context, Say
from pipelines.conversation.commands import Think

log = logging.getLogger(__name__)

APOLOGY = "Sorry, I lost my thread. Could you say that again?"


class Mind(Protocol):
    """Whom the acts are for."""

    def asking(self, think: Think) -> None:
        """The agent is asked next."""

    def do(self, think: Think, act: Act) -> bool:
        """Carry out an act; False: nobody waits for more of this reply."""

    def answered(self, think: Think) -> None:
        """The reply is complete."""

    def failed(self, reason: str) -> None:
        """The agent raised."""


class Thinking:
    """The thinking side of one call."""

    def __init__(self, agent: Agent, context: Context, mind: Mind) -> None:
        self._agent = agent
        self._context = context
        self._mind = mind
        self._inputs: deque[Think] = deque()
        self._task: asyncio.Task[None] | None = None

    def tell(self, think: Think) -> None:
        """The agent's next input."""
        self._inputs.append(think)
        self._start()

    def stop(self) -> None:
        """Nobody waits for the present thought any more. What the agent was not told yet it still is."""
        if self._task is asyncio.current_task():
            return
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self._start()

    def close(self) -> None:
        """The call is over."""
        self._inputs.clear()
        self.stop()

    def _start(self) -> None:
        if self._inputs and (self._task is None or self._task.done()):
            self._task = asyncio.create_task(self._serve())

    async def _serve(self) -> None:
        while self._inputs:
            think = self._inputs.popleft()  # nothing is awaited between this and the agent's having it
            await self._answer(think)
            self._mind.answered(think)

    async def _answer(self, think: Think) -> None:
        self._mind.asking(think)
        try:
            acts = self._agent.respond(think.said, replace(self._context, line=think.epoch))
            try:
                async for act in acts:
                    if not self._mind.do(think, act):
                        return
            finally:
                if isinstance(acts, AsyncGenerator):
                    await acts.aclose()
        except (Exception, SystemExit, KeyboardInterrupt) as error:  # the last two would end the server
            log.exception("the agent failed on %s", type(think.said).__name__)
            self._mind.failed(f"{type(error).__name__}: {error}")
            self._mind.do(think, Say(APOLOGY))
